"""A crowd of motorbikes at a red light, seen twice: an overview proves who runs it, a plate camera shows the
stretch before the line near enough to read plates; its clock is 0.28 s behind."""

from dataclasses import replace

from ..picture.optics import Camera
from ..scenario import PlateView, Scenario
from ..street import Section
from ..ways import up
from .script import Script, crossroads, phases

SECONDS = 36
CROWD = (2.15, 5.45)
"""Range of x in which the crowd drives; vehicles running the red pass it on either side."""


def make(seed: int) -> Scenario:
    """36 s: green, amber at 9 s, red from 12 s to 27 s, green again."""
    s, street = Script(seed + 1300), replace(crossroads(), sections=(Section("S", 1.2, 6.4, 13.4, 20.6),))
    j = street.junction
    assert j is not None
    programs = phases((-1000, "red"), (-16, "green"), (9, "amber"), (12, "red"), (27, "green"))
    s.swarm(CROWD, (-14, 32), 0.62)
    for enters in (-3.0, 4.4, 24.0, 29.5):
        s.car(up(s.between(3.2, 4.4)), enters, group="main")
    for x, first in ((1.5, 5.6), (6.1, 6.2)):
        enters = first
        while enters < 20.0:
            place = x + s.between(-0.15, 0.15)
            s.bike(up(place), enters, s.between(7.5, 9.5), group="main", runs=((-9, 99),))
            enters += s.between(0.8, 2.2)
    s.oncoming((-1.9, -5.2), (-20, 8), 3.0)
    s.cross(j, (-8, 30), 6.0)
    return Scenario(
        name="joined_crowd",
        says=__doc__ or "",
        seed=seed,
        light="day",
        street=street,
        camera=Camera((3.0, -6.0, 7.8), 0.0, 0.24, 1050, (1280, 720)),
        programs=programs,
        drivers=s.drivers,
        seconds=SECONDS,
        plate_view=PlateView(Camera((3.8, -2.0, 6.9), 0.0, 0.36, 3150, (960, 540)), (1920, 1080), 0.28),
    )
