"""How a vehicle passed a stop line: when its ground point crossed it, whether it went on or stood, and its
exit.

Shared by red_light and stop_line, which differ only in whether the vehicle went on. The crossing is the swept
segment of the ground point over the directed line, interpolated between frames, with a band of hysteresis: a
vehicle must have been clearly before the line and then come clearly past it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import dist

from configs.rules.parameters import Passage as Parameters
from configs.scene import Exit, Movement, Scene, StopLine
from edge.rules.geometry import depth_past, meets
from edge.rules.inputs import Point, Polyline, TrackPoint
from edge.rules.observed import ROLLS, LaneUsed, height, lane_used, since

Depth = Callable[[TrackPoint], float]
"""Function from a track point to its pixels past the stop line."""

JITTER = 2.0
"""Width of the jitter band on either side of the line, in standard deviations of the wheels' position."""

_LATE = 2.0
"""Seconds of uncertainty beyond which more makes no difference."""

_BEGINNING = 0.25
"""Part of a stop whose looks are compared with the rest."""

_MARGIN = 3.0
"""Seconds a passage stays in view after it is over, so that late lamp changes still reach the rules."""


@dataclass(frozen=True)
class Crossing:
    """Crossing of the line by the ground point at `t` ± `uncertainty`; `index` is the first point past the
    line, `clear` the first beyond the band of jitter."""

    t: float
    uncertainty: float
    index: int
    clear: int


@dataclass(frozen=True)
class Passage:
    """One crossing of a stop line and what came after.

    `frames_before` counts observations before the line. `seen_before` and `seen_past` are when
    the wheels themselves were last seen before and first seen past the line. `committed` is when the vehicle
    entered the junction, `onward` when it had gone on beyond doubt, `stood` the first stretch it stood past
    the line before that and `stood_short` whether that was clearly short of the junction, `movement` where it
    left and `left` when.
    """

    line: StopLine
    crossing: Crossing
    frames_before: int
    seen_before: float | None
    seen_past: float | None
    committed: float | None
    onward: float | None
    stood: tuple[float, float] | None
    stood_short: bool
    movement: Movement | None
    left: float | None
    lane: LaneUsed | None


def passages(
    points: Sequence[TrackPoint], scene: Scene, now: float, parameters: Parameters
) -> tuple[Passage, ...]:
    """Crossings of governed stop lines that are not long past, at most one for each line."""
    governed = [line for line in scene.stop_lines if line.head is not None or line.heads]
    found = (_passage(points, scene, line, now, parameters) for line in governed)
    return tuple(passage for passage in found if passage is not None)


def _passage(
    points: Sequence[TrackPoint], scene: Scene, line: StopLine, now: float, parameters: Parameters
) -> Passage | None:
    """The newest crossing of `line`; None if there is none, or the vehicle first appeared past the line."""
    depth = _depth(line)
    if depth(points[-1]) < 0:
        return None
    start = since(points, now - parameters.within - parameters.standing - _MARGIN)
    crossing = _find_crossing(points, line.line, depth, parameters.hysteresis, start)
    if crossing is None or not _came_from_before(points[: crossing.index], depth, parameters.distance_before):
        return None
    way, left = _way_out(points[crossing.index - 1 :], line.exits)
    committed, onward = _went_on(points[crossing.index :], line, parameters)
    if left is not None:
        committed = left if committed is None else min(left, committed)
        onward = left if onward is None else min(left, onward)
    stood = _stood(points[crossing.clear :], onward, parameters)
    return Passage(
        line=line,
        crossing=crossing,
        frames_before=_unbroken(points, crossing.index),
        seen_before=_seen(reversed(points[: crossing.index]), lambda point: depth(point) < 0),
        seen_past=_seen(points[crossing.index :], lambda point: depth(point) >= 0),
        committed=committed,
        onward=onward,
        stood=stood,
        stood_short=stood is not None and _short(points, stood, line, parameters.hysteresis),
        movement=way,
        left=left,
        lane=lane_used(points[: crossing.index], scene.lanes),
    )


def _find_crossing(
    points: Sequence[TrackPoint], line: Polyline, depth: Depth, hysteresis: float, start: int
) -> Crossing | None:
    """The newest crossing of the line along its direction that was completed after points[start].

    `hysteresis` is the half width of the band of jitter in box heights. Of several crossings in one passage
    the last counts: a vehicle whose box jitters on the line while it waits has not crossed it yet.
    """
    if start >= len(points):
        return None
    while start > 0 and abs(depth(points[start])) <= hysteresis * height(points[start].box):
        start -= 1
    if depth(points[start]) > 0 and depth(points[-1]) > 0:
        return None  # well past it, or never before it: cross and oncoming traffic, the most frequent case
    depths = [depth(point) for point in points[start:]]
    before, touch, found = False, None, None
    for number, (point, past) in enumerate(zip(points[start:], depths, strict=True)):
        index, band = start + number, max(hysteresis * height(point.box), JITTER * point.sigma)
        if before and number and past > depths[number - 1]:
            part = meets(points[index - 1].ground, point.ground, line)
            touch = touch if part is None else (index, part)
        if past < 0:
            before, touch = before or past <= -band, None
        elif past >= band:
            if before and touch is not None:
                found = _crossing(points, touch, index)
            before, touch = False, None
    return found


def _crossing(points: Sequence[TrackPoint], touch: tuple[int, float], clear: int) -> Crossing:
    index, part = touch
    earlier, later = points[index - 1], points[index]
    gap, reckoned = later.t - earlier.t, max(_reckoned(earlier), _reckoned(later))
    speed = dist(earlier.ground, later.ground) / gap
    uncertainty = gap / 2 + min(reckoned / max(speed, 1e-9), _LATE)
    return Crossing(earlier.t + part * gap, uncertainty, index, clear)


def _reckoned(point: TrackPoint) -> float:
    """Standard deviation in pixels of the computed position of the wheels; 0 if they were seen."""
    return 0.0 if point.wheels == "seen" else point.sigma


def _unbroken(points: Sequence[TrackPoint], index: int) -> int:
    """Number of points before `index` that are surely of the same vehicle."""
    broken = next((i for i in range(index, 0, -1) if points[i].breaks), 0)
    return index - broken


def _seen(points: Iterable[TrackPoint], there: Callable[[TrackPoint], bool]) -> float | None:
    """Time of the first look in which the wheels were visible and on that side of the line."""
    return next((point.t for point in points if point.wheels == "seen" and there(point)), None)


def _depth(line: StopLine) -> Depth:
    past = depth_past(line.line, line.direction)
    return lambda point: past(point.ground)


def _came_from_before(points: Sequence[TrackPoint], depth: Depth, distance: float) -> bool:
    """False for a vehicle that appeared past the line: a new track on it, oncoming or crossing traffic."""
    return any(depth(point) <= -distance * height(point.box) for point in reversed(points))


def _went_on(
    points: Sequence[TrackPoint], line: StopLine, parameters: Parameters
) -> tuple[float | None, float | None]:
    """When the vehicle had entered the junction, and when it had gone `onward` box heights further, whichever
    way; interpolated.

    It has entered past the commit line, or `clearance` beyond the stop line where none is drawn.
    """
    past = depth_past(line.line if line.commit is None else line.commit, line.direction)
    entered = parameters.clearance if line.commit is None else 0.0
    committed: float | None = None
    place, last = points[0].ground, None
    for point in points:
        gone = past(point.ground) / height(point.box) - entered
        if committed is None and gone >= 0:
            committed, place = _when(last, (point.t, gone), 0.0), point.ground
        if committed is not None:
            # A turning vehicle continues along the line, not away from it; a jump of the box does not last.
            if gone >= 0 and point.wheels == "seen":
                gone = max(gone, dist(place, point.ground) / height(point.box))
            if gone >= parameters.onward:
                return committed, _when(last, (point.t, gone), parameters.onward)
        last = (point.t, gone)
    return committed, None


def _when(earlier: tuple[float, float] | None, later: tuple[float, float], limit: float) -> float:
    """The interpolated time at which a value seen twice, as (t, value), passed `limit`."""
    if earlier is None:
        return later[0]
    return earlier[0] + (later[0] - earlier[0]) * (limit - earlier[1]) / (later[1] - earlier[1])


def _stood(
    points: Sequence[TrackPoint], until: float | None, parameters: Parameters
) -> tuple[float, float] | None:
    """The first stop past the line, before the vehicle went on; it does not start while the vehicle still
    brakes or creeps: then its first looks lie before the rest, or it rolls a last gentle second."""
    end = len(points) if until is None else since(points, until)
    seen = [point for point in points[:end] if point.wheels == "seen"]
    mean = _means([point.ground for point in seen])
    first, whole = 0, parameters.standing + ROLLS
    for last in range(1, len(seen)):
        while seen[last].t - seen[first + 1].t >= whole:
            first += 1
        if seen[last].t - seen[first].t >= whole:
            rest = since(seen, seen[first].t + _BEGINNING * whole)
            still = parameters.still * height(seen[last].box)
            if first < rest <= last and dist(mean(first, rest), mean(rest, last + 1)) <= still:
                return (seen[since(seen, seen[last].t - parameters.standing)].t, seen[last].t)
    return None


def _short(points: Sequence[TrackPoint], stood: tuple[float, float], line: StopLine, jitter: float) -> bool:
    """True if the wheels stood more than `jitter` box heights short of the commit line, or none is drawn."""
    if line.commit is None:
        return True
    past = depth_past(line.commit, line.direction)
    looks = points[since(points, stood[0]) : since(points, stood[1]) + 1]
    return all(past(look.ground) < -jitter * height(look.box) for look in looks if look.wheels == "seen")


def _means(grounds: Sequence[Point]) -> Callable[[int, int], Point]:
    """A function that gives the mean of grounds[first:end]: boxes jitter, their mean over a second hardly
    does."""
    xs = list(accumulate((x for x, _ in grounds), initial=0.0))
    ys = list(accumulate((y for _, y in grounds), initial=0.0))
    return lambda first, end: ((xs[end] - xs[first]) / (end - first), (ys[end] - ys[first]) / (end - first))


def _way_out(points: Sequence[TrackPoint], exits: Sequence[Exit]) -> tuple[Movement | None, float | None]:
    """The movement whose exit line was crossed first, and when."""
    for index in range(1, len(points)):
        earlier, later = points[index - 1], points[index]
        for way in exits:
            part = meets(earlier.ground, later.ground, way.line)
            if part is not None:
                return way.movement, earlier.t + part * (later.t - earlier.t)
    return None, None
