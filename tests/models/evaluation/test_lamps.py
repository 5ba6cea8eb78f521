"""Which scene a crop is of, and what counts as wrong."""

import pytest

from edge.signal.lamp import LampReading
from models.evaluation.lamps import scene_of, verdict


@pytest.mark.parametrize(
    ("stem", "scene"),
    [
        ("n0141_0", "street_by_night"),
        ("n1848_1", "trees_by_day"),
        ("n1855_2", "trees_farther"),
        ("n4626_2", "junction_grey"),
        ("n2177_0", "columns"),
        ("night_00048_b_0", "junction_by_night"),
        ("n9999_0", "other"),
        ("nine_0", "other"),
        ("532c9433-2eeb-47a8-9333-9125efe1fde5", "other"),
    ],
)
def test_scene_of_a_crop(stem: str, scene: str) -> None:
    assert scene_of(stem) == scene


@pytest.mark.parametrize(
    ("said", "expected"),
    [("red", "right"), ("green", "wrong"), ("amber", "wrong"), ("off", "unnamed"), ("fault", "unnamed")],
)
def test_only_another_colour_is_wrong(said: str, expected: str) -> None:
    assert verdict("red", LampReading(said, 0.9)) == expected  # type: ignore[arg-type]  # one of the readings
