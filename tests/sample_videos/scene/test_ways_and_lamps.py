"""Paths are smooth and as long as they say; lamp programs of two streets never give way to both."""

from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_videos.scene import ways
from sample_videos.scene.lamps import Program
from sample_videos.scene.street import Junction

J = Junction(20.0, 25.6, 39.6)


def test_a_straight_way_up_and_the_side_its_right_is_on() -> None:
    way = ways.up(2.0)
    assert way.at(60.0, 0.5) == pytest.approx((2.5, 20.0, 0.0))
    assert ways.down(-3.0).at(100.0, 0.5)[:2] == pytest.approx((-3.5, 50.0))
    assert way.reach(20.0) == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("way", "heading"),
    [(ways.right(5.0, J), -pi / 2), (ways.left(2.0, J), pi / 2), (ways.u_turn(2.0, -3.0, J), pi)],
)
def test_turns_end_in_the_direction_they_are_named_after(way: ways.Way, heading: float) -> None:
    assert way.at(0.0)[2] == pytest.approx(0.0)
    assert way.at(way.length)[2] == pytest.approx(heading, abs=1e-6)


@given(st.floats(0, 150), st.sampled_from([ways.right(5.0, J), ways.left(2.0, J), ways.u_turn(2.0, -3.0, J)]))
def test_a_metre_along_is_a_metre_and_headings_dont_jump(s: float, way: ways.Way) -> None:
    (x1, y1, h1), (x2, y2, h2) = way.at(s), way.at(s + 0.2)
    if s + 0.3 < way.length:
        assert ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 == pytest.approx(0.2, abs=0.03)
    assert abs(h2 - h1) < 0.2


def test_a_height_the_way_never_comes_to_is_said() -> None:
    with pytest.raises(ValueError, match="never comes to y = 500"):
        ways.up(1.0).reach(500.0)


@given(st.floats(-30, 60))
def test_the_cross_street_has_red_while_ours_has_not(t: float) -> None:
    ours = Program(((-1000.0, "red"), (-16.0, "green"), (3.0, "amber"), (6.0, "red"), (40.0, "green")))
    if ours.at(t) != "red":
        assert ours.opposite().at(t) == "red"


def test_states_cover_the_clip_without_gaps() -> None:
    program = Program(((-5.0, "green"), (3.0, "amber"), (6.0, "red")))
    assert program.states(10.0) == [(0.0, 3.0, "green"), (3.0, 6.0, "amber"), (6.0, 10.0, "red")]
    assert (program.at(-99.0), program.since(7.0)) == ("green", 6.0)
