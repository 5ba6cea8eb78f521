"""From a camera's configuration to its source, live or played from a file; passwords are put in only here."""

from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from edge.config import CameraConfig, StreamConfig
from edge.video.source import FileSource, RtspSource


class StreamError(RuntimeError):
    """A camera's stream can't be opened as configured; the message says what to do."""


def live_source(config: CameraConfig, ring_seconds: float) -> RtspSource:
    """The camera's RTSP source; it reads at once and reconnects for ever.

    Raises:
        StreamError: the camera file names no stream, or a password file can't be read.
    """
    if config.detect_stream is None:
        raise StreamError(f"camera {config.id}: its file names no detect_stream; add it or play a video file")
    record = address(config.record_stream) if config.record_stream else None
    return RtspSource(address(config.detect_stream), record, ring_seconds=ring_seconds)


def file_source(video: Path, start: datetime, ring_seconds: float) -> FileSource:
    """A video file in the camera's place, its first frame taken at `start`."""
    return FileSource(video, start, ring_seconds=ring_seconds)


def address(stream: StreamConfig) -> str:
    """The stream's URL with user and password in it: for the video library only, never for a log."""
    if stream.username is None:
        return stream.url
    login = quote(stream.username, safe="")
    if stream.password_file is not None:
        try:
            password = stream.password_file.read_text(encoding="utf-8").splitlines()[0]
        except (OSError, IndexError) as problem:
            raise StreamError(f"{stream.password_file}: no password can be read from it") from problem
        login += ":" + quote(password, safe="")
    parts = urlsplit(stream.url)
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))
