"""A live camera over RTSP in this process: the latest frame for analysis, every packet for evidence.

For trying an address for a short while; a node reads its cameras in separate processes (`edge.video.apart`).
"""

import random
import threading
from collections.abc import Iterator
from dataclasses import replace

import av

from edge.video.camera import SourceHealth
from edge.video.capture import RING_BYTES, RING_SECONDS, Begun, Capture
from edge.video.frame import Frame, Stamp, frame_of
from edge.video.reader import SYSTEM_CLOCKS
from edge.video.ring import PacketRing
from edge.video.stream_clock import WallClocks


class LatestPicture:
    """The slot between capture and analysis: holds one picture, which a newer one replaces (counted)."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._item: tuple[int, Stamp, av.VideoFrame] | None = None
        self._closed = False
        self.dropped = 0

    def put(self, index: int, stamp: Stamp, picture: av.VideoFrame) -> None:
        """Offers a picture; the previous one is dropped if nobody took it."""
        with self._condition:
            self.dropped += self._item is not None
            self._item = (index, stamp, picture)
            self._condition.notify()

    def take(self) -> tuple[int, Stamp, av.VideoFrame] | None:
        """Waits for a picture and takes it; None once the slot is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._item is not None or self._closed)
            item, self._item = self._item, None
            return None if self._closed else item

    def close(self) -> None:
        """Releases the waiting consumer."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()


class RtspSource:
    """A camera at `detect_url`, whose packets are kept from `record_url` (the same stream when None).

    Starts to read at once and reconnects for ever. Frames are those of the detect stream; the ring holds the
    record stream, on the same stream clock. `frames()` gives the newest frame and skips those analysis was
    too slow for; the ring misses nothing. Addresses with a password stay inside this object.
    """

    def __init__(
        self,
        detect_url: str,
        record_url: str | None = None,
        ring_seconds: float = RING_SECONDS,
        ring_bytes: int = RING_BYTES,
        clocks: WallClocks = SYSTEM_CLOCKS,
    ) -> None:
        self.ring = PacketRing(ring_seconds, ring_bytes)
        self._slot = LatestPicture()
        begun, rng = Begun(clocks.monotonic()), random.Random()
        self._capture = Capture(detect_url, record_url, self.ring, self._slot.put, begun, clocks, rng)

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the newest frame, or None before the first."""
        return self._capture.size

    def frames(self) -> Iterator[Frame]:
        """The newest frame each time one is asked for; waits through outages, ends with `close()`.

        `index` counts every picture decoded, so a gap in it shows what was dropped.
        """
        while (item := self._slot.take()) is not None:
            yield frame_of(*item)

    def health(self) -> SourceHealth:
        """The present state, from any thread."""
        return replace(self._capture.health(), dropped=self._slot.dropped)

    def close(self) -> None:
        """Ends `frames()` and the reading threads, which may take as long as the timeout of a silent
        camera."""
        self._slot.close()
        self._capture.close()
