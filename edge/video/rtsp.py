"""A live camera over RTSP: the latest frame for analysis, every packet for evidence."""

import random
import threading
from collections import deque
from collections.abc import Iterator
from typing import Literal

import av

from contract.reasons import Reason, reason
from edge.video.camera import SourceHealth
from edge.video.frame import Frame, Stamp, frame_of
from edge.video.reader import OPEN_TIMEOUT, READ_TIMEOUT, SYSTEM_CLOCKS, ReaderStatus, StreamReader
from edge.video.ring import PacketRing
from edge.video.stream_clock import MAX_CAMERA_OFFSET, StreamClock, WallClocks

RING_SECONDS = 40.0
RING_BYTES = 64 * 1024 * 1024

_STALLED = 3.0  # seconds without a picture after which a camera counts as offline
_RATE_WINDOW = 5.0  # seconds over which `fps` is counted


class LatestPicture:
    """The slot between capture and analysis: holds one picture, and a newer one takes its place (counted)."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._item: tuple[int, Stamp, av.VideoFrame] | None = None
        self._closed = False
        self.dropped = 0

    def put(self, index: int, stamp: Stamp, picture: av.VideoFrame) -> None:
        """Offers a picture; one that nobody took is dropped."""
        with self._condition:
            self.dropped += self._item is not None
            self._item = (index, stamp, picture)
            self._condition.notify()

    def take(self) -> tuple[int, Stamp, av.VideoFrame] | None:
        """Waits for a picture; None once the slot is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._item is not None or self._closed)
            item, self._item = self._item, None
            return None if self._closed else item

    def close(self) -> None:
        """Lets the waiting consumer go."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()


class RtspSource:
    """A camera at `detect_url`, whose packets are kept from `record_url` (the same stream when None).

    Starts to read at once and reconnects for ever. Frames are those of the detect stream; the ring holds
    the record stream, on the same stream clock. `frames()` gives the newest frame there is and skips what
    analysis was too slow for; the ring misses nothing. No address with a password in it leaves this object.
    """

    def __init__(
        self,
        detect_url: str,
        record_url: str | None = None,
        ring_seconds: float = RING_SECONDS,
        ring_bytes: int = RING_BYTES,
        clocks: WallClocks = SYSTEM_CLOCKS,
        rng: random.Random | None = None,
    ) -> None:
        self.ring = PacketRing(ring_seconds, ring_bytes)
        self._clocks = clocks
        self._slot = LatestPicture()
        self._lock = threading.Lock()
        self._recent: deque[float] = deque()
        self._frames = 0
        self._last: Stamp | None = None
        self._last_seen = float("-inf")
        self._size: tuple[int, int] | None = None
        rng = rng or random.Random()
        epoch = clocks.monotonic()
        self._clock = StreamClock(clocks, epoch)
        shared = None if record_url else self.ring
        self._detect = StreamReader(detect_url, self._clock, clocks, rng, shared, self._on_picture)
        self._record: StreamReader | None = None
        if record_url:
            record_clock = StreamClock(clocks, epoch, follow=self._clock)
            self._record = StreamReader(record_url, record_clock, clocks, rng, self.ring)
        for reader in self._readers():
            reader.start()

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the newest frame, or None before the first."""
        return self._size

    def frames(self) -> Iterator[Frame]:
        """The newest frame each time one is asked for; waits through outages, ends with `close()`.

        `index` counts every picture decoded, so a gap in it shows what was dropped.
        """
        while (item := self._slot.take()) is not None:
            index, stamp, picture = item
            yield frame_of(index, stamp, picture)

    def health(self) -> SourceHealth:
        """The state now, from any thread."""
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
            dropped=self._slot.dropped,
            damaged=detect.damaged + (record.damaged if record else 0),
            reconnects=max(0, detect.connections - 1) + (max(0, record.connections - 1) if record else 0),
            fps=fps,
            last_frame_at=last.captured_at if last else None,
            camera_offset=offset,
        )

    def close(self) -> None:
        """Ends `frames()` and the reading threads, waiting as long as a silent camera can hold those."""
        self._slot.close()
        for reader in self._readers():
            reader.stop()
        for reader in self._readers():
            reader.join(OPEN_TIMEOUT + 2 * READ_TIMEOUT)

    def _readers(self) -> list[StreamReader]:
        return [self._detect] if self._record is None else [self._detect, self._record]

    def _on_picture(self, stamp: Stamp, picture: av.VideoFrame) -> None:
        now = self._clocks.monotonic()
        with self._lock:
            index, self._frames = self._frames, self._frames + 1
            self._last, self._last_seen = stamp, now
            self._size = (picture.width, picture.height)
            self._recent.append(now)
            self._forget_before(now - _RATE_WINDOW)
        self._slot.put(index, stamp, picture)

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
