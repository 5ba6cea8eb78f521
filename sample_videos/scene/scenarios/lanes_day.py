"""A two-way road by day: solid lines crossed and straddled, the opposing half used, and near misses."""

from ..picture.optics import Camera
from ..scenario import Scenario
from ..street import Lane, Solid
from ..ways import up
from .script import Script, along, road


def make(seed: int) -> Scenario:
    """16 s; between our lanes the line is broken up to y = 19 m and solid beyond."""
    s = Script(seed + 200)
    street = road(
        lanes=(Lane("opposing", -7.0, 0.0, up=False), Lane("left", 0.0, 3.5), Lane("right", 3.5, 7.2)),
        solids=(Solid("centre", 0.0, -40.0, 140.0, "opposing"), Solid("divider", 3.5, 19.0, 62.0, "lanes")),
        dashes=((3.5, -40.0, 18.5),),
    )
    for n in range(5):  # crosses the solid part, one way and the other
        s.bike(up(2.3), -3.6 + 3.9 * n, 8.0, shifts=((along(19.5), 2.6),), pace=1.6)
        s.add(
            s.of(("sedan", "suv", "hatchback")),
            up(5.3),
            -1.9 + 4.1 * n,
            8.5,
            shifts=((along(18.5), -3.4),),
            pace=1.9,
        )
    for n in range(3):  # with a wheel on it
        s.bike(up(3.5), -2.8 + 5.2 * n, 7.0)
        s.car(up(4.05 if n % 2 else 2.95), -0.6 + 5.6 * n, 8.0)
    for n in range(6):  # beside it, or over the broken part
        s.bike(up(3.15 if n % 2 else 3.86), -4.4 + 3.1 * n, 8.5)
        s.bike(
            up(2.2 if n % 2 else 4.8),
            -2.2 + 3.2 * n,
            7.5,
            shifts=((along(4.0), 2.6 if n % 2 else -2.6),),
            pace=2.2,
        )
    for n in range(7):  # in the opposing half
        s.bike(up(-0.75), -3.9 + 2.6 * n, s.between(7, 9.5))
    for n in range(8):  # at its edge, or across it for a moment
        s.bike(up(0.03), -4.0 + 2.2 * n, s.between(7, 9))
        s.bike(up(0.36), -2.9 + 2.2 * n, s.between(7, 9))
    s.stream([up(1.7), up(5.3)], (-8, 13), 4.6, ("sedan", "van", "lorry", "bus"))
    s.oncoming((-2.9, -5.4), (-18, 10), 2.2)
    s.park(9.6, [12.0 + 0.85 * n for n in range(10)], -1.57)
    return Scenario(
        name="lanes_day",
        says=__doc__ or "",
        seed=seed,
        light="day",
        street=street,
        camera=Camera((2.2, -2.5, 7.0), 0.0, 0.25, 1250, (1280, 720)),
        programs={},
        drivers=s.drivers,
        walkers=s.walkers,
        parked=s.parked,
        seconds=16,
    )
