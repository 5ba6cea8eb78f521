"""From a camera's configuration to its source, live or played from a file; passwords are inserted only
here."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from configs.camera import CameraConfig, StreamConfig
from contract.reasons import Reason, Value
from edge.files import replace_file
from edge.video.source import ApartSource, FileSource

PLAYED_BEFORE = timedelta(minutes=5)
"""Assumed age of the first frame of a played file."""


class StreamError(RuntimeError):
    """A camera's stream can't be opened as configured; the message says what to do."""


def live_source(
    config: CameraConfig,
    ring_seconds: float,
    turn: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> ApartSource:
    """The live camera, read by its own process from now on. For `turn` see `ApartSource`.

    Raises:
        StreamError: the camera file names no stream, or a password file can't be read.
    """
    if config.detect_stream is None:
        raise StreamError(f"camera {config.id}: its file names no detect_stream; add it or play a video file")
    record = address(config.record_stream) if config.record_stream else None
    return ApartSource(address(config.detect_stream), record, ring_seconds=ring_seconds, turn=turn)


def file_source(video: Path, start: datetime, ring_seconds: float) -> FileSource:
    """A video file in place of the camera, its first frame taken at `start`."""
    return FileSource(video, start, ring_seconds=ring_seconds)


def size_problem(size: tuple[int, int], config: CameraConfig) -> Reason | None:
    """The problem of a picture of this size: the lines lie elsewhere on it."""
    if size == config.size:
        return None
    (width, height), (planned_width, planned_height) = size, config.size
    values: dict[str, Value] = {"camera": config.id, "width": width, "height": height}
    planned: dict[str, Value] = {"planned_width": planned_width, "planned_height": planned_height}
    return Reason(code="camera.wrong_size", values=values | planned)


def address(stream: StreamConfig) -> str:
    """The stream's URL with user and password in it: for the video library only, never for a log.

    Raises:
        StreamError: the password file can't be read or is empty.
    """
    if stream.username is None:
        return stream.url
    login = quote(stream.username, safe="")
    if stream.password_file is not None:
        try:
            password = stream.password_file.read_text(encoding="utf-8-sig").splitlines()[0]
        except (OSError, UnicodeDecodeError, IndexError):
            # Not chained: the decoder's error quotes the bytes it failed on.
            raise StreamError(f"{stream.password_file}: no password can be read from it") from None
        login += ":" + quote(password, safe="")
    parts = urlsplit(stream.url)
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))


class Playing:
    """Stores in a node's folder which files are being played, and since when.

    A file played again after a crash gets the same times, so that its violations have the same ids and are
    not sent twice. Once everything is delivered it is forgotten: the next run is a new recording.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "playing.json"
        # One moment for all files: cameras of one road are played side by side.
        self._began = datetime.now(UTC).replace(microsecond=0) - PLAYED_BEFORE

    def start(self, camera: str, video: Path) -> datetime:
        """UTC of the first frame of `video`: a whole second some minutes ago, as for any recording."""
        known = self._read()
        name = f"{camera}:{video.resolve()}:{video.stat().st_size}"
        if name not in known:
            known[name] = self._began.isoformat()
            replace_file(self._path, json.dumps(known).encode())
        return datetime.fromisoformat(known[name])

    def forget(self) -> None:
        """Everything is delivered: forgets the files."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):  # damaged: as if nothing had been played
            return {}
