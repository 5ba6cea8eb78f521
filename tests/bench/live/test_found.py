"""Packages against the violations of the sample clip."""

import pytest

from bench.live.clips import acts
from bench.live.found import Packed, Score, score

EPOCH, ROUND = 1000.0, 20.0
WINDOW = (1020.0, 1040.0)
"""The second round of the clip."""


def package(rule: str, t: float, decision: str = "violation", camera: str = "cam-1") -> Packed:
    """Of an act `t` seconds after the second round began."""
    occurred = EPOCH + ROUND + t
    return Packed(camera, rule, decision, occurred, (occurred - 6.5, occurred + 5.75), occurred + 9)


SOLID, RED, SECOND_RED = package("solid_line", 5.1), package("red_light", 10.7), package("red_light", 12.8)
ALL = (SOLID, RED, SECOND_RED)


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        (ALL, Score(3, 0, 0, 0)),
        ((), Score(0, 3, 0, 0)),
        ((*ALL, package("red_light", 10.8)), Score(3, 0, 0, 1)),  # told twice
        ((*ALL, package("red_light", 10.8, "borderline")), Score(3, 0, 0, 0)),
        ((SOLID, RED, package("red_light", 12.8, "borderline")), Score(2, 0, 1, 0)),
        ((*ALL, package("wrong_lane", 5.1)), Score(3, 0, 0, 1)),
        ((*ALL, package("red_light", 17.0)), Score(3, 0, 0, 1)),
        ((*ALL, package("red_light", 10.7 - ROUND)), Score(3, 0, 0, 0)),  # of the round before, not counted
        ((SOLID, RED, package("red_light", 12.8, camera="cam-2")), Score(2, 1, 0, 1)),
    ],
)
def test_each_act_is_found_once(packages: tuple[Packed, ...], expected: Score) -> None:
    assert score(packages, {"cam-1": EPOCH}, ROUND, WINDOW) == expected


def test_every_camera_shows_the_clip_at_its_own_time() -> None:
    later = package("red_light", 10.7 + 5.0, camera="cam-2")
    found = score([*ALL, later], {"cam-1": EPOCH, "cam-2": EPOCH + 5.0}, ROUND, WINDOW)
    assert found == Score(found=4, missed=2, doubtful=0, invented=0)


def test_the_truth_of_the_clip_is_read() -> None:
    assert sorted(act.rule for act in acts()) == ["red_light", "red_light", "solid_line"]


def test_what_a_clip_lacks_at_both_ends() -> None:
    assert RED.clip_lacks == pytest.approx(0.25)
    assert RED.took == pytest.approx(9)
