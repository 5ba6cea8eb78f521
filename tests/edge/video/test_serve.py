"""A file as a camera, and what is said when it can't be one."""

import socket
import sys
from pathlib import Path

import pytest

from edge.video.serve import serve_camera
from edge.video.source import VideoError
from tests.brokers import free_port


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
