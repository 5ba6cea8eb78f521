"""A camera's two streams, played in step from files."""

from pathlib import Path

import pytest

from bench.live.camera import AHEAD, next_start
from bench.live.clips import FPS, keyframes, turned
from edge.video.file import FileSource
from tests.edge.video import clips


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (0.0, (1.0, 1.0)),
        (0.9 - AHEAD, (1.0, 0.1 + AHEAD)),
        (1.0 - AHEAD / 2, (2.5, 1.5 + AHEAD / 2)),  # too late for the nearest
        (3.9, (0.0, 0.1 + AHEAD)),
        (4.0 * 7 + 3.0, (0.0, 1.0)),
    ],
)
def test_playing_begins_at_the_next_keyframe_there_is_time_for(
    since: float, expected: tuple[float, float]
) -> None:
    seconds = 4.0 + (AHEAD if since == 3.9 else 0.0)
    assert next_start(since, (0.0, 1.0, 2.5), seconds) == pytest.approx(expected)


def test_a_turned_clip_begins_at_a_keyframe_and_goes_on_with_the_beginning(tmp_path: Path) -> None:
    clip = clips.make_clip(tmp_path / "clip.mp4", clips.steady(40), keyint=10)
    starts = keyframes(clip)
    assert starts == pytest.approx([0.0, 0.4, 0.8, 1.2])
    frames = list(FileSource(turned(clip, starts[3], tmp_path)).frames())
    assert [clips.number_of(frame.image) for frame in frames] == [*range(30, 40), *range(30)]
    assert [frame.t for frame in frames] == pytest.approx([number / FPS for number in range(40)])
