"""Lit lenses: what switches like a lamp is found, what only looks lit or flickers is not."""

import numpy as np
import pytest

from edge.rules.inputs import Box
from edge.setup.suggest.lenses import Lens, switching_lenses
from edge.setup.suggest.lights import LightTrace
from edge.setup.suggest.model import Image

SIZE = (320, 240)
RED, GREEN, UNLIT = (40, 40, 240), (150, 230, 30), (30, 30, 45)
LOOKS, RATE = 180, 6.0


def _picture(spots: dict[tuple[int, int], tuple[int, int, int]]) -> Image:
    """A dark street with spots of 8 x 8 pixels at the given corners."""
    picture = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
    for (x, y), colour in spots.items():
        picture[y : y + 8, x : x + 8] = colour
    return picture


def _lenses(pictures: list[Image], hidden: dict[int, list[Box]] | None = None) -> list[Lens]:
    trace = LightTrace(SIZE)
    for i, picture in enumerate(pictures):
        trace.look(i / RATE, picture, (hidden or {}).get(i, []))
    return switching_lenses(trace.lights())


def test_both_lenses_of_a_head_are_found_with_the_moment_they_switch() -> None:
    pictures = [
        _picture({(100, 50): RED if i < 90 else UNLIT, (100, 70): UNLIT if i < 90 else GREEN})
        for i in range(LOOKS)
    ]

    found = {lens.colour: lens for lens in _lenses(pictures)}

    assert set(found) == {"red", "green"}
    assert found["red"].centre == pytest.approx((104, 54), abs=2)
    assert found["green"].centre == pytest.approx((104, 74), abs=2)
    assert [int(np.flatnonzero(np.diff(lens.on))[0]) for lens in found.values()] == [89, 89]


@pytest.mark.parametrize(
    "colours",
    [
        [RED if i < 90 else GREEN for i in range(LOOKS)],
        [RED if i % 6 < 3 else UNLIT for i in range(LOOKS)],
        [RED] * LOOKS,
        [UNLIT if i != 90 else RED for i in range(LOOKS)],
    ],
    ids=["counts down in both colours", "flickers", "painted red", "one flash"],
)
def test_what_is_no_lamp_is_not_found(colours: list[tuple[int, int, int]]) -> None:
    assert _lenses([_picture({(100, 50): colour}) for colour in colours]) == []


def test_a_vehicle_that_passes_before_it_does_not_switch_it() -> None:
    bus: Box = (80, 30, 140, 100)
    behind = range(30, 42)
    pictures = [_picture({} if i in behind else {(100, 50): RED if i < 90 else UNLIT}) for i in range(LOOKS)]

    (lens,) = _lenses(pictures, {i: [bus] for i in behind})

    assert np.flatnonzero(np.diff(lens.on)).tolist() == [89]
    assert not lens.seen[35]


def test_a_lens_that_the_sun_shines_on_is_told_by_its_brightness() -> None:
    in_the_sun = (55, 65, 185)
    lit = (95, 123, 250)

    found = _lenses([_picture({(100, 50): lit if i < 90 else in_the_sun}) for i in range(LOOKS)])

    assert [lens.colour for lens in found] == ["red"]


def test_a_short_recording_tells_nothing() -> None:
    assert _lenses([_picture({(100, 50): RED})] * 3) == []
