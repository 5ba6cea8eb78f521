"""Which frames the plate is looked for in: the nearest whole ones, spread out, still there."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.vehicles import VehicleKind
from edge.evidence.moments import PLATE_FRAMES, plate_points
from edge.pipeline import Incident
from edge.rules.inputs import Box, Finding, Track, TrackPoint

SIZE = (640, 480)


def incident(boxes: list[Box]) -> Incident:
    """A vehicle with these boxes, ten frames a second."""
    points = tuple(TrackPoint(number / 10, box, number) for number, box in enumerate(boxes))
    finding = Finding("red_light", 1, "violation", "why", 1, 0.0, points[0], {})
    return Incident(finding, Track(1, VehicleKind.CAR, 0.9, points), None, {})


def square(size: float, x: float = 200, y: float = 200) -> Box:
    return (x, y, x + size, y + size)


@pytest.mark.parametrize(
    ("boxes", "frames"),
    [
        ([square(10), square(20), square(30), square(40)], [3, 1]),  # the nearest first, no neighbours
        ([square(40), square(30), square(20)], [0, 2]),  # drives away
        ([square(60, x=2), square(20), square(10)], [1]),  # cut off at the left
        ([square(60, y=418), square(20)], [1]),  # cut off below: 480 - 2
        ([square(60, x=578), square(20)], [1]),  # cut off at the right
        ([square(60, y=3), square(20)], [1]),  # cut off above
        ([square(60, x=2), square(50, x=2)], [0]),  # nothing better
    ],
)
def test_the_largest_whole_boxes_come_first(boxes: list[Box], frames: list[int]) -> None:
    assert [point.frame for point in plate_points(incident(boxes), SIZE, 0.0)] == frames


def test_what_is_no_longer_in_the_ring_is_not_chosen() -> None:
    boxes = [square(90 - number) for number in range(10)]
    assert [point.frame for point in plate_points(incident(boxes), SIZE, 0.5)] == [5, 7, 9]


@pytest.mark.parametrize(
    ("breaks", "frames"),
    [
        ([], [0, 2, 4, 6, 8]),
        ([3], [3, 5, 7, 9]),
        ([6], [0, 2, 4]),
        ([2, 7], [2, 4, 6]),
        ([0], [0, 2, 4, 6, 8]),
    ],
)
def test_beyond_a_break_it_may_be_another_vehicle(breaks: list[int], frames: list[int]) -> None:
    """The act is at 0.4 s."""
    whole = incident([square(90 - number) for number in range(10)])
    points = tuple(replace(p, breaks=p.frame in breaks) for p in whole.track.points)
    finding = replace(whole.finding, t=0.4)
    broken = replace(whole, finding=finding, track=replace(whole.track, points=points))
    assert [point.frame for point in plate_points(broken, SIZE, 0.0)] == frames


@given(st.lists(st.floats(10, 250), min_size=1, max_size=80))
def test_few_frames_and_never_neighbours(sizes: list[float]) -> None:
    chosen = plate_points(incident([square(size) for size in sizes]), SIZE, 0.0)
    frames = sorted(point.frame for point in chosen)
    assert 1 <= len(chosen) <= PLATE_FRAMES
    assert all(later - earlier >= 2 for earlier, later in pairwise(frames))
    assert [p.box[2] for p in chosen] == sorted((p.box[2] for p in chosen), reverse=True)
