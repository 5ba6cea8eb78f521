"""Shapes that are none are told from shapes."""

import pytest

from configs.shapes import PixelPoint, self_intersects

SQUARE: tuple[PixelPoint, ...] = ((0, 0), (10, 0), (10, 10), (0, 10))


@pytest.mark.parametrize(
    ("polygon", "expected"),
    [
        (SQUARE, False),
        (SQUARE[:3], False),
        ((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]), True),
        (((0, 0), (10, 0), (5, 1), (10, 10), (0, 10)), False),
        (((0, 0), (10, 10), (10, 0), (0, 10), (-5, 5)), True),
    ],
)
def test_a_bow_tie_is_told_from_a_polygon(polygon: tuple[PixelPoint, ...], expected: bool) -> None:
    assert self_intersects(polygon) is expected
