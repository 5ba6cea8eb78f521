"""Plays a file as an RTSP camera, in a loop: for trying a node without a camera, and for tests."""

import asyncio
import logging
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from edge.video.encode import VideoWriter
from edge.video.file import FileSource
from edge.video.frame import VideoError

log = structlog.get_logger(__name__)

_PLAYABLE = ("h264", "hevc")


def serve_camera(video: Path, host: str, port: int) -> None:
    """Serves `video` at `rtsp://host:port/<file name without ending>` and `/cam` until interrupted.

    Timestamps keep increasing over the loop's end. A camera sends its pictures in the order they were taken;
    a file with reordered pictures (B-frames), rotated pictures, or another codec than H.264 and H.265, is
    converted first.

    Raises:
        VideoError: not a video, the port is taken, or the extra `rtsp-camera` is not installed.
    """
    try:
        from aio_rtsp_toolkit import server as toolkit  # type: ignore[import-untyped]
    except ImportError as error:
        raise VideoError(
            "playing a file as a camera needs an extra: pip install 'ngatu[rtsp-camera]'"
        ) from error
    source = FileSource(video)  # refuses files that are not a video, in plain words

    class LoopingServer(toolkit.RtspServer):  # type: ignore[misc]  # untyped package
        """Serves one file under its names, in an endless loop."""

        def resolve_request_path(self, uri: str) -> Path:
            name = urlsplit(uri).path.strip("/").split("/")[0]
            if name not in (video.stem, video.name, "cam"):
                raise FileNotFoundError(uri)
            return playable

        def parse_play_count(self, uri: str) -> int:  # noqa: ARG002 (the package's signature)
            return 0

    toolkit.logger = logging.getLogger(__name__)  # the package's own prints
    with tempfile.TemporaryDirectory(prefix="ngatu-camera-") as folder:
        playable = _playable(source, Path(folder))
        server = LoopingServer(folder, host, port)
        try:
            asyncio.run(server.serve_forever())
        except OSError as error:
            raise VideoError(f"can't serve on {host}:{port}: {error.strerror}; is the port taken?") from error


def _playable(source: FileSource, folder: Path) -> Path:
    """The file itself if it can be sent unchanged: an RTSP stream carries neither order nor rotation."""
    plain = source.codec in _PLAYABLE and not source.reorders and not source.rotation
    if plain and source.path.suffix.lower() in (".mp4", ".mkv"):
        return source.path.resolve()
    log.info("converting it to upright H.264 without reordered pictures first", file=str(source.path))
    converted = folder / f"{source.path.stem}.mp4"
    with VideoWriter(converted, source.size, source.fps, keyframe_seconds=1.0) as writer:
        for frame in source.frames():
            writer.write(frame.image, frame.t)
    return converted
