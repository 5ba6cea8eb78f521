"""Paths of vehicles over a stretch of road, in metres and seconds, for comparison between two cameras."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from contract.vehicles import VehicleKind
from edge.detect.detector import Look
from edge.joined.road import Array, Stretch
from edge.rules.inputs import Track, TrackPoint

BESIDE, BEYOND = 0.8, 1.5
"""Metres beside a stretch, and before and after it, within which a vehicle still counts."""

LEAST_POINTS = 3

FARTHEST = 5.0
"""Metres: upper limit of a position's uncertainty."""

LONGEST_GAP = 0.8
"""Seconds: a vehicle unseen for longer gets a new path."""


@dataclass(frozen=True)
class Way:
    """A vehicle's path over a stretch: position (`x`, `y`, metres) and time (`t`, seconds, increasing).

    `sigma` is the standard deviation of `y` for hidden or computed wheels (metres). `track` is its track in
    its camera, `part` the number of the track's part that is surely one vehicle.
    """

    track: int
    part: int
    kind: VehicleKind
    t: Array
    x: Array
    y: Array
    sigma: Array
    look: Look | None = field(default=None, compare=False)

    @property
    def first(self) -> float:
        """When it was first seen on the stretch."""
        return float(self.t[0])

    @property
    def last(self) -> float:
        """When it was last seen on the stretch."""
        return float(self.t[-1])

    @cached_property
    def speed(self) -> float:
        """Mean speed along the road in metres a second."""
        return float(self.y[-1] - self.y[0]) / max(self.last - self.first, 1e-6)

    def between(self, first: float, last: float) -> "Way | None":
        """The part of the path in that time; None if it is too short."""
        kept = (self.t >= first) & (self.t <= last)
        if kept.sum() < LEAST_POINTS:
            return None
        parts = {name: getattr(self, name)[kept] for name in ("t", "x", "y", "sigma")}
        return replace(self, **parts)

    def later(self, seconds: float) -> "Way":
        """The same on a clock that is ahead by so many seconds."""
        return replace(self, t=self.t + seconds)

    def overlaps(self, other: "Way") -> bool:
        """Whether both were there at the same time (of one clock)."""
        return self.first <= other.last and other.first <= self.last


def ways(
    tracks: Iterable[Track], stretch: Stretch, looks: Mapping[int, Look] | None = None
) -> tuple[Way, ...]:
    """The paths of these tracks over the stretch, by track and part.

    A track is divided where it may have changed to another vehicle.
    """
    found: list[Way] = []
    for track in sorted(tracks, key=lambda track: track.id):
        for part, points in enumerate(parts(track.points)):
            for piece in _inside(points, stretch):
                t = np.array([point.t for point, _ in piece])
                x, y, sigma = np.array([place for _, place in piece]).T
                look = (looks or {}).get(track.id)
                found.append(Way(track.id, part, track.kind, t, x, y, sigma, look))
    return tuple(found)


def parts(points: Sequence[TrackPoint]) -> Iterator[Sequence[TrackPoint]]:
    """The parts of a track's points that are each surely of one vehicle."""
    cuts = [0, *(n for n, point in enumerate(points) if n and point.breaks), len(points)]
    yield from (points[a:b] for a, b in pairwise(cuts))


def _inside(points: Sequence[TrackPoint], stretch: Stretch) -> Iterator[list[tuple[TrackPoint, Array]]]:
    """The pieces of a part that lie on the stretch: x, y and sigma of each point."""
    places = stretch.metres([point.ground for point in points])
    there = stretch.holds(places, BESIDE, BEYOND)
    nearer = stretch.metres([(p.ground[0], p.ground[1] + _hidden(p)) for p in points])
    sigmas = np.nan_to_num(np.abs(places[:, 1] - nearer[:, 1]), nan=FARTHEST)
    rows = np.column_stack([places, np.minimum(sigmas, FARTHEST)])
    piece: list[tuple[TrackPoint, Array]] = []
    for point, place, on_it in zip(points, rows, there, strict=True):
        if piece and (not on_it or point.t - piece[-1][0].t > LONGEST_GAP):
            if len(piece) >= LEAST_POINTS:
                yield piece
            piece = []
        if on_it:
            piece.append((point, place))
    if len(piece) >= LEAST_POINTS:
        yield piece


def _hidden(point: TrackPoint) -> float:
    """Pixels by which its wheels may be nearer than assumed."""
    return 0.0 if point.wheels == "seen" else point.sigma
