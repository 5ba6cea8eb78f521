"""A junction by day with a main and a sub stream: a narrow view of the line, so that plates can be read."""

from ..picture.optics import Camera
from ..scenario import Scenario
from ..ways import left, right, up
from .script import Script, crossroads, phases


def make(seed: int) -> Scenario:
    """16 s: red from 2 s on; the detect stream is 800×448, the record stream 1600×896."""
    s, street = Script(seed + 900), crossroads()
    j = street.junction
    assert j is not None
    programs = phases((-1000, "red"), (-16, "green"), (-1, "amber"), (2, "red"), (40, "green"))
    crowd = (1.9, 5.8)
    s.swarm(crowd, (-19, -7.0), 1.6)
    for n, past in enumerate((2.6, 3.0, 3.4, 2.8)):
        s.bike(up(2.0 + 1.2 * n), -2.6 + 0.5 * n, 8.2, group="main", past=past, bare=n == 1)
    s.car(up(4.6), 0.9, group="main", past=4.5)
    for n, past in enumerate((0.4, 0.75, 0.55)):
        s.bike(up(2.2 + 1.5 * n), -0.3 + 0.3 * n, 8.0, group="main", past=past)
    s.swarm(crowd, (1.6, 7.0), 0.8)
    for enters in (-2.0, 0.8, 3.4, 6.2):
        s.bike(up(0.6), enters, s.between(8.5, 10.5), group="main", runs=((-9, 99),))
    for enters in (-1.4, 2.2, 5.4):
        s.bike(right(6.8, j), enters, 7.5, group="main", runs=((-9, 99),))
    for way, enters in ((left(6.6, j), -8.4), (right(1.1, j), -7.6)):
        s.bike(way, enters, 8.5, group="main")
    for enters in (2.0, 3.7, 5.4, 7.2):  # past the queue through the opposing half
        s.bike(up(-0.75), enters, s.between(7.5, 9.0), group="main", runs=((-9, 99),))
    s.oncoming((-1.9, -5.2), (-20, -6), 3.0)
    s.cross(j, (-8, 14), 2.4)
    return Scenario(
        name="two_streams_day",
        says=__doc__ or "",
        seed=seed,
        light="day",
        street=street,
        camera=Camera((3.0, -4.0, 7.4), 0.0, 0.235, 1000, (800, 448)),
        programs=programs,
        drivers=s.drivers,
        seconds=16,
        record=(1600, 896),
    )
