"""Ways and timetables: continuous, exact at their keys, and crossings found where they are."""

from math import hypot, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_videos.scene.blender.motion import Pose, Timetable, Way, pose_at, time_of_crossing

STRAIGHT = Way(((2.0, 0.0), (2.0, 50.0)))
BEND = Way(((0.0, 0.0), (0.0, 10.0), (2.0, 14.0), (6.0, 16.0), (20.0, 16.0)))
STOPPING = Timetable(((0.0, 0.0, 6.0), (2.0, 9.0, 3.0), (4.0, 12.0, 0.0)))


@pytest.mark.parametrize(
    ("s", "point"), [(-3.0, (2.0, -3.0)), (0.0, (2.0, 0.0)), (17.5, (2.0, 17.5)), (60.0, (2.0, 60.0))]
)
def test_a_straight_way_is_measured_in_metres_and_goes_on_beyond_its_ends(
    s: float, point: tuple[float, float]
) -> None:
    assert STRAIGHT.at(s) == pytest.approx(point)


@pytest.mark.parametrize(
    ("way", "heading"),
    [
        (Way(((0, 0), (0, 9))), 0.0),
        (Way(((0, 0), (9, 0))), -pi / 2),
        (Way(((0, 0), (-9, 0))), pi / 2),
    ],
)
def test_heading_is_anticlockwise_from_up_the_road(way: Way, heading: float) -> None:
    assert way.heading(3.0) == pytest.approx(heading)


@given(st.floats(0.0, 30.0), st.floats(0.01, 0.5))
def test_arc_length_is_never_shorter_than_the_chord(s: float, step: float) -> None:
    (x0, y0), (x1, y1) = BEND.at(s), BEND.at(s + step)
    assert hypot(x1 - x0, y1 - y0) <= step + 1e-6


@pytest.mark.parametrize(
    ("t", "s", "speed"),
    [(-1.0, -6.0, 6.0), (0.0, 0.0, 6.0), (2.0, 9.0, 3.0), (4.0, 12.0, 0.0), (9.0, 12.0, 0.0)],
)
def test_a_timetable_keeps_its_keys_and_the_speed_beyond_them(t: float, s: float, speed: float) -> None:
    assert STOPPING.at(t)[:2] == pytest.approx((s, speed))


@given(st.floats(0.0, 4.0))
def test_speed_is_the_derivative_of_distance(t: float) -> None:
    before, after = STOPPING.at(t - 1e-4)[0], STOPPING.at(t + 1e-4)[0]
    assert (after - before) / 2e-4 == pytest.approx(STOPPING.at(t)[1], abs=2e-2)


@pytest.mark.parametrize(("t", "brake"), [(-1.0, False), (1.0, True), (3.0, True), (20.0, True)])
def test_the_brake_lamp_is_lit_while_slowing_and_standing(t: float, brake: bool) -> None:
    assert pose_at(STRAIGHT, STOPPING, t).brake is brake


def test_a_pose_is_the_point_and_heading_of_the_way() -> None:
    assert pose_at(STRAIGHT, Timetable(((1.0, 5.0, 4.0),)), 2.0) == Pose(2.0, 9.0, 0.0, 4.0, False)


@given(st.floats(0.5, 40.0), st.floats(1.0, 15.0))
def test_a_crossing_is_found_at_distance_over_speed(line: float, speed: float) -> None:
    found = time_of_crossing(STRAIGHT, Timetable(((0.0, 0.0, speed),)), 1, line, 0.0, 60.0)
    assert found == pytest.approx(line / speed, abs=1e-3)


def test_a_line_that_is_not_crossed_is_an_error() -> None:
    with pytest.raises(ValueError, match="no crossing of y = 13"):
        time_of_crossing(STRAIGHT, STOPPING, 1, 13.0, 0.0, 20.0)
