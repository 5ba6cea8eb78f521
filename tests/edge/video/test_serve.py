"""A file as a camera, and what is said when it can't be one."""

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from edge.video.serve import _playable, serve_camera
from edge.video.source import FileSource, VideoError
from tests.brokers import free_port
from tests.edge.video import clips


def test_a_taken_port_is_named(clip_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(VideoError, match=rf"127\.0\.0\.1:{port}.*port taken"):
            serve_camera(clip_path, "127.0.0.1", port)


def test_without_the_extra_it_says_which(clip_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aio_rtsp_toolkit", None)
    with pytest.raises(VideoError, match=r"ngatu\[rtsp-camera\]"):
        serve_camera(clip_path, "127.0.0.1", free_port())


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video at all")
    with pytest.raises(VideoError, match="not a video"):
        serve_camera(tmp_path / "a.mp4", "127.0.0.1", free_port())


@pytest.mark.parametrize(
    ("options", "as_it_is"),
    [({}, True), ({"rotation": 90}, False), ({"rotation": 180}, False), ({"b_frames": 2}, False)],
)
def test_a_camera_sends_upright_pictures_in_order(
    tmp_path: Path, options: dict[str, Any], as_it_is: bool
) -> None:
    source = FileSource(clips.make_clip(tmp_path / "a.mp4", clips.steady(20), **options))
    (tmp_path / "converted").mkdir()
    played = FileSource(_playable(source, tmp_path / "converted"))
    assert (played.path == source.path) is as_it_is
    assert (played.size, played.rotation, played.reorders) == (source.size, 0, False)
    frames = zip(played.frames(), source.frames(), strict=True)
    assert all(abs(one.image.astype(int) - other.image).mean() < 12 for one, other in frames)
