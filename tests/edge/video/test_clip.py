"""Clips gone through for a copy: upright, from their first moment on, and words for what is none."""

from pathlib import Path

import numpy as np
import pytest

from edge.evidence.marked_copy import write_marked_copy
from edge.video.clip import opened
from edge.video.file import FileSource
from edge.video.frame import VideoError
from tests.edge.video import clips


@pytest.mark.parametrize(("degrees", "size"), [(0, (320, 240)), (90, (240, 320)), (180, (320, 240))])
def test_a_copy_stands_as_its_clip_is_to_be_seen(tmp_path: Path, degrees: int, size: tuple[int, int]) -> None:
    source = clips.make_clip(tmp_path / "2026-03-01T10:00:00.mp4", clips.steady(10), rotation=degrees)
    upright = np.rot90(clips.picture(5, (320, 240)), degrees // 90)
    with opened(source) as clip:
        shots = list(clip.shots)
    assert [t for _, t in shots] == pytest.approx(clips.steady(10), abs=0.001)
    assert np.abs(shots[5][0].astype(int) - upright).mean() < 10
    assert write_marked_copy(source, tmp_path / "copy.mp4", "COPY") == 10
    copy = FileSource(tmp_path / "copy.mp4")
    assert (copy.size, copy.rotation) == (size, 0)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"\x00\x00\x00\x18ftypisom"])
def test_what_is_no_clip_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoError, match=r"a\.mp4: "), opened(path) as clip:
        list(clip.shots)
    with pytest.raises(VideoError, match=r"a\.mp4: "):
        write_marked_copy(path, tmp_path / "copy.mp4", "COPY")
    assert not (tmp_path / "copy.mp4").exists()
