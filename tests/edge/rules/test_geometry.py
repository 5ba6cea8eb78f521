"""Lines and areas: orientation, swept crossings, and what must hold for any of them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edge.rules.geometry import (
    along,
    astride,
    contained,
    depth_past,
    inside,
    meets,
    offset,
    overlap,
    shared_area,
)
from edge.rules.inputs import Box, Point

UP = ((100.0, 400.0), (100.0, 0.0))
SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
_NUMBERS = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 2))
_POINTS = st.tuples(_NUMBERS, _NUMBERS)


@pytest.mark.parametrize(
    ("point", "line", "expected"),
    [
        ((110, 200), UP, 10),
        ((90, 200), UP, -10),
        ((100, 200), UP, 0),
        ((110, -500), UP, 10),
        ((110, 200), UP[::-1], -10),
        ((60, 30), ((0, 0), (50, 0), (50, 50)), -10),
    ],
)
def test_offset_is_positive_to_the_right(point: Point, line: tuple[Point, ...], expected: float) -> None:
    assert offset(point, line) == pytest.approx(expected)


@pytest.mark.parametrize("line", [((100, 400), (500, 400)), ((500, 400), (100, 400))])
@pytest.mark.parametrize(("y", "expected"), [(390, 10), (410, -10)])
def test_depth_does_not_depend_on_how_the_line_was_drawn(
    line: tuple[Point, ...], y: float, expected: float
) -> None:
    assert depth_past(line, (0, -1))((300, y)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((90, 100), (110, 100), 0.5),
        ((110, 100), (90, 100), 0.5),
        ((95, 100), (115, 100), 0.25),
        ((90, 500), (110, 500), None),
        ((80, 100), (90, 100), None),
        ((100, 100), (90, 100), 0.0),
        ((90, 100), (100, 100), 1.0),
        ((100, 100), (110, 100), None),
        ((90, 100), (90, 300), None),
    ],
)
def test_a_path_meets_the_line_where_it_crosses(start: Point, end: Point, expected: float | None) -> None:
    assert meets(start, end, UP) == pytest.approx(expected)


@given(_POINTS, _POINTS, _POINTS, _POINTS)
def test_meeting_is_the_same_drawn_either_way_and_lies_on_the_line(
    start: Point, end: Point, a: Point, b: Point
) -> None:
    line = (a, (b[0] + 3000, b[1]))
    assume(min(abs(offset(start, line)), abs(offset(end, line))) > 1)
    part = meets(start, end, line)
    assert part == pytest.approx(meets(start, end, line[::-1]))
    places = [(start[0] + p * (end[0] - start[0]), start[1] + p * (end[1] - start[1])) for p in [part] if p]
    assert all(abs(offset(place, line)) < 1e-3 for place in places)


@given(_POINTS, _POINTS, _POINTS)
def test_a_way_over_the_line_and_back_meets_it_twice(start: Point, end: Point, middle: Point) -> None:
    line = ((-5000.0, 0.0), (5000.0, 0.0))
    assume(min(abs(start[1]), abs(end[1]), abs(middle[1])) > 0.1)
    crossings = [meets(a, b, line) for a, b in ((start, middle), (middle, end))]
    assert sum(part is not None for part in crossings) % 2 == int((start[1] < 0) != (end[1] < 0))


@pytest.mark.parametrize(
    ("point", "expected"),
    [((5, 5), True), ((15, 5), False), ((-1, 5), False), ((5, 11), False), ((1, 9), True)],
)
def test_inside(point: Point, expected: bool) -> None:
    assert inside(point, SQUARE) is expected
    assert inside(point, SQUARE[::-1]) is expected


def test_along_measures_in_the_direction_only() -> None:
    assert along((0, 0), (3, -10), (0, -5)) == pytest.approx(10)
    assert along((0, 0), (3, 10), (0, -5)) == pytest.approx(-10)


LEANING = ((200.0, 0.0), (100.0, 100.0))


@pytest.mark.parametrize(
    ("line", "centre", "overhang", "expected"),
    [
        (UP, 100, 0.1, True),
        (UP, 80, 0.1, False),
        (UP, 84, 0.1, False),
        (UP, 85, 0.1, True),
        (UP, 90, 0.35, False),
        (UP, 125, 0.1, False),
        (LEANING, 115, 0.1, False),
        (LEANING, 120, 0.1, True),
        (LEANING, 130, 0.1, False),
        (LEANING[::-1], 115, 0.1, False),
        (LEANING[::-1], 120, 0.1, True),
        (((0, 100), (200, 100)), 100, 0.1, False),
    ],
)
def test_astride_looks_between_the_wheels(
    line: tuple[Point, ...], centre: float, overhang: float, expected: bool
) -> None:
    assert astride((centre - 20, 40, centre + 20, 90), line, overhang, 0.5) is expected


@pytest.mark.parametrize(
    ("a", "b", "shared", "a_in_b", "b_in_a", "union"),
    [
        ((0, 0, 10, 10), (5, 0, 25, 10), 50, 0.5, 0.25, 0.2),
        ((0, 0, 10, 10), (2, 2, 7, 6), 20, 0.2, 1.0, 0.2),
        ((0, 0, 10, 10), (0, 0, 10, 10), 100, 1.0, 1.0, 1.0),
        ((0, 0, 10, 10), (10, 0, 20, 10), 0, 0.0, 0.0, 0.0),
        ((0, 0, 10, 10), (20, 20, 30, 30), 0, 0.0, 0.0, 0.0),
        ((0, 0, 10, 10), (5, 5, 5, 5), 0, 0.0, 0.0, 0.0),
    ],
)
def test_what_two_boxes_share(
    a: Box, b: Box, shared: float, a_in_b: float, b_in_a: float, union: float
) -> None:
    assert shared_area(a, b) == shared_area(b, a) == pytest.approx(shared)
    assert (contained(a, b), contained(b, a)) == (pytest.approx(a_in_b), pytest.approx(b_in_a))
    assert overlap(a, b) == overlap(b, a) == pytest.approx(union)
