"""Keeps the video of the start of a long stop, which has left the ring buffer when the stop is judged.

A zone may allow an hour, the ring holds a minute. Once a vehicle has stood in such a zone for some seconds,
the packets of its first seconds are kept beside the ring, until it drives on or its evidence is gathered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from configs.scene import Zone
from edge.rules.geometry import inside
from edge.rules.inputs import Track, TrackPoint
from edge.rules.observed import moved
from edge.video.ring import PacketRing, RingMiss

log = structlog.get_logger(__name__)

SETTLED = 5.0
"""Seconds a vehicle must stand before its beginning is kept; also the length kept."""

FORGOTTEN = 180.0
"""Seconds after a vehicle was last seen when its beginning is dropped; its evidence is gathered by then."""

SPARE = 25.0
"""Seconds of ring needed beyond the longest stop the ring covers by itself: post-roll and a busy node."""

Key = tuple[int, str]
"""Track and zone."""


@dataclass
class _Standing:
    first: TrackPoint
    seen: float
    kept: bool = False


class Beginnings:
    """Watches the zones of one camera for which the ring is too short.

    Args:
        still: box heights of movement that count as jitter of a standing vehicle; None if no rule needs it.
    """

    def __init__(self, zones: Iterable[Zone], still: float | None, ring: PacketRing) -> None:
        long = [zone for zone in zones if zone.seconds > ring.seconds - SPARE]
        self._zones = long if still is not None else []
        self._still = still or 0.0
        self._ring = ring
        self._standing: dict[Key, _Standing] = {}

    def note(self, t: float, tracks: Iterable[Track]) -> None:
        """Takes the vehicles in the picture of stream time `t`."""
        for track in tracks if self._zones else ():
            for zone in self._zones:
                self._note((track.id, zone.id), track.points[-1], zone)
        gone = [key for key, standing in self._standing.items() if standing.seen < t - FORGOTTEN]
        for key in gone:
            self._forget(key)

    def since(self, track: int, zone: str | None) -> float | None:
        """Since when the vehicle has stood in the zone, if its beginning is kept."""
        standing = self._standing.get((track, zone)) if zone is not None else None
        return standing.first.t if standing is not None and standing.kept else None

    def _note(self, key: Key, newest: TrackPoint, zone: Zone) -> None:
        if not inside(newest.ground, zone.polygon):
            return  # a box may jitter over the zone's edge; a vehicle that left is not seen there any more
        standing = self._standing.get(key)
        if standing is None or moved(standing.first, newest) > self._still:
            self._forget(key)
            self._standing[key] = _Standing(newest, newest.t)
            return
        standing.seen = newest.t
        if not standing.kept and newest.t - standing.first.t >= SETTLED:
            standing.kept = True
            self._keep(key, standing.first.t)

    def _keep(self, key: Key, t: float) -> None:
        try:
            self._ring.keep(key, t, t + SETTLED)
        except RingMiss:
            log.warning("the beginning of a standing is not in the ring", track=key[0], zone=key[1])

    def _forget(self, key: Key) -> None:
        if self._standing.pop(key, None) is not None:
            self._ring.release(key)
