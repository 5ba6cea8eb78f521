"""Lanes for each direction at dusk: turns from the right lanes and from the wrong ones, and U-turns."""

from ..picture.optics import Camera
from ..scenario import Scenario
from ..street import Junction, Lane, SignalHead, Solid, Street
from ..ways import Way, left, right, u_turn, up
from .script import Script, phases


def make(seed: int) -> Scenario:
    """15 s: green until 9 s, red from 12 s; a sign forbids turning round."""
    s = Script(seed + 700)
    j = Junction(18.0, 23.6, 38.6)
    street = Street(
        lanes=(
            Lane("opposing", -7.0, 0.0, up=False),
            Lane("left", 0.0, 3.2, movements=("left",)),
            Lane("middle", 3.2, 6.4, movements=("straight",)),
            Lane("right", 6.4, 9.6, movements=("right",)),
        ),
        solids=(
            Solid("centre", 0.0, -40.0, 18.0, "opposing"),
            Solid("left_middle", 3.2, -40.0, 18.0, "lanes"),
            Solid("middle_right", 6.4, -40.0, 18.0, "lanes"),
        ),
        junction=j,
        heads=(SignalHead("main", 11.4, 19.4, 3.0),),
        bans=(("u_turn", "P.124a"),),
    )
    programs = phases((-1000, "red"), (-6, "green"), (9, "amber"), (12, "red"), (40, "green"))
    wrong: list[Way] = [left(4.2, j), up(1.6), right(5.6, j), up(8.2), right(2.4, j), u_turn(1.4, -2.6, j)]
    allowed = [left(1.1, j), right(8.9, j), left(2.3, j), right(7.5, j)]
    t, n = -8.5, 0
    while t < 7.6:
        s.bike(wrong[n % len(wrong)], t, s.between(7.5, 9.0), group="main")
        if n % 2:
            s.add(s.of(("scooter", "sedan", "underbone")), allowed[n // 2 % 4], t + 0.5, 7.5, group="main")
        n, t = n + 1, t + s.between(0.8, 1.1)
    s.stream([up(4.8)], (-7, 8), 3.4, ("underbone", "sedan", "suv", "scooter"), group="main")
    for x in (1.2, 4.4, 5.6, 8.3):
        s.bike(up(x), 6.6 + 0.2 * x, 8.0, group="main", past=0.6 if x < 5 else 2.8)
    s.oncoming((-5.4,), (-14, -9), 4.2)
    s.cross(j, (9, 14), 2.0)
    s.park(13.4, [8.0 + 0.9 * k for k in range(8)], -1.57)
    return Scenario(
        name="dusk_turns",
        says=__doc__ or "",
        seed=seed,
        light="dusk",
        street=street,
        camera=Camera((3.4, -4.0, 8.2), 0.0, 0.285, 1080, (1280, 720)),
        programs=programs,
        drivers=s.drivers,
        walkers=s.walkers,
        parked=s.parked,
        seconds=15,
    )
