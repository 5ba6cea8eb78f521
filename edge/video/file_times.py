"""Display times of a file's pictures, from its packets; missing ones are filled in."""

from collections.abc import Iterable, Iterator

import av
from av.video.stream import VideoStream

_MOST_UNTIMED = 500
"""Most packets without any time at the beginning of a file; with more, it has no usable times."""


class UntimedError(ValueError):
    """No picture of the file carries a time."""


def with_times(
    packets: "Iterable[av.Packet[VideoStream]]", interval: float
) -> Iterator[tuple["av.Packet[VideoStream]", float]]:
    """The packets, each with the time of its picture in seconds: its PTS; without one, its DTS plus the delay
    of the previous packet; without both, the usual `interval` after the previous packet, or before the next.

    Raises:
        UntimedError: none of the packets carries a time.
    """
    untimed: list[av.Packet[VideoStream]] = []
    newest: float | None = None
    delay = 0
    for packet in packets:
        if packet.pts is not None and packet.dts is not None:
            delay = packet.pts - packet.dts
        told = _told(packet, delay)
        if told is None and newest is None:
            untimed.append(packet)
            if len(untimed) > _MOST_UNTIMED:
                break
            continue
        newest = told if told is not None else (newest or 0.0) + interval
        for place, earlier in enumerate(untimed):
            yield earlier, newest - interval * (len(untimed) - place)
        untimed = []
        yield packet, newest
    if untimed:
        raise UntimedError


def _told(packet: "av.Packet[VideoStream]", delay: int) -> float | None:
    if packet.pts is None and packet.dts is None:
        return None
    pts = packet.pts if packet.pts is not None else (packet.dts or 0) + delay
    return float(pts * packet.time_base)
