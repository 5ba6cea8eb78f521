"""Infrared grey at night: a lane for cars, one for bikes, and a solid line between them."""

from contract.vehicles import VehicleKind

from ..picture.optics import Camera
from ..scenario import Scenario
from ..street import Lane, Solid
from ..ways import up
from .script import Script, along, road

FOUR = (VehicleKind.CAR, VehicleKind.BUS, VehicleKind.TRUCK)
TWO = (VehicleKind.MOTORBIKE, VehicleKind.BICYCLE)


def make(seed: int) -> Scenario:
    """16 s; the line between the lanes is solid up to y = 40 m."""
    s = Script(seed + 600)
    street = road(
        lanes=(
            Lane("opposing", -6.6, 0.0, up=False),
            Lane("cars", 0.0, 3.7, kinds=FOUR),
            Lane("bikes", 3.7, 6.9, kinds=TWO),
        ),
        solids=(Solid("centre", 0.0, -40.0, 140.0, "opposing"), Solid("divider", 3.7, -40.0, 40.0, "lanes")),
    )
    for n in range(8):  # bikes among the cars, a car and a lorry among the bikes
        s.bike(up(s.between(0.9, 2.9)), -4.2 + 2.3 * n, s.between(7, 9))
    for n in range(3):
        s.add(s.of(("sedan", "suv", "van")), up(5.3), -3.0 + 5.4 * n, 7.5)
    for n in range(5):  # at the lane's edge, on or across the line
        s.bike(up(3.7), -3.5 + 3.3 * n, s.between(6.5, 8.5))
        s.bike(up(4.0), -1.8 + 3.3 * n, s.between(6.5, 8.5))
    for n in range(3):
        s.car(up(3.05), -0.9 + 4.8 * n, 7.5)
    for n in range(4):  # over for a moment
        s.bike(up(4.4), -2.5 + 3.6 * n, 8.5, shifts=((along(10.0), -1.05), (along(15.5), 0.0)), pace=2.6)
    s.stream([up(5.0), up(5.9)], (-7, 12), 1.9, ("underbone", "scooter"))
    s.stream([up(1.8)], (-8, 12), 4.4, ("sedan", "lorry", "van"))
    s.oncoming((-1.9, -4.9), (-18, 9), 2.6)
    return Scenario(
        name="infrared_lanes",
        says=__doc__ or "",
        seed=seed,
        light="infrared",
        street=street,
        camera=Camera((2.4, -2.0, 6.8), 0.0, 0.255, 1230, (1280, 720)),
        programs={},
        drivers=s.drivers,
        seconds=16,
    )
