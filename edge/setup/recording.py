"""The recorded minute used for drawing: cut from a live stream, or made from a file.

A browser must play it, so anything but H.264 in MP4 is converted; an H.264 stream stays as the camera sent
it.
"""

import os
import time
from datetime import datetime
from pathlib import Path

from configs.camera import StreamConfig
from contract.reasons import Reason
from edge.setup.places import SetupError
from edge.setup.tasks import Report
from edge.streams import StreamError, address
from edge.video.encode import VideoWriter
from edge.video.file import FileSource
from edge.video.frame import VideoError
from edge.video.rtsp import RtspSource

SECONDS = 60.0
"""Seconds recorded from a stream: one signal cycle in most places."""

_RING_BYTES = 512 * 1024 * 1024
_PATIENCE = 20.0
_STEP = 0.25


def from_stream(stream: StreamConfig, path: Path, seconds: float, report: Report) -> datetime:
    """Records so many seconds of the stream into an MP4 file at `path`; returns the time of its first
    picture.

    Raises SetupError: the camera gives no pictures, or stops giving them.
    """
    source = opened(stream, seconds + 30)
    try:
        _wait(source, seconds, report)
        start, end = source.ring.start_t, source.ring.end_t
        assert start is not None
        assert end is not None
        clip = source.ring.clip(start, end, end)
    finally:
        source.close()
    raw = path.with_suffix(".raw.mp4")
    raw.write_bytes(clip.data)
    from_file(raw, path, report)
    return clip.captured_at


def opened(stream: StreamConfig, ring_seconds: float) -> RtspSource:
    """The stream's address with user and password. Raises SetupError if the password can't be read."""
    try:
        return RtspSource(address(stream), ring_seconds=ring_seconds, ring_bytes=_RING_BYTES)
    except StreamError:
        raise SetupError("no_password") from None


def _wait(source: RtspSource, seconds: float, report: Report) -> None:
    """Waits until the ring holds that much; a stream that stops earlier is an error."""
    moved = time.monotonic()
    held = 0.0
    while held < seconds:
        time.sleep(_STEP)
        now = (source.ring.end_t or 0.0) - (source.ring.start_t or 0.0)
        if now != held:
            held, moved = now, time.monotonic()
        elif time.monotonic() - moved > _PATIENCE:
            raise no_stream(source.health().reason)
        report(held / seconds)


def no_stream(why: Reason | None) -> SetupError:
    """The error for a stream without pictures."""
    return SetupError("no_stream", why=why or Reason(code="stream.no_picture"))


def from_file(raw: Path, path: Path, report: Report) -> None:
    """Makes a video file the recording; `raw` is consumed.

    Raises SetupError: it is not a video.
    """
    try:
        source = FileSource(raw)
        if source.codec == "h264" and not source.rotation and _is_mp4(raw):
            os.replace(raw, path)
        else:
            _convert(source, path, report)
            raw.unlink()
    except VideoError as error:
        raise SetupError("not_a_video", detail=str(error)) from error
    report(1.0)


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of the recording. Raises SetupError if there is none."""
    try:
        return FileSource(path).size
    except VideoError as error:
        raise SetupError("no_recording") from error


def _is_mp4(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(12)[4:8] == b"ftyp"


def _convert(source: FileSource, path: Path, report: Report) -> None:
    fresh = path.with_suffix(".part.mp4")
    with VideoWriter(fresh, source.size, source.fps, keyframe_seconds=1.0) as writer:
        for frame in source.frames():
            writer.write(frame.image, frame.t)
            if source.announced:
                report(0.99 * frame.index / source.announced)
    os.replace(fresh, path)
