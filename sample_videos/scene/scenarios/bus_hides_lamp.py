"""The lamp hangs low on the far corner; a bus stuck in the junction hides it while it turns red."""

from fractions import Fraction

from ..picture.optics import Camera
from ..scenario import Scenario
from ..street import SignalHead
from ..ways import CROSS_END, across, right, up
from .script import Script, crossroads, phases


def make(seed: int) -> Scenario:
    """15 s at 25 frames a second: amber at 5 s, red at 8 s while the bus stands before the lamp."""
    s = Script(seed + 800)
    street = crossroads(stop=19.0, head=SignalHead("main", 8.6, 40.6, 1.55))
    j = street.junction
    assert j is not None
    programs = phases((-1000, "red"), (-10, "green"), (5, "amber"), (8, "red"), (40, "green"))
    # Its front comes to stand at x = 6: its rear axle 8.2 m behind that.
    s.add(
        "bus",
        across(36.6, rightwards=False),
        -1.2,
        8.0,
        start=CROSS_END - 14.2 - 40,
        halts=((CROSS_END - 14.2, 5.6),),
        blind=True,
    )
    crowd = (1.9, 5.8)
    s.swarm(crowd, (-12, -0.6), 1.25)
    for n, past in enumerate((2.7, 3.1, 2.9)):
        s.bike(up(2.2 + 1.3 * n), 3.3 + 0.45 * n, 8.2, group="main", past=past)
    for n, past in enumerate((0.5, 0.7, -0.3)):
        s.bike(up(2.4 + 1.4 * n), 5.4 + 0.35 * n, 8.2, group="main", past=past)
    s.swarm(crowd, (6.6, 9.0), 0.7)
    for enters in (3.0, 5.2, 7.1):
        s.bike(up(0.6), enters, s.between(9, 10.5), group="main", runs=((-9, 99),))
    for enters in (0.2, 3.5, 6.0):
        s.bike(right(6.8, j), enters, 7.5, group="main", runs=((-9, 99),))
    s.bike(right(1.2, j), -4.5, 8.5, group="main")
    s.oncoming((-1.9, -5.2), (-18, -2), 3.2)
    s.cross(j, (-5, 13), 2.6)
    return Scenario(
        name="bus_hides_lamp",
        says=__doc__ or "",
        seed=seed,
        light="rain",
        street=street,
        camera=Camera((2.4, -2.5, 5.6), -0.02, 0.2, 1150, (1280, 720)),
        programs=programs,
        drivers=s.drivers,
        seconds=15,
        fps=Fraction(25),
    )
