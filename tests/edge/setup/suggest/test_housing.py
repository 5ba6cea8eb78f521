"""Where a head's housing may lie, by its lenses."""

import numpy as np
import pytest

from edge.rules.inputs import Point
from edge.setup.suggest.housing import housings
from edge.setup.suggest.lenses import Lens, Lit


def _lens(colour: Lit, x: float, y: float, size: float = 10) -> Lens:
    box = (x - size / 2, y - size / 2, x + size / 2, y + size / 2)
    return Lens(colour, box, (x, y), np.zeros(4, bool), np.ones(4, bool), 150.0)


@pytest.mark.parametrize(
    ("red", "other", "layout", "middle"),
    [
        ((100, 50), _lens("green", 100, 74), "vertical", (100, 62)),
        ((100, 50), _lens("amber", 101, 62), "vertical", (101, 62)),
        ((100, 50), _lens("green", 124, 50), "horizontal", (112, 50)),
        ((100, 50), _lens("green", 100, 26), None, None),
        ((100, 50), _lens("green", 100, 200), None, None),
        ((100, 50), _lens("green", 112, 66), None, None),
        ((100, 50), _lens("green", 102, 53), None, None),
    ],
    ids=["upright", "amber too", "lying", "green above", "far apart", "aslant", "in one place"],
)
def test_lenses_stand_in_a_housing_or_in_none(
    red: Point, other: Lens, layout: str | None, middle: Point | None
) -> None:
    found = housings(_lens("red", *red), other)

    assert {housing.layout for housing in found} == ({layout} if layout else set())
    for x1, y1, x2, y2 in (housing.box for housing in found):
        assert middle == pytest.approx(((x1 + x2) / 2, (y1 + y2) / 2), abs=0.6)
        assert all(y1 < y < y2 and x1 < x < x2 for x, y in (red, other.centre))


def test_a_single_lens_is_in_its_place_in_the_housing() -> None:
    for x1, y1, x2, y2 in (housing.box for housing in housings(_lens("green", 100, 80))):
        assert x1 < 100 < x2
        assert y1 + 2 / 3 * (y2 - y1) < 80 < y2
