"""The last seconds of the record stream, encoded, in memory: the video from *before* a violation was found.

Packets are kept in groups of pictures, each starting with a keyframe, and removed in whole groups, so
everything stored can be cut into a clip or decoded. Groups belong to runs (see `edge.video.continuity`) with
one format (size, codec); no clip shows pictures of two. If a run begins within a group, its pictures keep
those of the group before as a *lead*: decoded for their sake, never shown. One thread pushes; any thread may
cut.
"""

import threading
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby, takewhile

import structlog
from av.video.codeccontext import VideoCodecContext

from edge.video.frame import Frame
from edge.video.packet import (
    Decoded,
    EncodedPacket,
    Template,
    decode,
    decoded,
    decoder,
    mux,
    recovers_later,
    shown_times,
)

log = structlog.get_logger(__name__)

KEPT_BYTES = 64 * 1024 * 1024
"""Bytes kept beside the ring: some twenty beginnings of six seconds at 4 Mbit/s."""

_NEAR = 1.0
"""Seconds by which a frame may be older or newer than requested."""


class RingMiss(Exception):  # noqa: N818 (a miss is an answer, not a fault)
    """The requested time is not in the ring; the message says which times are."""


@dataclass(frozen=True)
class Clip:
    """A piece of the record stream as an MP4 file, as the camera encoded it.

    It runs from `start_t` (its first keyframe, at or before the requested start unless the stream itself
    began later) to `end_t`, the last picture shown, on the stream clock; `captured_at` is the first picture's
    UTC. `pts` gives for the `t` of each picture its PTS in the file, in units of `CLIP_TIME_BASE`.
    """

    data: bytes
    start_t: float
    end_t: float
    captured_at: datetime
    pts: Mapping[float, int]


@dataclass(frozen=True)
class Film:
    """Pictures of one run as they were encoded, with those that must be decoded before them; immutable.

    `lead` are pictures of the previous run that these depend on. `times` are those of its pictures,
    ascending, on the stream clock. It shares its bytes with the ring, and keeps them when the ring drops
    them.
    """

    template: Template
    packets: Sequence[EncodedPacket]
    first: int
    times: tuple[float, ...]
    lead: Sequence[EncodedPacket] = ()

    def decoded(self, wanted: Sequence[float]) -> int:
        """Pixels that `frames` decodes for these times, including all pictures before the last."""
        last = max(wanted, default=float("-inf"))
        width, height = self.template.size
        shown = sum(packet.stamp.t <= last for packet in self.packets)
        return (shown + len(self.lead)) * width * height

    def frames(self, wanted: Iterable[float]) -> Iterator[Frame]:
        """The pictures of these `times` in order; undecodable ones are left out. Numbered as by
        `PacketRing.frames`."""
        left = set(wanted)
        if not left:
            return
        last = max(left)
        order = sorted(packet.stamp.t for packet in self.packets)
        for picture in decode(self.template, self.packets, self.lead):
            t = picture.packet.stamp.t
            if t in left:
                yield picture.frame(self.first + bisect_left(order, t), self.template.rotation)
            if t >= last:
                return

    def clip(self) -> Clip:
        """From the keyframe before the first of `times` to the last as an MP4 file, not re-encoded."""
        return _clip_of(self.template, _until(self.times[-1], self.packets, self.lead), self.lead)


@dataclass
class _Group:
    """A keyframe and the pictures that depend on it; `first` is its packet's number since the ring was made,
    `run` the stretch of pictures it belongs to, counted from 0.

    `lead` are pictures to be decoded before it: of the previous run, if a group continues within one of that,
    or of the two groups before, if its keyframe is not complete (see `recovers_later`).
    """

    template: Template
    first: int
    run: int
    lead: Sequence[EncodedPacket] = ()
    packets: list[EncodedPacket] = field(default_factory=list)
    bytes: int = 0
    end: float = float("-inf")

    def __post_init__(self) -> None:
        self.bytes = self.bytes or sum(len(packet.data) for packet in self.lead)

    @property
    def start(self) -> float:
        return self.packets[0].stamp.t

    def add(self, packet: EncodedPacket) -> None:
        self.packets.append(packet)
        self.bytes += len(packet.data)
        self.end = max(self.end, packet.stamp.t)


class PacketRing:
    """Keeps at least the last `seconds` of packets, and never more than `max_bytes` of them."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        self.seconds = seconds
        self.max_bytes = max_bytes
        self._groups: deque[_Group] = deque()
        self._template: Template | None = None
        self._bytes = 0
        self._pushed = 0
        self._runs_begun = 0
        self._stamped_run: int | None = None
        self._evicted = False
        self._end = float("-inf")
        self._kept: dict[Hashable, list[_Group]] = {}
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
        """Packets pushed from now on are described by `template`; a new one begins a run."""
        with self._lock:
            if template is not self._template:
                self._runs_begun += 1
            self._template = template

    def push(self, packet: EncodedPacket) -> None:
        """Adds the next packet in decoding order; before the first keyframe of a run none is stored."""
        with self._lock:
            number, self._pushed = self._pushed, self._pushed + 1
            if packet.stamp.run != self._stamped_run:
                self._stamped_run = packet.stamp.run
                self._runs_begun += 1
            if not self._is_of_newest(packet):
                lead = self._lead_of(packet, number)
                if self._template is None or not (packet.keyframe or lead):
                    return
                self._make_way(packet.stamp.t)
                self._groups.append(_Group(self._template, number, self._runs_begun, lead))
                self._bytes += self._groups[-1].bytes
            self._groups[-1].add(packet)
            self._bytes += len(packet.data)
            self._end = max(self._end, packet.stamp.t)
            self._drop_old()

    def _is_of_newest(self, packet: EncodedPacket) -> bool:
        """Whether it continues the newest group."""
        return not packet.keyframe and bool(self._groups) and self._groups[-1].run == self._runs_begun

    def _lead_of(self, packet: EncodedPacket, number: int) -> Sequence[EncodedPacket]:
        """The pictures that must be decoded before the group that begins with this packet."""
        if not packet.keyframe:
            return self._lead(number)
        if self._template is None or not recovers_later(self._template.codec, packet.data):
            return ()
        # A refresh may begin anywhere in the picture: after one not all of it is renewed, after two it is.
        if not self._groups or self._groups[-1].run != self._runs_begun or not self._lead(number):
            return ()
        last, rounds = self._groups[-1], list(self._groups)[-2:]
        whole = rounds[0].run == last.run and rounds[0].first + len(rounds[0].packets) == last.first
        return (*(rounds[0].packets if whole else ()), *last.packets)

    def _lead(self, number: int) -> Sequence[EncodedPacket]:
        """The pictures that a run beginning within a group depends on; empty if some of them are missing, or
        its format is different."""
        newest = self._groups[-1] if self._groups else None
        if newest is None or newest.template is not self._template:
            return ()
        whole = newest.first + len(newest.packets) == number
        return (*newest.lead, *newest.packets) if whole else ()

    def _make_way(self, t: float) -> None:
        """Drops pictures of another run from `t` on: no time may occur twice."""
        while self._groups and self._groups[-1].run != self._runs_begun and self._groups[-1].end >= t:
            last = self._groups.pop()
            self._end = t
            kept = list(takewhile(lambda packet: packet.stamp.t < t, last.packets))
            self._bytes -= last.bytes
            if kept:
                shorter = _Group(last.template, last.first, last.run, last.lead)
                for packet in kept:
                    shorter.add(packet)
                self._groups.append(shorter)
                self._bytes += shorter.bytes
                return

    def _drop_old(self) -> None:
        while len(self._groups) > 1 and self._groups[1].start <= self._end - self.seconds:
            self._drop_first()
        while self._bytes > self.max_bytes and self._groups:
            if len(self._groups) == 1:
                log.warning(
                    "one group of pictures is larger than the ring: recording resumes at the next keyframe; "
                    "shorten the camera's keyframe interval or enlarge the ring",
                    ring_bytes=self.max_bytes,
                )
            self._drop_first()

    def _drop_first(self) -> None:
        self._bytes -= self._groups.popleft().bytes
        self._evicted = True

    def keep(self, key: Hashable, t0: float, t1: float) -> None:
        """Keeps the stored part of `t0` to `t1`, available as if it were still in the ring, until released;
        beyond `KEPT_BYTES` the oldest is dropped.

        Raises:
            RingMiss: `t0` is no longer in the ring.
        """
        with self._lock:
            first = self._nearest(self._from(t0), t0)
            wanted = [
                g for g in self._groups if g.run == first.run and first.first <= g.first and g.start <= t1
            ]
            self._kept[key] = [replace(group, packets=list(group.packets)) for group in wanted]
            while len(self._kept) > 1 and self._kept_bytes() > KEPT_BYTES:
                lost = next(iter(self._kept))
                del self._kept[lost]
                log.warning("too much is kept beside the ring: the beginning of %s is let go", lost)

    def release(self, key: Hashable) -> None:
        """Releases what was kept under this key."""
        with self._lock:
            self._kept.pop(key, None)

    def _kept_bytes(self) -> int:
        groups = {group.first: group.bytes for kept in self._kept.values() for group in kept}
        return sum(groups.values())

    def clip(self, t0: float, t1: float, around: float) -> Clip:
        """The stream from the last keyframe at or before `t0` to `t1`, not re-encoded, within one run.

        If a run begins or ends in between, only the one that contains `around` is returned. If the stream
        itself began after `t0` (and nothing was dropped since) the clip begins with the stream; if it has not
        reached `t1` yet, the clip ends with the newest picture: wait for `end_t` first.

        Raises:
            RingMiss: `t0` is older than the ring, or `t1` before `t0`, or the ring has nothing around
                `around`.
        """
        with self._lock:
            wanted = [group for group in self._from(t0) if group.start <= t1]
            if t1 < t0 or not wanted:
                raise RingMiss(self._describe(f"{t0:.3f}…{t1:.3f} s"))
            middle = self._nearest(wanted, around)
            groups = [group for group in wanted if group.run == middle.run]
            lead = groups[0].lead
            packets = _until(t1, [packet for group in groups for packet in group.packets], lead)
        return _clip_of(middle.template, packets, lead)

    def film(self, t0: float, t1: float, around: float) -> Film:
        """Every stored picture from `t0` to `t1` of the run that contains `around`.

        Raises:
            RingMiss: the ring has nothing around `around`.
        """
        with self._lock:
            held = self._from(max(t0, self._groups[0].start) if self._groups else t0)
            middle = self._nearest(held, around)
            groups = [group for group in held if group.run == middle.run and group.start <= t1]
            packets = [packet for group in groups for packet in group.packets]
        times = sorted(packet.stamp.t for packet in packets if t0 <= packet.stamp.t <= t1)
        return Film(middle.template, packets, groups[0].first, tuple(times), groups[0].lead)

    def frames(self, times: Iterable[float]) -> list[Frame]:
        """For each requested time the full-size frame nearest to it, in the given order; only the groups
        needed are decoded.

        A frame's `index` is its number among all pictures pushed.

        Raises:
            RingMiss: a time is older than the ring, newer than its content, or has no picture near it.
        """
        wanted = list(times)
        found: dict[float, Frame] = {}
        for template, runs in groupby(self._runs(wanted), key=lambda run: run[0][0].template):
            with decoder(template) as context:
                for run, asked in runs:
                    found |= _nearest_frames(context, run, asked)
        return [found[t] for t in wanted]

    def time_of(self, moment: datetime) -> float | None:
        """The stream time at `moment` (UTC), by the nearest keyframe before it or else the first one; None
        while the ring is empty."""
        with self._lock:
            stamps = [group.packets[0].stamp for group in self._groups]
        if not stamps:
            return None
        nearest = next((one for one in reversed(stamps) if one.captured_at <= moment), stamps[0])
        return nearest.t + (moment - nearest.captured_at).total_seconds()

    def newest_keyframe(self, after: float) -> Frame | None:
        """The newest keyframe, decoded, if it was taken later than `after` and is not damaged."""
        with self._lock:
            led = (group for group in reversed(self._groups) if not group.lead)
            newest = next(led, None)
            if newest is None or newest.start <= after:
                return None
            group = replace(newest, packets=newest.packets[:1])
        first = next(decode(group.template, group.packets), None)
        return first.frame(group.first, group.template.rotation) if first is not None else None

    def _runs(self, times: Iterable[float]) -> list[tuple[list[_Group], list[float]]]:
        """For each group a requested time falls into: the groups of its run from it on, and the times."""
        asked: dict[int, list[float]] = defaultdict(list)
        runs: dict[int, list[_Group]] = {}
        with self._lock:
            for t in sorted(set(times)):
                groups = self._from(t)
                first = self._nearest(groups, t)
                asked[first.first].append(t)
                if first.first not in runs:
                    run = (g for g in groups if g.run == first.run and g.first >= first.first)
                    runs[first.first] = [replace(group, packets=list(group.packets)) for group in run]
        return [(runs[number], asked[number]) for number in asked]

    def _nearest(self, groups: Sequence[_Group], t: float) -> _Group:
        """The group to decode for the picture nearest to `t`: the last that starts before it, unless its run
        ends before `t` and the next begins nearer."""
        number = max(0, sum(1 for group in groups if group.start <= t) - 1)
        group, following = groups[number], groups[number + 1 : number + 2]
        away = max(group.start - t, t - group.end, 0.0)
        if following and (ahead := following[0].start - t) < away:
            away = ahead
            group = following[0] if following[0].run != group.run else group
        if away > _NEAR:
            raise RingMiss(self._describe(f"{t:.3f} s"))
        return group

    def _from(self, t: float) -> list[_Group]:
        """The groups from the last starting at or before `t`; from the first if the stream began later.

        For a time before the ring: the groups kept beside it.
        """
        groups = list(self._groups)
        if not groups or (t < groups[0].start and self._evicted):
            kept = (k for k in self._kept.values() if k and k[0].start - _NEAR <= t <= k[-1].end + _NEAR)
            groups = next(kept, [])
        if not groups:
            raise RingMiss(self._describe(f"{t:.3f} s"))
        before = sum(1 for group in groups if group.start <= t)
        return groups[max(0, before - 1) :]

    def _describe(self, wanted: str) -> str:
        if not self._groups:
            return f"{wanted} is not in the ring: it holds nothing yet (no keyframe has arrived)"
        parts = [(run[0].start, max(g.end for g in run)) for run in _by_run(self._groups)]
        held = ", ".join(f"{start:.3f}…{end:.3f} s" for start, end in parts)
        return f"{wanted} is not in the ring: it holds {held}"


def _by_run(groups: Iterable[_Group]) -> list[list[_Group]]:
    return [list(run) for _, run in groupby(groups, key=lambda group: group.run)]


def _clip_of(template: Template, packets: Sequence[EncodedPacket], lead: Sequence[EncodedPacket]) -> Clip:
    times = [packet.stamp.t for packet in packets]
    first = min(packets, key=lambda packet: packet.stamp.t).stamp
    return Clip(
        data=mux(template, packets, lead),
        start_t=first.t,
        end_t=max(times),
        captured_at=first.captured_at,
        pts=dict(zip(times, shown_times(packets), strict=True)),
    )


def _until(
    t1: float, packets: Sequence[EncodedPacket], lead: Sequence[EncodedPacket]
) -> Sequence[EncodedPacket]:
    """The packets, in decoding order, up to the last one shown at or before `t1`.

    Without a lead, pictures shown before the first keyframe depend on earlier ones and can't be decoded: left
    out.
    """
    first = packets[0].stamp.t
    decodable = [packet for packet in packets if lead or packet.stamp.t >= first]
    last = max(number for number, packet in enumerate(decodable) if packet.stamp.t <= t1)
    return decodable[: last + 1]


def _nearest_frames(
    context: VideoCodecContext, groups: Sequence[_Group], times: Sequence[float]
) -> dict[float, Frame]:
    """The frame nearest to each of `times` (ascending, all in the first group or between it and the next).

    If that can't be decoded, the nearest that can, marked as damaged: it shows another moment.
    """
    packets, lead = [packet for group in groups for packet in group.packets], groups[0].lead
    order = sorted(packet.stamp.t for packet in packets)
    nearest: dict[float, Decoded] = {}
    for picture in decoded(context, packets, lead):
        at = picture.packet.stamp.t
        for t in times:
            if t not in nearest or abs(at - t) < abs(nearest[t].packet.stamp.t - t):
                nearest[t] = picture
        if at >= times[-1]:
            break
    if not nearest:
        raise RingMiss(f"nothing around {times[0]:.3f} s can be decoded: the record stream is damaged there")
    first, rotation = groups[0].first, groups[0].template.rotation
    # Pictures shown before the first keyframe depend on missing ones: nobody needs them.
    there = order if lead else order[bisect_left(order, packets[0].stamp.t) :]
    return {
        t: _standing_in(picture, t, there).frame(first + bisect_left(order, picture.packet.stamp.t), rotation)
        for t, picture in nearest.items()
    }


def _standing_in(picture: Decoded, t: float, there: Sequence[float]) -> Decoded:
    """The picture used for the one at `t`, marked as damaged if a nearer one exists."""
    away = abs(picture.packet.stamp.t - t)
    return picture._replace(damaged=picture.damaged or any(abs(other - t) < away for other in there))
