"""A crowd of motorbikes at a red light by day: they hide each other, some roll over the line, some run it."""

from math import pi

from ..picture.optics import Camera
from ..scenario import Scenario
from ..ways import Way, left, right, up
from .script import Script, crossroads, phases


def make(seed: int) -> Scenario:
    """25 s: green, amber at 3 s, red at 6 s to the end."""
    s, street = Script(seed), crossroads()
    j = street.junction
    assert j is not None
    programs = phases((-1000, "red"), (-16, "green"), (3, "amber"), (6, "red"), (40, "green"))
    crowd = (1.75, 5.9)
    s.swarm(crowd, (-19, -3.4), 1.1)
    for enters in (-4.0, -3.2, -2.4, -1.9):
        s.bike(up(s.between(1.6, 5.8)), enters, s.between(8.5, 10.5), group="main", swarm=crowd)
    # Rolls past the line and stands there, on red.
    for n, past in enumerate((2.5, 2.9, 3.3, 2.7, 3.0)):
        s.bike(up(1.9 + 1.0 * n), 1.3 + 0.4 * n, 8.0, group="main", past=past)
    for n, past in enumerate((0.5, 0.8, -0.2)):
        s.bike(up(1.9 + 1.9 * n), 2.9 + 0.4 * n, 8.0, group="main", past=past, riders=2 - n % 2)
    s.swarm(crowd, (3.4, 14.0), 0.5)
    s.car(up(2.3), 4.4, group="main", past=-0.9)
    s.car(up(4.9), 6.6, group="main", past=-0.7)
    # Runs the red along the edge of the crowd, or out of its first row.
    for enters in (3.2, 6.1, 8.4, 11.0, 13.4, 15.2):
        s.bike(up(0.6), enters, s.between(8.5, 10.0), group="main", runs=((0, 99),))
    s.bike(up(4.4), 2.6, 8.0, group="main", past=-0.4, runs=((13.5, 99),))
    s.bike(left(0.65, j), 4.6, 8.0, group="main", past=-0.3, runs=((0, 99),))
    for enters in (4.0, 7.1, 9.6, 12.4, 15.0):
        s.bike(right(6.8, j), enters, 7.0, group="main", runs=((0, 99),))
    for enters in (-5.3, -3.9):
        s.bike(left(2.4, j), enters, 8.0, group="main", halts=((66.0, 6.0),))
    s.oncoming((-1.9, -5.2), (-20, 0.5), 2.6)
    s.oncoming((-1.9, -5.2), (16, 24), 3.0)
    s.cross(j, (-8, 24), 1.9)
    for enters in (7.5, 9.0, 14.0):
        s.walk(Way(((-9.5, j.stop + 2.8), (11, j.stop + 2.8))), enters)
    s.park(10.4, [9.5 + 0.8 * n for n in range(9)], -pi / 2)
    return Scenario(
        name="crowd_day",
        says=__doc__ or "",
        seed=seed,
        light="day",
        street=street,
        camera=Camera((2.6, -2.5, 7.6), 0.0, 0.27, 1180, (1280, 720)),
        programs=programs,
        drivers=s.drivers,
        walkers=s.walkers,
        parked=s.parked,
        seconds=25,
    )
