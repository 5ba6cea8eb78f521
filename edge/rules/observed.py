"""Properties of a track that rules need: size, times, distances, and the lane it came from."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import dist

from configs.scene import Lane
from edge.rules.geometry import inside
from edge.rules.inputs import Box, Track, TrackPoint

_LANE_POINTS = 5
"""Number of last points in any lane that decide which lane a vehicle came from."""

ROLLS = 1.2
"""Seconds in which a gently braking vehicle may still roll the last part of a height that counts as jitter.
They are not counted: a rolling vehicle is not yet standing."""


@dataclass(frozen=True)
class LaneUsed:
    """The lane a vehicle came from; `certain` if all deciding points agree, `frames` is their number."""

    lane: Lane
    frames: int
    certain: bool


def height(box: Box) -> float:
    """Height of the box, at least one pixel."""
    return max(1.0, box[3] - box[1])


def width(box: Box) -> float:
    """Width of the box, at least one pixel."""
    return max(1.0, box[2] - box[0])


def two_wheeled(track: Track) -> bool:
    """True for motorbikes and bicycles, which fit between lines that a car would touch."""
    return track.kind in ("motorbike", "bicycle")


def since(points: Sequence[TrackPoint], t: float) -> int:
    """Index of the first point at or after t; their number if there is none."""
    return bisect_left(points, t, key=lambda point: point.t)


def last_by(points: Sequence[TrackPoint], t: float) -> TrackPoint:
    """The last point at or before t; there must be one."""
    return points[bisect_right(points, t, key=lambda point: point.t) - 1]


def nearest(points: Sequence[TrackPoint], t: float) -> TrackPoint:
    """The point nearest in time."""
    index = min(len(points) - 1, since(points, t))
    return min(points[max(0, index - 1) : index + 1], key=lambda point: abs(point.t - t))


def moved(start: TrackPoint, end: TrackPoint) -> float:
    """Distance the ground point moved, in heights of the box at the end."""
    return dist(start.ground, end.ground) / height(end.box)


def lane_used(points: Sequence[TrackPoint], lanes: Sequence[Lane]) -> LaneUsed | None:
    """The lane that most of the last few points lie in, of those that lie in any."""
    found: list[str] = []
    for point in reversed(points):
        lane = next((lane for lane in lanes if inside(point.ground, lane.polygon)), None)
        if lane is not None:
            found.append(lane.id)
        if len(found) == _LANE_POINTS:
            break
    if not found:
        return None
    name, frames = Counter(found).most_common(1)[0]
    used = next(lane for lane in lanes if lane.id == name)
    return LaneUsed(used, frames, certain=frames == len(found))
