"""The packets of a file on their way to the ring: each waits until its picture has been shown and timed.

Not every file contains display times. AVI and badly made MP4 files only give the decoding order; with
reordered pictures (B-frames) their stamps then belong to other pictures. So the decoder's order decides: the
picture shown next has the earliest time not used yet.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from edge.video.file_clock import FileClock
from edge.video.frame import Stamp
from edge.video.packet import EncodedPacket

_MOST_HELD = 32
"""Most packets held back for one whose picture does not come; no decoder holds back more than 16."""

_LEANING = 16
"""Most packets after the first picture that may depend on pictures from before the recording, and are not
shown."""


@dataclass
class _Waiting:
    """A packet in decoding order; `stamp` once its picture was shown, `lost` when it never will be."""

    number: int
    data: bytes
    keyframe: bool
    pts: float
    stamp: Stamp | None = None
    lost: bool = False


class ShownOrder:
    """Times the pictures of one pass over a file and hands the packets on, timed, in decoding order."""

    def __init__(self, clock: FileClock, hand_on: Callable[[EncodedPacket], None]) -> None:
        self.not_shown: set[int] = set()
        """Numbers of the packets without a picture although no error was reported."""
        self._clock = clock
        self._hand_on = hand_on
        self._waiting: deque[_Waiting] = deque()
        self._by_number: dict[int, _Waiting] = {}
        self._times: list[float] = []
        self._told = False  # the stamps themselves showed an order different from decoding
        self._count = 0
        self._first: int | None = None  # number of the packet that gave the first picture

    def take(self, data: bytes, keyframe: bool, pts: float, *, hidden: bool) -> int:
        """Adds the next packet in decoding order; returns its number. `hidden`: the file says not to show
        it."""
        before = self._waiting[-1].pts if self._waiting else pts
        self._told |= pts < before and not keyframe
        number, self._count = self._count, self._count + 1
        packet = _Waiting(number, data, keyframe, pts, lost=hidden)
        self._waiting.append(packet)
        self._by_number[number] = packet
        if not hidden:
            self._times.append(pts)
        return number

    def lost(self, number: int) -> None:
        """Marks a packet that could not be decoded: no frame will come of it."""
        if (packet := self._by_number.get(number)) is not None:
            packet.lost = True
            if packet.pts in self._times:
                self._times.remove(packet.pts)

    def show(self, number: int | None, *, reorders: bool) -> Stamp:
        """The picture of this packet comes next; `reorders`: the codec shows pictures in another order.

        A second picture of one packet has no number of its own.
        """
        packet = self._by_number.get(-1 if number is None else number)
        if packet is None or packet.stamp is not None:
            return self._clock.shown_beside()
        unsure = reorders and not self._told and not packet.keyframe and self._times
        time = min(self._times) if unsure else packet.pts
        self._times = [later for later in self._times if later > time]
        packet.stamp = self._clock.shown(time, packet.keyframe)
        self._first = packet.number if self._first is None else self._first
        self._hand_on_ready(_MOST_HELD)
        return packet.stamp

    def rest(self) -> None:
        """The file is finished: passes on the remaining packets."""
        self._hand_on_ready(0)

    def _hand_on_ready(self, most: int) -> None:
        while self._waiting:
            first = self._waiting[0]
            if first.stamp is None and not first.lost and len(self._waiting) <= most:
                return
            self._waiting.popleft()
            del self._by_number[first.number]
            if first.stamp is None and not first.lost and self._could_be_shown(first.number):
                self.not_shown.add(first.number)
            stamp = first.stamp or self._clock.beside(first.pts)
            self._hand_on(EncodedPacket(first.data, first.keyframe, stamp))

    def _could_be_shown(self, number: int) -> bool:
        return self._first is not None and number > self._first + _LEANING
