"""Common parts of the one-way streets."""

from ..picture.light import LightName
from ..picture.optics import Camera
from ..scenario import Scenario
from ..street import Lane, Solid, Street, Zone
from ..ways import down, up
from .script import Script, along, road

ZONE = (7.6, 11.0, 9.5, 29.0)
"""x and y of the zone at the right kerb."""


def street() -> Street:
    """Three lanes up, one way; on the left a narrow lane that leads down."""
    left, right, near, far = ZONE
    return road(
        lanes=(
            Lane("contraflow", -2.4, 0.0, up=False),
            Lane("one", 0.0, 3.3, one_way=True),
            Lane("two", 3.3, 6.6, one_way=True),
            Lane("three", 6.6, 11.0, one_way=True),
        ),
        solids=(Solid("edge", 0.0, -40.0, 140.0, "opposing"),),
        dashes=((3.3, -40.0, 140.0), (6.6, -40.0, 140.0)),
        zones=(Zone("kerb", ((left, near), (right, near), (right, far), (left, far)), 5.0, "P130"),),
    )


def one_way(
    name: str, says: str, seed: int, own: int, light: LightName, seconds: float, *, two_streams: bool = False
) -> Scenario:
    """A clip of the one-way street; `own` is the seed of its cast."""
    s = Script(own)
    end = seconds - 3.0
    n, t = 0, -9.0
    while t < end - 5:  # against the street, along either edge
        x = 0.55 if n % 2 else 6.3
        s.bike(down(x), t, s.between(6, 8), start=95.0, riders=None if n % 3 else 2)
        n, t = n + 1, t + s.between(1.3, 1.9)
    for k in range(9):  # down the lane that leads down
        s.bike(down(-0.75), -8.0 + 2.1 * k, s.between(6, 8), start=95.0)
    _at_the_kerb(s)
    for k, (x, y) in enumerate(((2.9, 15.0), (5.15, 21.0), (3.0, 24.0), (5.1, 12.5))):  # roll back a little
        begin = 1.0 + 3.1 * k
        s.bike(
            up(x), begin - 7.6 - 0.05 * y, 8.0, halts=((along(y), 6.5),), rolls=((begin + 1.5, begin + 3.0),)
        )
    s.stream([up(2.3), up(4.35)], (-9, end), 2.3, ("underbone", "scooter", "sedan", "van", "suv", "lorry"))
    s.park(13.4, [9.0 + 0.85 * k for k in range(12)], -1.57)
    return Scenario(
        name=name,
        says=says,
        seed=seed,
        light=light,
        street=street(),
        camera=Camera(
            (3.8, -2.5, 7.2),
            0.0,
            0.26,
            555 if two_streams else 1110,
            (640, 360) if two_streams else (1280, 720),
        ),
        programs={},
        drivers=s.drivers,
        parked=s.parked,
        seconds=seconds,
        record=(1280, 720) if two_streams else None,
    )


def _at_the_kerb(s: Script) -> None:
    """Stops in the zone too long, or leaves in time, or rolls through it, or stops beside it."""
    s.car(up(10.05), -6.8, 7.5, halts=((along(25.0), 30.0),))
    for x, first in ((10.6, -6.2), (9.75, -5.6)):
        for k in range(5):
            s.bike(up(x), first + 1.5 * k, 7.0, halts=((along(21.0 - 2.6 * k), 9.0 if k == 4 else 30.0),))
    for k in range(5):
        s.bike(up(8.05), -5.5 + 3.2 * k, 7.0, halts=((along(15.0 + 1.5 * (k % 3)), 2.4),))
    for k in range(4):
        s.bike(up(8.83), -4.6 + 3.6 * k, 2.8)
    for k in range(3):
        s.bike(up(7.2), -5.2 + 1.1 * k, 7.0, halts=((along(22.0 - 3.4 * k), 5.6),))
