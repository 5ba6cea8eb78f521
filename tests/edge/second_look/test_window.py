"""What is looked at is bounded in pictures times pixels, whatever the camera's rate and the act's length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.rules.inputs import Finding, TrackPoint
from edge.second_look import window as bounds
from edge.second_look.looking import Look, neighbourhood
from edge.second_look.questions import picture_whole
from edge.second_look.window import chosen, input_size, window

BOX = (0.0, 0.0, 9.0, 9.0)


def finding(t: float, **moments: float) -> Finding:
    told = dict(moments)
    return Finding("red_light", 1, "violation", (), 1, t, TrackPoint(t, (0, 0, 9, 9), 1), told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moments", "first", "last"),
    [
        ({}, 7.0, 12.0),
        ({"before": 9.5, "over": 10.1, "continuing": 11.0}, 7.0, 12.0),
        ({"before": 6.0, "continuing": 13.0}, 5.3, 13.7),
        ({"before": -200.0, "continuing": 10.0}, 3.0, 12.0),
        ({"before": 9.0, "continuing": 90.0}, 7.0, 14.5),
    ],
)
def test_the_stretch_around_an_act(moments: dict[str, float], first: float, last: float) -> None:
    assert window(finding(10.0, **moments)) == (pytest.approx(first), pytest.approx(last))


@pytest.mark.parametrize(
    ("begun", "seen_from", "answer"),
    [(8.0, 7.0, "yes"), (8.0, 9.0, "unsure"), (-170.0, 3.0, "yes"), (-170.0, 6.0, "unsure")],
)
def test_of_a_long_act_only_its_end_must_be_on_film(begun: float, seen_from: float, answer: str) -> None:
    times = [seen_from + number / 10 for number in range(int(10 * (12.0 - seen_from)))]
    asked = picture_whole([], times, finding(10.0, before=begun, over=10.0))
    assert asked.question.answer == answer


@pytest.mark.parametrize(("broken", "answer"), [(9.5, "unsure"), (10.0, "unsure"), (8.0, "yes")])
def test_a_damaged_picture_during_the_act_is_doubtful(broken: float, answer: str) -> None:
    times = [7.0 + number / 10 for number in range(50)]
    shade = np.tile(np.arange(64, dtype=np.uint8) * 3, (36, 1))
    looks = [
        Look(number, t, BOX, BOX, (), None, shade + np.uint8(number), damaged=abs(t - broken) < 0.01)
        for number, t in enumerate(times)
    ]
    asked = picture_whole(looks, times, finding(10.0, before=9.0, continuing=11.0))
    assert asked.question.answer == answer


@given(st.floats(1, 120), st.floats(0, 30), st.floats(-2, 32))
def test_looks_stay_within_the_budget(fps: float, seconds: float, t: float) -> None:
    times = [number / fps for number in range(int(fps * seconds))]
    looks = chosen(times, t)
    assert looks == sorted(set(looks))
    assert set(looks) <= set(times)
    assert len(looks) <= bounds.MOST_LOOKS
    side = input_size(len(looks))
    assert side % bounds.STRIDE == 0
    assert len(looks) * side * side <= max(bounds.PIXELS, len(looks) * bounds.SIZES[0] ** 2)


@pytest.mark.parametrize(
    ("fps", "width", "height"), [(12, 1280, 720), (25, 1920, 1080), (60, 2114, 1206), (25, 3840, 2160)]
)
def test_what_is_decoded_counts_as_well(fps: int, width: int, height: int) -> None:
    """A large picture often leaves less for the detector; it never sees less than its least."""
    decoded = 5 * fps * width * height
    looks = len(chosen([number / fps for number in range(5 * fps)], 3.0))
    given = looks * input_size(looks, decoded) ** 2
    in_all = given + decoded / bounds.DECODED_FOR_ONE
    assert in_all <= bounds.PIXELS_IN_ALL or given == looks * bounds.SIZES[0] ** 2
    assert given <= bounds.PIXELS


@pytest.mark.parametrize(("fps", "near"), [(6, 12), (12, 24), (25, 50)])
def test_near_the_act_every_picture_is_looked_at(fps: int, near: int) -> None:
    times = [number / fps for number in range(5 * fps)]
    looks = [t for t in chosen(times, 3.0) if abs(t - 3.0) < 1.0 - 1e-9]
    assert looks == [t for t in times if abs(t - 3.0) < 1.0 - 1e-9]
    assert len(looks) >= near - 1


@given(st.tuples(*[st.floats(-5000, 5000)] * 2), st.floats(1, 900), st.floats(1, 900))
def test_a_neighbourhood_lies_in_the_picture_wherever_its_box_was_carried(
    corner: tuple[float, float], width: float, height: float
) -> None:
    x, y = corner
    left, top, right, bottom = neighbourhood((x, y, x + width, y + height), (1280, 720))
    assert 0 <= left <= right <= 1280
    assert 0 <= top <= bottom <= 720
