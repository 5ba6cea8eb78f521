"""One track, tentative or confirmed: its history, expected position, and whether it may have left."""

from collections import defaultdict
from collections.abc import Collection
from copy import copy, deepcopy
from dataclasses import replace
from typing import NamedTuple

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, Look
from edge.detect.hiding import Sides
from edge.detect.matching import JITTER, REACH, Expected
from edge.detect.motion import Motion
from edge.detect.shapes import Cell, plain_way
from edge.detect.wheels import Stature
from edge.rules.inputs import Box, Point, Track, TrackPoint

FARTHEST = 2.0
"""Largest distance from the expected position, in heights, for the same vehicle, however long unseen."""

AT_EDGE = 2.0
"""Pixels from the picture's edge within which a box touches it."""

LEFT = 0.25
"""Least part of an expected box inside the picture for it to be cropped to that part."""

OUTWARD = 0.3
"""Speed towards the edge, in heights a second, from which a vehicle touching the edge is leaving."""

NEW_LOOK = 0.2
"""Weight of a new observation in the stored appearance."""


class Sight(NamedTuple):
    """A detection assigned to a track: whether something may hide its wheels or one of its sides, and its
    track point."""

    detection: Detection
    covered: bool
    sides: Sides
    point: TrackPoint


class Merged(NamedTuple):
    """The track `into` whose box another merged, and that other track as it was `before`: it follows the
    common box, so it may follow the other vehicle by now."""

    into: "Candidate"
    before: "Candidate"


class Candidate:
    """Mutable, so kept inside this package. `id` is 0 until the track is confirmed."""

    def __init__(self, sight: Sight) -> None:
        self.id = 0
        self.after: tuple[int, ...] = ()
        self.motion = Motion(sight.detection.box)
        self.stature = Stature()
        self.taught: set[Cell] = set()
        self.way: Point | None = None
        self.points = [sight.point]
        self.look: Look | None = None
        self.covered, self.aside = sight.covered, any(sight.sides)
        self.hits = 0
        self.unseen = 0
        self.there = sight.point.t
        """When it was last seen, or known to be in a box with another."""
        self.lost_in: Merged | None = None
        """The track into whose box it may have merged while unseen."""
        self._votes: defaultdict[VehicleKind, float] = defaultdict(float)
        self._shares: defaultdict[VehicleKind, float] = defaultdict(float)
        self._learn(sight)

    def see(self, sight: Sight, max_points: int) -> None:
        """Continues the track with this detection."""
        box = sight.detection.box
        self.motion.correct(box, covered=sight.covered, sides=sight.sides)
        self.way = plain_way(self.motion.speed, box[3] - box[1]) or self.way
        self.pass_by(sight.point, max_points)
        self._learn(sight)

    def pass_by(self, point: TrackPoint, max_points: int) -> None:
        """Adds a point that does not update size, colours or kind."""
        self.there = point.t
        self.points.append(point)
        if len(self.points) > max_points:
            self.points = _thinned(self.points)

    def _learn(self, sight: Sight) -> None:
        self.hits += 1
        self.covered, self.aside = sight.covered, any(sight.sides)
        seen = sight.detection
        self._votes[seen.kind] += seen.confidence
        scores = seen.kinds or {seen.kind: 1.0}
        total = sum(scores.values())
        for kind, score in scores.items():
            self._shares[kind] += seen.confidence * score / total
        new = sight.detection.look
        if self.look is None or new is None:
            self.look = new if new is not None else self.look
        elif not sight.covered:
            self.look = (1 - NEW_LOOK) * self.look + NEW_LOOK * new

    def before(self) -> "Candidate":
        """A copy of the track as it was until now: its vehicle may have been lost, and continue as a new
        track."""
        left = copy(self)
        left.motion, left.points, left.lost_in = deepcopy(self.motion), [self.newest], None
        return left

    def lose_in(self, other: "Candidate") -> None:
        """Marks it as possibly merged into the box of `other`; an earlier mark stays."""
        if self.lost_in is None or self.lost_in.into is not other:
            self.lost_in = Merged(other, other.before())

    def mend(self, frames: Collection[int], size: Stature) -> None:
        """Removes the breaks at these frames: it was the same vehicle, its known height holds."""
        self.points = [replace(p, breaks=False) if p.breaks and p.frame in frames else p for p in self.points]
        if not self.stature.known:
            self.stature = size

    def forget_size(self) -> None:
        """Forgets the vehicle's size: from here on it may be another vehicle."""
        self.stature = Stature()

    @property
    def kind(self) -> VehicleKind:
        """The kind with the largest total confidence over all looks."""
        return max(self._votes, key=lambda kind: (self._votes[kind], kind))

    @property
    def newest(self) -> TrackPoint:
        """Its latest track point."""
        return self.points[-1]

    def expected(self, t: float, bounds: Box) -> Expected:
        """Its expected box and appearance at time `t`, to which its motion was advanced; for a vehicle
        leaving `bounds` the part still inside."""
        box, (x, y) = _inside(self.motion.box, bounds), self.motion.sigma
        least, most = JITTER * (box[3] - box[1]), FARTHEST / REACH * (box[3] - box[1])
        return Expected(
            box=box,
            sigma=(min(max(x, least), most), min(max(y, least), most)),
            kind=self.kind,
            look=self.look,
            last=self.newest.box,
            gap=t - self.newest.t,
            speed=self.motion.speed,
            covered=self.covered,
            aside=self.aside,
        )

    def came_in(self, bounds: Box) -> int | None:
        """The edge of `bounds` over which it entered, as the index of that side of a box; None if it was
        first seen farther inside, or did not move away from the edge."""
        first = self.points[0].box
        (vx, vy), least = self.motion.speed, OUTWARD * (first[3] - first[1])
        for side, inward in enumerate((vx, vy, -vx, -vy)):
            if _from_edge(first, bounds, side) <= AT_EDGE and inward > least:
                return side
        return None

    def was_near(self, side: int, bounds: Box) -> bool:
        """Whether it was last seen within its own size of this edge of `bounds`: only then can it have left
        there and come back."""
        x1, y1, x2, y2 = box = self.newest.box
        return _from_edge(box, bounds, side) <= max(x2 - x1, y2 - y1)

    def has_left(self, bounds: Box) -> bool:
        """Whether it was last seen at an edge of `bounds`, moving out."""
        x1, y1, x2, y2 = self.newest.box
        vx, vy = self.motion.speed
        least = OUTWARD * (y2 - y1)
        # The upper edge gives the speed: a vehicle leaving at the bottom shows ever less of itself there.
        return (
            (x1 <= bounds[0] + AT_EDGE and vx < -least)
            or (x2 >= bounds[2] - AT_EDGE and vx > least)
            or (y1 <= bounds[1] + AT_EDGE and vy < -least)
            or (y2 >= bounds[3] - AT_EDGE and vy > least)
        )

    def track(self) -> Track:
        """The track as the rest of the node sees it."""
        confidence = sum(self._votes.values()) / self.hits
        return Track(self.id, self.kind, confidence, tuple(self.points), self.after, self._kinds())

    def _kinds(self) -> dict[VehicleKind, float]:
        """The probability of each kind over all looks; empty if they agreed."""
        total = sum(self._shares.values())
        return {kind: share / total for kind, share in self._shares.items()} if len(self._shares) > 1 else {}


def _from_edge(box: Box, bounds: Box, side: int) -> float:
    """Pixels from a side of the box, by its index, to the same edge of the picture."""
    return abs(box[side] - bounds[side])


def _inside(box: Box, bounds: Box) -> Box:
    """The part of a box within the bounds; all of it if that part would be almost nothing."""
    x1, y1, x2, y2 = box
    cut = max(x1, bounds[0]), max(y1, bounds[1]), min(x2, bounds[2]), min(y2, bounds[3])
    plain = cut[2] - cut[0] >= LEFT * (x2 - x1) and cut[3] - cut[1] >= LEFT * (y2 - y1)
    return cut if plain else box


def _thinned(points: list[TrackPoint]) -> list[TrackPoint]:
    """Drops every second point of the older half and keeps the newer half: the track keeps its time span."""
    half = len(points) // 2
    return points[:half:2] + points[half:]
