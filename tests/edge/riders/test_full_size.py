"""Looks at a camera that has a record stream of its own: only keyframes are decoded, each once."""

from dataclasses import replace
from pathlib import Path

from edge.riders.full_size import Keyframes
from edge.video.source import FileSource
from tests.edge.video import clips


def test_each_keyframe_is_given_once_and_none_of_another_run(tmp_path: Path) -> None:
    source = FileSource(clips.make_clip(tmp_path / "clip.mp4", times=clips.steady(60)))
    keyframes = Keyframes(source.ring)
    given = [picture for frame in source.frames() if (picture := keyframes(frame))]
    assert len(given) > 1
    assert [picture.t for picture in given] == sorted({picture.t for picture in given})
    (last,) = source.ring.frames([given[-1].t])
    assert Keyframes(source.ring)(replace(last, run=last.run + 1)) is None
