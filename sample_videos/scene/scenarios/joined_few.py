"""Two motorbikes run a red light past some that wait, seen twice: by an overview that proves it, and by a
plate camera whose clock is 0.12 s behind."""

from dataclasses import replace

from ..picture.optics import Camera
from ..scenario import PlateView, Scenario
from ..street import Section
from ..ways import up
from .script import Script, crossroads, phases


def make(seed: int) -> Scenario:
    """7 s: red since 2 s before it begins."""
    s, street = Script(seed + 1700), replace(crossroads(), sections=(Section("S", 1.2, 6.4, 13.4, 20.6),))
    programs = phases((-1000, "green"), (-5, "amber"), (-2, "red"), (40, "green"))
    for x, enters in ((2.6, -8.4), (3.4, -7.9), (4.4, -7.6), (3.0, -6.6), (4.9, -6.2)):
        s.bike(up(x), enters, 8.0, group="main", past=-0.8)
    for x, enters in ((1.6, -3.4), (5.9, -2.7)):
        s.bike(up(x), enters, 8.5, group="main", runs=((-20, 99),))
    return Scenario(
        name="joined_few",
        says=__doc__ or "",
        seed=seed,
        light="day",
        street=street,
        camera=Camera((3.0, -6.0, 7.8), 0.0, 0.24, 1050, (1280, 720)),
        programs=programs,
        drivers=s.drivers,
        seconds=7,
        plate_view=PlateView(Camera((3.8, -2.0, 6.9), 0.0, 0.36, 3150, (960, 540)), (1600, 900), 0.12),
    )
