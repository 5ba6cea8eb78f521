"""A crowd at a red light under a low sun: shadows many metres long reach over the stop line."""

from ..picture.optics import Camera
from ..scenario import Scenario
from ..ways import Way, left, right, up
from .script import Script, crossroads, phases


def make(seed: int) -> Scenario:
    """16 s: amber from the start, red at 1.5 s to the end; turning right on red is not allowed here."""
    s, street = Script(seed + 100), crossroads(free_right=False)
    j = street.junction
    assert j is not None
    programs = phases((-1000, "red"), (-18, "green"), (-1.5, "amber"), (1.5, "red"), (40, "green"))
    crowd = (1.9, 5.8)
    s.swarm(crowd, (-20, -8.4), 1.2)
    for n, past in enumerate((2.6, 3.2, 2.8, 3.4, 3.0)):
        s.bike(up(2.0 + 0.95 * n), -3.4 + 0.45 * n, 8.2, group="main", past=past, riders=1 + n % 2)
    s.car(up(2.6), -1.3, group="main", past=4.4)
    for n, past in enumerate((0.4, 0.7, 0.9, -0.2, 0.6)):
        s.bike(up(2.1 + 0.95 * n), -1.2 + 0.3 * n, 8.0, group="main", past=past)
    s.swarm(crowd, (0.4, 7.0), 0.42)
    s.car(up(4.9), 2.4, group="main", past=-0.8)
    for enters in (-2.6, -0.4, 1.6, 3.9, 6.0, 7.6):
        s.bike(up(0.6), enters, s.between(8.5, 10.5), group="main", runs=((-9, 99),))
    for enters in (-2.0, 1.2, 4.0, 6.4):
        s.bike(right(6.8, j), enters, 7.5, group="main", runs=((-9, 99),))
    s.bike(left(6.7, j), -8.2, 8.5, group="main")
    s.bike(right(1.2, j), -9.6, 8.5, group="main")
    for enters in (2.0, 3.7, 5.4, 7.2):  # past the queue through the opposing half
        s.bike(up(-0.75), enters, s.between(7.5, 9.0), group="main", runs=((-9, 99),))
    s.oncoming((-1.9, -5.2), (-22, -7), 2.8)
    s.cross(j, (-9, 14), 2.1)
    s.walk(Way(((11, j.stop + 2.9), (-9.5, j.stop + 2.9))), 3.0)
    s.park(10.4, [10.0 + 0.85 * n for n in range(8)], -1.57)
    return Scenario(
        name="crowd_low_sun",
        says=__doc__ or "",
        seed=seed,
        light="low_sun",
        street=street,
        camera=Camera((3.4, -2.0, 6.8), 0.03, 0.25, 1220, (1280, 720)),
        programs=programs,
        drivers=s.drivers,
        walkers=s.walkers,
        parked=s.parked,
        seconds=16,
    )
