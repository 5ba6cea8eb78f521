"""The usual shape of one rider, learnt by place and direction; what is too wide may be two."""

import pytest

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.shapes import Shapes
from edge.detect.tracker import Tracker
from edge.rules.inputs import Box, Point, Track

PICTURE: Box = (0, 0, 1280, 720)
UP, DOWN, ACROSS = (0.0, -100.0), (0.0, 100.0), (100.0, 5.0)


def box(wide: float, x: float = 640.0, bottom: float = 600.0) -> Box:
    """One 100 px high, so many times as wide as high."""
    return (x - 50 * wide, bottom - 100, x + 50 * wide, bottom)


def learnt(usual: float, way: Point, vehicles: int = 8, trembling: float = 0.01) -> Shapes:
    """Before a camera that saw so many vehicles of about this shape."""
    shapes = Shapes(PICTURE)
    for number in range(vehicles):
        shapes.take(box(usual + trembling * (number % 5 - 2)), way, set())
    return shapes


def test_a_box_is_compared_with_those_of_single_riders_there() -> None:
    """Trembling boxes differ by 6 % at least; two of that is what one in 44 differs by."""
    for usual, way, wide, sigmas in (
        (0.48, UP, 0.48, 0.0),
        (0.48, DOWN, 0.6, 3.7),
        (0.48, UP, 0.9, 10.5),
        (0.6, UP, 0.62, 0.5),
        (1.2, ACROSS, 1.25, 0.7),
        (1.2, ACROSS, 0.6, -11.6),
    ):
        assert _sigmas(learnt(usual, way), box(wide), way) == pytest.approx(sigmas, abs=0.1)


@pytest.mark.parametrize(("wide", "aside"), [(0.5, 16.8), (0.9, 21.0), (1.2, 36.0)])
def test_of_two_either_is_a_third_of_a_rider_aside_at_least(wide: float, aside: float) -> None:
    found = learnt(0.48, UP).breadth(box(wide), UP)
    assert found is not None
    assert found.aside == pytest.approx(aside, abs=0.01)


def test_where_riders_differ_much_more_is_needed() -> None:
    even, uneven = learnt(0.5, UP), learnt(0.5, UP, vehicles=15, trembling=0.07)
    assert _sigmas(uneven, box(0.65), UP) < 2 < _sigmas(even, box(0.65), UP)


def test_a_few_who_are_wide_change_nothing() -> None:
    shapes = learnt(0.48, UP)
    before = _sigmas(shapes, box(0.7), UP)
    for _ in range(3):
        shapes.take(box(0.9), UP, set())
    assert _sigmas(shapes, box(0.7), UP) == pytest.approx(before, abs=0.5)


def test_one_vehicle_teaches_once_for_each_place() -> None:
    shapes, taught = Shapes(PICTURE), set[tuple[int, ...]]()
    for _ in range(20):
        shapes.take(box(0.75), UP, taught)
    assert _sigmas(shapes, box(0.75), UP) > 2


def test_what_is_usual_elsewhere_counts_where_too_few_came() -> None:
    assert _sigmas(learnt(0.35, UP), box(0.45, x=100, bottom=200), UP) > 2


@pytest.mark.parametrize(("wide", "way", "too_wide"), [(0.58, UP, False), (0.8, UP, True)])
def test_where_nothing_was_learnt_only_the_plain_is_told(wide: float, way: Point, too_wide: bool) -> None:
    assert (_sigmas(Shapes(PICTURE), box(wide), way) > 2) == too_wide


@pytest.mark.parametrize(("shapes", "way"), [(Shapes(PICTURE), ACROSS), (learnt(0.48, UP), None)])
def test_where_nothing_tells_none_is_said(shapes: Shapes, way: Point | None) -> None:
    assert shapes.breadth(box(2.0), way) is None


def test_a_camera_learns_from_those_who_ride_alone() -> None:
    tracker = Tracker(bounds=PICTURE)
    alone = [_ride(tracker, 40.0, 10.0 * number, 300.0 + 100 * (number % 3)) for number in range(9)]
    both = _ride(tracker, 56.0, 100.0, 400.0)
    assert max(_of(alone[-1])) < 2 < min(_of(both))


def _sigmas(shapes: Shapes, box: Box, way: Point) -> float:
    found = shapes.breadth(box, way)
    assert found is not None
    return found.sigmas


def _of(track: Track) -> list[float]:
    return [point.breadth.sigmas for point in track.points if point.breadth is not None]


def _ride(tracker: Tracker, width: float, start: float, x: float) -> Track:
    """One who rides up the picture alone, in a box of this width."""
    seen: list[Track] = []
    for number in range(24):
        bottom = 500.0 - 8 * number
        one = Detection(VehicleKind.MOTORBIKE, 0.8, (x - width / 2, bottom - 80, x + width / 2, bottom))
        seen = tracker.update(start + 0.1 * number, int(10 * start) + number, [one])
    return seen[0]
