"""Driving against a lane's direction, entirely inside it: wrong_way on one-way roads, else wrong_lane."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from configs.rules.parameters import Against
from configs.scene import Lane
from contract.reasons import Doubt
from edge.rules.abreast import may_be_two
from edge.rules.geometry import along, inside
from edge.rules.inputs import TrackPoint
from edge.rules.observed import height, two_wheeled, width
from edge.rules.situation import Situation
from edge.rules.trust import unsteady

_SECONDS = 5.0
"""Seconds for which a run against the direction is traced back."""

_EDGE = 2.0
"""Pixels from the left, right or lower edge of the picture within which a box counts as cut by it."""

_OFF = 3.0
"""Pixels by which a box may be displaced sideways, however small it is."""

_STRAIGHT = 0.7
"""Part of all movement along the lane that must be against it; jitter goes both ways."""

_EVEN = 0.4
"""Part of its mean speed that must remain without its longest step: a box that jumps to a vehicle nearby
makes all its way in one step."""

_LEAST = 3
"""Looks needed to distinguish a drive from one jump, whatever the camera's file sets."""


@dataclass(frozen=True)
class RunAgainst:
    """A stretch of driving against `lane`: its first and newest point, the distance in box heights, and the
    doubts."""

    lane: Lane
    start: TrackPoint
    end: TrackPoint
    distance: float
    doubts: tuple[Doubt, ...]


def runs_against(situation: Situation, parameters: Against, *, one_way: bool) -> Iterator[RunAgainst]:
    """The newest run against each lane of the kind asked for, once it is long enough."""
    margin = parameters.two_wheel_inside if two_wheeled(situation.track) else parameters.inside
    if height(situation.track.points[-1].box) < parameters.smallest * situation.scene.size[1]:
        return
    for lane in situation.scene.lanes:
        if lane.direction is not None and lane.one_way == one_way:
            run = _run(situation, lane, lane.direction, parameters, margin)
            if run is not None:
                yield run


def _run(
    situation: Situation, lane: Lane, direction: tuple[float, float], parameters: Against, margin: float
) -> RunAgainst | None:
    points, size = situation.track.points, situation.scene.size
    newest = points[-1]
    if len(points) < parameters.frames or not wholly_inside(newest, lane, margin):
        return None
    if along(points[-parameters.frames].ground, newest.ground, direction) >= 0:
        return None
    count = _far_enough(points, direction, parameters)
    # Few vehicles get this far, so the costly checks come last.
    run = points[-count:]
    if count == 0 or not all_inside(run, lane, margin) or any(_cut(point, size) for point in run):
        return None
    if not _is_even(run, direction):
        return None
    against = -along(run[0].ground, newest.ground, direction)
    earlier = points[:-count] if two_wheeled(situation.track) else ()
    doubts = unsteady(run, earlier) or may_be_two(run, points, lambda looks: all_inside(looks, lane, margin))
    return RunAgainst(lane, run[0], newest, against / height(newest.box), doubts)


def _far_enough(points: Sequence[TrackPoint], direction: tuple[float, float], parameters: Against) -> int:
    """Number of the newest points that form a long enough run against the direction; 0 if none do."""
    newest = points[-1]
    far = parameters.distance * height(newest.box)
    least = max(parameters.frames, _LEAST)
    travelled, later = 0.0, 0.0
    for count, point in enumerate(reversed(points), start=1):
        lasted = newest.t - point.t
        if lasted > _SECONDS:
            return 0
        against = along(newest.ground, point.ground, direction)
        travelled += abs(against - later)
        later = against
        enough = lasted >= parameters.seconds and count >= least
        if enough and against >= far and against >= _STRAIGHT * travelled:
            return count
    return 0


def _is_even(run: Sequence[TrackPoint], direction: tuple[float, float]) -> bool:
    """Whether it also went against the direction outside its longest step."""
    steps = [(-along(a.ground, b.ground, direction), b.t - a.t) for a, b in pairwise(run)]
    longest, took = max(steps)
    way, time = sum(step for step, _ in steps), sum(t for _, t in steps)
    return (way - longest) / (time - took) >= _EVEN * way / time


def _cut(point: TrackPoint, size: tuple[int, int]) -> bool:
    """True if its wheels were not visible, or the picture cuts its box, which then creeps inwards as it
    leaves."""
    left, _, right, bottom = point.box
    return point.wheels != "seen" or left < _EDGE or right > size[0] - _EDGE or bottom > size[1] - _EDGE


def all_inside(points: Sequence[TrackPoint], lane: Lane, margin: float) -> bool:
    """Whether it is entirely inside the lane in all these looks."""
    return all(wholly_inside(point, lane, margin) for point in points)


def wholly_inside(point: TrackPoint, lane: Lane, margin: float) -> bool:
    """True if the ground point and `margin` box widths to either side lie in the lane."""
    (x, y), reach = point.ground, max(_OFF, margin * width(point.box))
    return all(inside((x + step, y), lane.polygon) for step in (-reach, 0.0, reach))
