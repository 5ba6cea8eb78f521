"""Shapes that are none are told from shapes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from configs.shapes import BoxPixels, Line, PixelPoint, Polygon, self_intersects, thickness

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


@pytest.mark.parametrize(
    ("kind", "points", "complaint"),
    [
        (Line, [[0.1, 0.5], [0.9, 0.5]], "parts of the picture"),
        (Line, [[0, 1], [1, 1]], "parts of the picture"),
        (Polygon, [[0.1, 0.1], [0.9, 0.1], [0.5, 1]], "parts of the picture"),
        (Line, [[0.1, 0.5], [1.02, 0.5]], "the line is 0.9 pixels long"),
        (BoxPixels, [0.7, 0.05, 0.74, 0.16], "parts of the picture"),
        (Polygon, [[100, 400], [500, 400], [900, 400]], "the polygon is flat, about 0.0"),
        (Polygon, [[100, 400], [500, 400], [300, 400]], "flat|cross"),
        (Polygon, [[100, 400], [900, 402], [900, 404], [100, 402]], "the polygon is flat, about 2.0"),
        (Polygon, [[5, 5], [5, 5], [5, 5]], "the polygon is flat"),
    ],
)
def test_what_is_no_shape_in_pixels_is_refused(kind: object, points: list[object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        TypeAdapter(kind).validate_python(points)


@given(st.floats(1, 2000), st.floats(1, 2000), st.floats(-500, 500), st.floats(-500, 500))
def test_a_rectangle_is_about_as_thick_as_its_shorter_side(w: float, h: float, x: float, y: float) -> None:
    corners = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
    assert thickness(corners) == pytest.approx(w * h / (w + h), rel=1e-4)
    assert thickness(corners) <= min(w, h) <= 2.001 * thickness(corners)
