"""The last seconds of the record stream, encoded, in memory: what happened *before* a violation was found.

Packets are kept in groups of pictures, each starting with a keyframe, and leave whole groups at a time, so
whatever is still here can be cut into a clip or decoded. One thread pushes; any thread may cut.
"""

import logging
import threading
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import av

from edge.video.frame import Frame, frame_of
from edge.video.packet import EncodedPacket, Template, decode, mux

log = logging.getLogger(__name__)

_AHEAD = 1.0
"""Seconds by which a wanted frame may be newer than the newest packet and still be answered by that."""


class RingMiss(Exception):  # noqa: N818 (a miss is an answer, not a fault)
    """The wanted time is not in the ring; the message names what is."""


@dataclass(frozen=True)
class Clip:
    """A piece of the record stream as an MP4 file, as the camera encoded it.

    It runs from `start_t` (its first keyframe, at or before the wanted start unless the stream itself began
    later) to `end_t`, the last picture shown, on the stream clock; `captured_at` is the first picture's
    UTC.
    """

    data: bytes
    start_t: float
    end_t: float
    captured_at: datetime


@dataclass
class _Group:
    """A keyframe and what depends on it; `first` is its packet's number since the ring was made."""

    template: Template
    first: int
    packets: list[EncodedPacket] = field(default_factory=list)
    bytes: int = 0

    @property
    def start(self) -> float:
        return self.packets[0].stamp.t


class PacketRing:
    """Keeps at least the last `seconds` of packets, and never more than `max_bytes` of them."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        self.seconds = seconds
        self.max_bytes = max_bytes
        self._groups: deque[_Group] = deque()
        self._template: Template | None = None
        self._bytes = 0
        self._pushed = 0
        self._evicted = False
        self._end = float("-inf")
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """Bytes of encoded video held now."""
        return self._bytes

    @property
    def start_t(self) -> float | None:
        """Stream time of the oldest keyframe held, or None while the ring is empty."""
        with self._lock:
            return self._groups[0].start if self._groups else None

    @property
    def end_t(self) -> float | None:
        """Stream time of the newest picture held, or None while the ring is empty."""
        with self._lock:
            return self._end if self._groups else None

    def begin(self, template: Template) -> None:
        """Packets pushed from now on belong to a new connection (or file) described by `template`."""
        with self._lock:
            self._template = template

    def push(self, packet: EncodedPacket) -> None:
        """Adds the next packet in decoding order; before the first keyframe after `begin` none is kept."""
        with self._lock:
            number, self._pushed = self._pushed, self._pushed + 1
            if packet.keyframe and self._template is not None:
                self._groups.append(_Group(self._template, number))
            elif not self._groups or self._groups[-1].template is not self._template:
                return
            group = self._groups[-1]
            group.packets.append(packet)
            group.bytes += len(packet.data)
            self._bytes += len(packet.data)
            self._end = max(self._end, packet.stamp.t)
            self._drop_old()

    def _drop_old(self) -> None:
        while len(self._groups) > 1 and self._groups[1].start <= self._end - self.seconds:
            self._drop_first()
        while self._bytes > self.max_bytes and self._groups:
            if len(self._groups) == 1:
                log.warning(
                    "one group of pictures is larger than the ring (%d bytes): recording resumes at the next "
                    "keyframe; shorten the camera's keyframe interval or enlarge the ring",
                    self.max_bytes,
                )
            self._drop_first()

    def _drop_first(self) -> None:
        self._bytes -= self._groups.popleft().bytes
        self._evicted = True

    def clip(self, t0: float, t1: float) -> Clip:
        """The stream from the last keyframe at or before `t0` to `t1`, not re-encoded.

        When the stream itself began after `t0` (and nothing was dropped since) the clip begins with the
        stream; when it has not reached `t1` yet, the clip ends with what is here: wait for `end_t` first.
        Across a reconnect to a stream of another make-up (size, codec) only the newer part is kept: one
        file can't hold both.

        Raises:
            RingMiss: `t0` is older than the ring, or `t1` before `t0`, or nothing of the range is here.
        """
        with self._lock:
            groups = self._from(t0)
            if t1 < t0 or groups[0].start > t1:
                raise RingMiss(self._describe(f"{t0:.3f}…{t1:.3f} s"))
            wanted = [group for group in groups if group.start <= t1]
            template = wanted[-1].template
            packets = _until(t1, [group for group in wanted if group.template.fits(template)])
        return Clip(
            data=mux(template, packets),
            start_t=packets[0].stamp.t,
            end_t=max(packet.stamp.t for packet in packets),
            captured_at=packets[0].stamp.captured_at,
        )

    def frames(self, times: Iterable[float]) -> list[Frame]:
        """For each wanted time the full-size frame nearest to it, in the order asked; only the groups
        needed are decoded.

        A frame's `index` is its number among all pictures pushed.

        Raises:
            RingMiss: a time is older than the ring, or newer than what it holds.
        """
        wanted = list(times)
        found: dict[float, Frame] = {}
        for run, asked in self._runs(wanted):
            found |= _nearest_frames(run, asked)
        return [found[t] for t in wanted]

    def _runs(self, times: Iterable[float]) -> list[tuple[list[_Group], list[float]]]:
        """For each group a wanted time falls into: the groups of its connection from it on, and the times."""
        asked: dict[int, list[float]] = defaultdict(list)
        runs: dict[int, list[_Group]] = {}
        with self._lock:
            for t in sorted(set(times)):
                groups = self._from(t)
                if t > self._end + _AHEAD:
                    raise RingMiss(self._describe(f"{t:.3f} s"))
                first = groups[0]
                asked[first.first].append(t)
                if first.first not in runs:
                    run = (group for group in groups if group.template is first.template)
                    runs[first.first] = [replace(group, packets=list(group.packets)) for group in run]
        return [(runs[number], asked[number]) for number in asked]

    def _from(self, t: float) -> list[_Group]:
        """The groups from the last starting at or before `t`; from the first if the stream began later."""
        if not self._groups or (t < self._groups[0].start and self._evicted):
            raise RingMiss(self._describe(f"{t:.3f} s"))
        before = sum(1 for group in self._groups if group.start <= t)
        return list(self._groups)[max(0, before - 1) :]

    def _describe(self, wanted: str) -> str:
        if not self._groups:
            return f"{wanted} is not in the ring: it holds nothing yet (no keyframe has arrived)"
        return f"{wanted} is not in the ring: it holds {self._groups[0].start:.3f}…{self._end:.3f} s"


def _until(t1: float, groups: Sequence[_Group]) -> list[EncodedPacket]:
    """The packets, in decoding order, up to the last one shown at or before `t1`.

    Pictures of the first group shown before its keyframe lean on the group before and can't be decoded:
    left out.
    """
    packets = [packet for group in groups for packet in group.packets if packet.stamp.t >= groups[0].start]
    last = max(number for number, packet in enumerate(packets) if packet.stamp.t <= t1)
    return packets[: last + 1]


def _nearest_frames(groups: Sequence[_Group], times: Sequence[float]) -> dict[float, Frame]:
    """The frame nearest to each of `times` (ascending, all in the first group or between it and the next)."""
    packets = [packet for group in groups for packet in group.packets]
    order = sorted(packet.stamp.t for packet in packets)
    nearest: dict[float, tuple[EncodedPacket, av.VideoFrame]] = {}
    for packet, picture in decode(groups[0].template, packets):
        for t in times:
            if t not in nearest or abs(packet.stamp.t - t) < abs(nearest[t][0].stamp.t - t):
                nearest[t] = packet, picture
        if packet.stamp.t >= times[-1]:
            break
    if not nearest:
        raise RingMiss(f"nothing around {times[0]:.3f} s can be decoded: the record stream is damaged there")
    return {
        t: frame_of(
            groups[0].first + bisect_left(order, packet.stamp.t),
            packet.stamp,
            picture,
            groups[0].template.rotation,
        )
        for t, (packet, picture) in nearest.items()
    }
