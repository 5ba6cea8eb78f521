"""A camera of its own process with two streams in step, as a real one has: `python -m bench.live.camera`.

`aio-rtsp-toolkit` plays a file from its beginning for whoever connects; the two streams of a camera show the
same moment. So each connection begins at the next keyframe of a clip that has been playing since `epoch`.
"""

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aio_rtsp_toolkit.server as toolkit  # type: ignore[import-untyped]
from aio_rtsp_toolkit.server_session import RtspServerSession  # type: ignore[import-untyped]

from bench.live.clips import keyframes, turned

AHEAD = 0.3
"""Seconds in which the start of a connection is prepared."""


class Session(RtspServerSession):  # type: ignore[misc]  # untyped package
    """Sends a clip that has been playing for a long time, each picture at once."""

    media_source: Any

    async def _stream_media(self) -> None:
        clip = self.media_source.file_path
        start, wait = self.server.start_of(clip)
        due = time.monotonic() + wait
        played = await asyncio.to_thread(turned, clip, start, self.server.folder)
        self.media_source = replace(self.media_source, file_path=played)
        await asyncio.sleep(due - time.monotonic())
        await super()._stream_media()

    async def _send_paced_rtp_payloads(
        self, state: Any, payloads: Any, timestamp: int, media_time: float, _spread: float
    ) -> None:
        await super()._send_paced_rtp_payloads(state, payloads, timestamp, media_time, 0.0)


class Server(toolkit.RtspServer):  # type: ignore[misc]  # untyped package
    """Serves `/detect` and `/record` in an endless loop."""

    def __init__(self, clips: dict[str, Path], port: int, epoch: float, seconds: float, folder: Path) -> None:
        super().__init__(str(folder), "127.0.0.1", port)
        self.folder = folder
        self._clips = clips
        self._epoch, self._seconds = epoch, seconds
        self._keyframes = {clip: keyframes(clip) for clip in clips.values()}

    def resolve_request_path(self, uri: str) -> Path:
        return self._clips[urlsplit(uri).path.strip("/").split("/")[0]]

    def parse_play_count(self, uri: str) -> int:  # noqa: ARG002 (the package's signature)
        return 0

    def start_of(self, clip: Path) -> tuple[float, float]:
        """See `next_start`."""
        return next_start(time.time() - self._epoch, self._keyframes[clip], self._seconds)

    async def _handle_client(self, sock: Any) -> None:
        with suppress(ConnectionError):  # a client may leave during sending
            await Session(self, sock).run()


def next_start(since: float, keyframes: Sequence[float], seconds: float) -> tuple[float, float]:
    """Where in a clip of so many `seconds`, played `since`, playing can begin next, and in how many
    seconds."""
    return min(((t - since - AHEAD) % seconds + AHEAD, t) for t in keyframes)[::-1]


def main() -> None:
    """Serves until it is killed: DETECT_FILE RECORD_FILE PORT EPOCH SECONDS."""
    detect, record, port, epoch, seconds = sys.argv[1:]
    toolkit.logger = logging.getLogger(__name__)  # the package's own prints
    with tempfile.TemporaryDirectory(prefix="ngatu-bench-") as folder:
        clips = {"detect": Path(detect).resolve(), "record": Path(record).resolve()}
        server = Server(clips, int(port), float(epoch), float(seconds), Path(folder))
        asyncio.run(server.serve_forever())


if __name__ == "__main__":
    main()
