"""Both streams of a live camera: read, stamped on one clock, decoded if they are analysed."""

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import av

from contract.reasons import Reason, reason
from edge.video.camera import SourceHealth
from edge.video.frame import Stamp
from edge.video.reader import OPEN_TIMEOUT, READ_TIMEOUT, PacketSink, ReaderStatus, StreamReader
from edge.video.stream_clock import MAX_CAMERA_OFFSET, StreamClock, WallClocks

RING_SECONDS, RING_BYTES = 40.0, 64 * 1024 * 1024
"""Default limits of a live camera's ring."""

_STALLED = 3.0  # seconds without a picture after which a camera counts as offline
_RATE_WINDOW = 5.0  # seconds over which `fps` is counted


@dataclass(frozen=True)
class Begun:
    """Where the counters of a camera start: `epoch` is the monotonic time of t = 0; `run` and `frames` are
    those of the next run and picture, where an earlier capture left off."""

    epoch: float
    run: int = 0
    frames: int = 0


class Capture:
    """A camera at `detect_url`, whose packets are kept from `record_url` (the same stream when None).

    Starts to read at once and reconnects for ever. Addresses with a password stay inside this object.

    Args:
        sink: gets the packets of the record stream.
        on_picture: gets the number, stamp and picture of the detect stream, on the reader's thread.
    """

    def __init__(
        self,
        detect_url: str,
        record_url: str | None,
        sink: PacketSink,
        on_picture: Callable[[int, Stamp, av.VideoFrame], None],
        begun: Begun,
        clocks: WallClocks,
        rng: random.Random,
    ) -> None:
        self._on_picture = on_picture
        self._clocks = clocks
        self._lock = threading.Lock()
        self._recent: deque[float] = deque()
        self._frames = begun.frames
        self._last: Stamp | None = None
        self._last_seen = float("-inf")
        self._size: tuple[int, int] | None = None
        self._clock = StreamClock(clocks, begun.epoch, run=begun.run)
        shared = None if record_url else sink
        self._detect = StreamReader(detect_url, self._clock, clocks, rng, shared, self._take)
        self._record: StreamReader | None = None
        if record_url:
            record_clock = StreamClock(clocks, begun.epoch, follow=self._clock, run=begun.run)
            self._record = StreamReader(record_url, record_clock, clocks, rng, sink)
        for reader in self._readers():
            reader.start()

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the newest picture, or None before the first."""
        return self._size

    def health(self) -> SourceHealth:
        """The present state, from any thread; nothing is dropped here."""
        detect = self._detect.status()
        record = self._record.status() if self._record else None
        now = self._clocks.monotonic()
        with self._lock:
            self._forget_before(now - _RATE_WINDOW)
            fps, frames, last = len(self._recent) / _RATE_WINDOW, self._frames, self._last
            silent = now - self._last_seen
        offset = self._clock.camera_offset
        state, why = _judge(detect, record, silent, offset, now)
        return SourceHealth(
            state=state,
            reason=why,
            frames=frames,
            damaged=detect.damaged + (record.damaged if record else 0),
            reconnects=max(0, detect.connections - 1) + (max(0, record.connections - 1) if record else 0),
            fps=fps,
            last_frame_at=last.captured_at if last else None,
            camera_offset=offset,
        )

    def close(self) -> None:
        """Ends the reading threads, which may take as long as the timeout of a silent camera."""
        for reader in self._readers():
            reader.stop()
        for reader in self._readers():
            reader.join(OPEN_TIMEOUT + 2 * READ_TIMEOUT)

    def _readers(self) -> list[StreamReader]:
        return [self._detect] if self._record is None else [self._detect, self._record]

    def _take(self, stamp: Stamp, picture: av.VideoFrame) -> None:
        now = self._clocks.monotonic()
        with self._lock:
            index, self._frames = self._frames, self._frames + 1
            self._last, self._last_seen = stamp, now
            self._size = (picture.width, picture.height)
            self._recent.append(now)
            self._forget_before(now - _RATE_WINDOW)
        self._on_picture(index, stamp, picture)

    def _forget_before(self, moment: float) -> None:
        while self._recent and self._recent[0] < moment:
            self._recent.popleft()


def _judge(
    detect: ReaderStatus, record: ReaderStatus | None, silent: float, offset: float | None, now: float
) -> tuple[Literal["online", "degraded", "offline"], Reason | None]:
    if not detect.connected:
        return "offline", detect.reason
    if silent > _STALLED:
        return "offline", reason("stream.no_picture")
    if record is not None and not record.connected:
        return "degraded", reason("stream.no_record", because=record.reason.code, **record.reason.values)
    if record is not None and now - (record.last_arrival or now) > _STALLED:
        return "degraded", reason("stream.no_record", because="stream.no_picture")
    if offset is not None and abs(offset) > MAX_CAMERA_OFFSET:
        return "degraded", reason("stream.clock_off", offset_ms=round(offset * 1000))
    return "online", None
