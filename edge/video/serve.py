"""Plays a file as an RTSP camera, in a loop: for trying a node without one, and for its tests."""

import asyncio
import logging
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import av

from edge.video.encode import VideoWriter
from edge.video.file import FileSource
from edge.video.frame import VideoError

log = logging.getLogger(__name__)

_PLAYABLE = ("h264", "hevc")


def serve_camera(video: Path, host: str, port: int) -> None:
    """Serves `video` at `rtsp://host:port/<file name without ending>` and `/cam` until interrupted.

    Timestamps keep growing over the loop's end. A camera sends its pictures in the order they were taken; a
    file with reordered pictures (B-frames), or of another codec than H.264 and H.265, is converted first.

    Raises:
        VideoError: not a video, the port is taken, or the extra `rtsp-camera` is not installed.
    """
    try:
        from aio_rtsp_toolkit import server as toolkit  # type: ignore[import-untyped]
    except ImportError as error:
        raise VideoError(
            "playing a file as a camera needs an extra: pip install 'ngatu[rtsp-camera]'"
        ) from error
    FileSource(video)  # refuses what is not a video, in plain words

    class LoopingServer(toolkit.RtspServer):  # type: ignore[misc]  # untyped package
        """Serves one file under its names, without end."""

        def resolve_request_path(self, uri: str) -> Path:
            name = urlsplit(uri).path.strip("/").split("/")[0]
            if name not in (video.stem, video.name, "cam"):
                raise FileNotFoundError(uri)
            return playable

        def parse_play_count(self, uri: str) -> int:  # noqa: ARG002 (the package's signature)
            return 0

    toolkit.logger = log  # the package's own prints
    with tempfile.TemporaryDirectory(prefix="ngatu-camera-") as folder:
        playable = _playable(video, Path(folder))
        server = LoopingServer(folder, host, port)
        try:
            asyncio.run(server.serve_forever())
        except OSError as error:
            raise VideoError(f"can't serve on {host}:{port}: {error.strerror}; is the port taken?") from error


def _playable(video: Path, folder: Path) -> Path:
    with av.open(str(video)) as container:
        context = container.streams.video[0].codec_context
        in_order = context.name in _PLAYABLE and not context.has_b_frames
        rate = container.streams.video[0].average_rate
    if in_order and video.suffix.lower() in (".mp4", ".mkv"):
        return video.resolve()
    log.info("%s: converting it to H.264 without reordered pictures first", video)
    source = FileSource(video)
    converted = folder / f"{video.stem}.mp4"
    with VideoWriter(converted, source.size, float(rate or 25), keyframe_seconds=1.0) as writer:
        for frame in source.frames():
            writer.write(frame.image, frame.t)
    return converted
