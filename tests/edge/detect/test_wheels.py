"""Wheels behind other vehicles are not taken for the box's lower edge."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.scale import Scale
from edge.detect.tracker import Tracker
from edge.detect.wheels import covered
from edge.rules.inputs import Box, TrackPoint

BOUNDS = (0.0, 0.0, 640.0, 480.0)


def bike(box: Box) -> Detection:
    return Detection(VehicleKind.MOTORBIKE, 0.8, box)


NEARER = (95.0, 270.0, 145.0, 380.0)
"""A rider who comes up behind the one at (100, 200, 140, 300) and hides its wheel."""


@pytest.mark.parametrize(
    ("second", "share"),
    [
        (NEARER, 1.0),
        ((95, 310, 145, 420), 0.0),
        ((128, 270, 168, 380), 0.0),
        ((115, 270, 155, 380), 0.77),
        ((95, 180, 145, 290), 0.0),
    ],
    ids=["behind it", "further back", "beside it", "half behind it", "before it"],
)
def test_covered(second: Box, share: float) -> None:
    assert covered([bike((100, 200, 140, 300)), bike(second)])[0] == pytest.approx(share, abs=0.05)


def after_standing(*, nearer: bool = False, seconds: float = 2.0) -> Tracker:
    """A tracker that has seen a bike stand at (100, 200, 140, 300)."""
    tracker = Tracker(bounds=BOUNDS)
    for frame in range(int(10 * seconds)):
        tracker.update(frame / 10, frame, [bike((100, 200, 140, 300)), *([bike(NEARER)] if nearer else [])])
    return tracker


def look(tracker: Tracker, t: float, *boxes: Box) -> TrackPoint:
    """The newest point of the first vehicle after a look."""
    return next(track for track in tracker.update(t, round(10 * t), [bike(b) for b in boxes])).points[-1]


def test_wheels_that_were_seen_are_reckoned_when_something_hides_them() -> None:
    point = look(after_standing(), 2.0, (100, 200, 140, 268), NEARER)
    assert point.wheels == "predicted"
    assert point.ground == (120, pytest.approx(300, abs=4))


def test_a_shadow_below_the_wheels_is_not_the_vehicle() -> None:
    point = look(after_standing(), 2.0, (100, 200, 140, 330))
    assert point.wheels == "predicted"
    assert point.ground == (120, pytest.approx(300, abs=4))


def turning(frame: int) -> Box:
    """A bike that crosses the picture, then turns towards the camera: from above its box is higher by its
    length."""
    if frame < 40:
        return (100.0 + 5 * frame, 200, 170.0 + 5 * frame, 270)
    down = 6.0 * (frame - 40)
    return (315, 198 + down, 355, 296 + down)


def test_one_that_turned_stands_where_its_box_ends() -> None:
    tracker = Tracker(bounds=BOUNDS)
    points = [look_or_none(tracker, frame, turning(frame)) for frame in range(50)]
    after = [point for point in points if point is not None and point.t > 4.25]
    assert [(point.wheels, point.ground[1]) for point in after] == [("seen", point.box[3]) for point in after]
    assert len(after) == 7


def test_a_bike_beside_another_is_seen() -> None:
    assert look(after_standing(), 2.0, (100, 200, 140, 299), (135, 230, 175, 330)).wheels == "seen"


def test_never_seen_whole_is_hidden() -> None:
    assert look(after_standing(nearer=True), 2.0, (100, 200, 140, 300), NEARER).wheels == "hidden"


def test_cut_by_the_picture_is_never_seen() -> None:
    tracker = Tracker(bounds=BOUNDS)
    points = [look_or_none(tracker, frame, (100, 380 + frame, 140, 480)) for frame in range(8)]
    assert {point.wheels for point in points if point} == {"hidden"}


def look_or_none(tracker: Tracker, frame: int, box: Box) -> TrackPoint | None:
    tracks = tracker.update(frame / 10, frame, [bike(box)])
    return tracks[0].points[-1] if tracks else None


@given(
    kappa=st.sampled_from([0.0, 1.0, 2.0, 3.0]),
    size=st.floats(30, 120),
    places=st.lists(st.tuples(st.floats(0.45, 1.0), st.floats(0.45, 1.0)), min_size=40, max_size=60),
)
@settings(deadline=None)
def test_scale_is_learnt_and_tells_where_the_wheels_are(
    kappa: float, size: float, places: list[tuple[float, float]]
) -> None:
    scale, height = Scale(480), 480.0

    def tall(y: float) -> float:
        return size * (1 + kappa * (y / height - 0.5))

    for first, second in places:
        far = second if abs(first - second) > 0.2 else (0.45 if first > 0.7 else 1.0)
        scale.compare((first * height, tall(first * height)), (far * height, tall(far * height)))
    y = 400.0
    assert scale.at(y) == pytest.approx(tall(y) / size, rel=0.03)
    if kappa * size < 0.7 * height:
        assert scale.bottom(y - tall(y), size)[0] == pytest.approx(y, abs=0.1 * tall(y))


def test_what_stands_and_is_hidden_for_long_does_not_become_shorter() -> None:
    tracker = after_standing()
    points = [look(tracker, 2 + n / 10, (100, 200, 140, 262)) for n in range(80)]
    assert {point.wheels for point in points} <= {"predicted", "hidden"}
    assert points[-1].ground == (120, pytest.approx(300, abs=4))


def test_what_comes_out_from_behind_another_is_as_tall_as_it_is_then() -> None:
    tracker = Tracker(bounds=BOUNDS)
    for frame in range(20):
        tracker.update(frame / 10, frame, [bike((100, 200, 140, 262))])
    points = [look(tracker, 2 + n / 10, (100, 200 - n, 140, 300 - n)) for n in range(30)]
    assert points[-1].wheels == "seen"


def test_what_leaves_at_the_upper_edge_stands_where_its_box_ends() -> None:
    """Its upper end lies above the picture: that it looks shorter says nothing of its wheels."""
    tracker = Tracker(bounds=BOUNDS)
    tops = [160 - 16 * n for n in range(14)]
    points = [look_or_none(tracker, n, (100, max(0, y), 140, y + 100)) for n, y in enumerate(tops)]
    leaving = [(point, y) for point, y in zip(points, tops, strict=True) if point is not None and -60 < y < 0]
    assert len(leaving) >= 3
    for point, y in leaving:
        assert point.wheels == "seen"
        assert point.ground[1] == y + 100
