"""The whole way on a shipped clip, with the node's own networks: recording in, suggestions out."""

import pytest

from edge.camera import open_eyes
from edge.setup.suggest import suggest, watch
from edge.setup.suggest.model import Minute, Suggestions
from models.evaluation.suggestions.score import score
from models.evaluation.suggestions.truth import load
from sample_videos.truth import CLIPS

CLIP = load(CLIPS / "two_streams_day")


@pytest.fixture(scope="module")
def seen() -> tuple[Minute, list[float]]:
    """The clip looked at, and what the progress said."""
    eyes, told = open_eyes(), list[float]()
    return watch(CLIP.video, eyes.detector, eyes.finder, told.append), told


@pytest.fixture(scope="module")
def found(seen: tuple[Minute, list[float]]) -> Suggestions:
    return suggest(seen[0])


def test_the_clip_is_seen_whole_and_its_progress_told(seen: tuple[Minute, list[float]]) -> None:
    minute, told = seen

    assert minute.size == (800, 448)
    assert minute.seconds == pytest.approx(15.9, abs=0.3)
    assert len(minute.lights.times) == pytest.approx(6 * minute.seconds, rel=0.1)
    assert len(minute.vehicles) > 20
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_what_is_suggested_is_what_is_there(seen: tuple[Minute, list[float]], found: Suggestions) -> None:
    told = score(CLIP, found, seen[0].size)

    assert told.heads == (1, 1)
    assert told.false_heads == (0, 0)
    assert told.stop_lines[0] is not None
    assert told.stop_lines[0] < 2
    assert sum(shared > 0.8 for shared in told.lanes) == 2
    assert told.scale is not None
    assert told.scale < 10


def test_the_plates_of_this_camera_are_warned_of(found: Suggestions) -> None:
    assert any(
        warning.code in ("suggest.plates_small", "suggest.plates_not_seen") for warning in found.warnings
    )
