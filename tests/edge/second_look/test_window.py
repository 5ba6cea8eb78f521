"""What is looked at is bounded in pictures times pixels, whatever the camera's rate and the act's length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.rules.inputs import Finding, TrackPoint
from edge.second_look import window as bounds
from edge.second_look.window import chosen, input_size, window


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


@pytest.mark.parametrize(("fps", "near"), [(6, 12), (12, 24), (25, 50)])
def test_near_the_act_every_picture_is_looked_at(fps: int, near: int) -> None:
    times = [number / fps for number in range(5 * fps)]
    looks = [t for t in chosen(times, 3.0) if abs(t - 3.0) < 1.0 - 1e-9]
    assert looks == [t for t in times if abs(t - 3.0) < 1.0 - 1e-9]
    assert len(looks) >= near - 1
