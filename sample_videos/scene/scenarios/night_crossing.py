"""A junction at night: headlamps bloom, some run the red, turn on red, or stand past the line."""

from ..picture.optics import Camera
from ..scenario import Scenario
from ..ways import left, right, up
from .script import Script, crossroads, phases


def make(seed: int) -> Scenario:
    """16 s: green until 1 s, red at 4 s to the end."""
    s, street = Script(seed + 500), crossroads(free_right=False)
    j = street.junction
    assert j is not None
    programs = phases((-1000, "red"), (-14, "green"), (1, "amber"), (4, "red"), (40, "green"))
    crowd = (1.9, 5.8)
    s.swarm(crowd, (-16, -5.0), 1.3)
    for n, past in enumerate((2.7, 3.3, 2.9, 3.1)):
        s.bike(up(2.1 + 1.15 * n), -0.7 + 0.5 * n, 8.0, group="main", past=past, riders=1 + n % 3)
    for n, past in enumerate((0.5, 0.8, 0.35)):
        s.bike(up(2.3 + 1.5 * n), 1.6 + 0.4 * n, 8.0, group="main", past=past)
    s.swarm(crowd, (3.0, 8.0), 0.7)
    s.car(up(4.9), 4.4, group="main", past=-0.9)
    s.car(up(2.7), 5.4, group="main", past=-0.9)
    for enters in (0.6, 2.9, 5.2, 7.4):
        s.bike(up(0.6), enters, s.between(8.5, 10.5), group="main", runs=((-9, 99),))
    for enters in (0.9, 3.6, 6.4):
        s.bike(right(6.8, j), enters, 7.5, group="main", runs=((-9, 99),))
    for x, enters in ((6.6, -7.2), (5.0, -9.0)):
        s.bike(left(x, j), enters, 8.5, group="main")
    for x, enters in ((1.0, -8.0), (2.0, -6.4)):
        s.bike(right(x, j), enters, 8.5, group="main")
    s.oncoming((-1.9, -5.2), (-20, -3.5), 2.9)
    s.oncoming((-1.9, -5.2), (9, 14), 3.0)
    s.cross(j, (-6, 14), 2.4)
    return Scenario(
        name="night_crossing",
        says=__doc__ or "",
        seed=seed,
        light="night",
        street=street,
        camera=Camera((2.8, -2.2, 7.2), 0.0, 0.265, 1200, (1280, 720)),
        programs=programs,
        drivers=s.drivers,
        seconds=16,
    )
