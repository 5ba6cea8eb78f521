"""How a vehicle passed a stop line: when its ground point crossed it, whether it went on, stood, where it
left.

Shared by red_light and stop_line, which differ only in whether the vehicle went on. The crossing is the swept
segment of the ground point over the directed line, interpolated between frames, with a band of hysteresis: a
vehicle must have been clearly before the line and then come clearly past it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import dist
from statistics import fmean

from edge.rules.geometry import depth, meets
from edge.rules.inputs import Point, TrackPoint
from edge.rules.parameters import Passage as Parameters
from edge.rules.scene import Exit, Movement, StopLine
from edge.rules.situation import LaneUsed, Situation, height, lane_used, since

_MARGIN = 3.0
"""Seconds a passage stays in view after it is over, so that late lamp changes still reach the rules."""


@dataclass(frozen=True)
class Crossing:
    """The ground point over the line at `t` ± `uncertainty`; `index` is the first point past the line,
    `clear` the first that lies beyond the band of jitter."""

    t: float
    uncertainty: float
    index: int
    clear: int


@dataclass(frozen=True)
class Passage:
    """One crossing of a stop line and what came after.

    `frames_before` counts observations before the line. `committed` is when the vehicle entered the junction,
    `onward` when it had gone on beyond doubt, `stood` the first stretch it stood past the line before that,
    `movement` where it left and `left` when.
    """

    line: StopLine
    crossing: Crossing
    frames_before: int
    committed: float | None
    onward: float | None
    stood: tuple[float, float] | None
    movement: Movement | None
    left: float | None
    lane: LaneUsed | None


def passages(situation: Situation) -> Iterator[Passage]:
    """Crossings of governed stop lines that are not long past, at most one for each line."""
    for line in situation.scene.stop_lines:
        if line.head is not None or line.heads:
            found = passage(situation, line)
            if found is not None:
                yield found


def passage(situation: Situation, line: StopLine) -> Passage | None:
    """The newest crossing of `line`, or None if there is none, or the vehicle only appeared over the line."""
    points, parameters = situation.track.points, situation.rules.passage
    if _depth(points[-1], line) < 0:
        return None
    start = since(points, situation.now - parameters.within - parameters.standing - _MARGIN)
    crossing = find_crossing(points, line, parameters.hysteresis, start)
    if crossing is None or not _came_from_before(points[: crossing.index], line, parameters.distance_before):
        return None
    after = points[crossing.index :]
    way, left = _way_out(points[crossing.index - 1 :], line.exits)
    committed = _reached(after, line, parameters, 0.0)
    onward = _reached(after, line, parameters, parameters.onward)
    if left is not None:
        committed = left if committed is None else min(left, committed)
        onward = left if onward is None else min(left, onward)
    return Passage(
        line=line,
        crossing=crossing,
        frames_before=crossing.index,
        committed=committed,
        onward=onward,
        stood=_stood(points[crossing.clear :], onward, parameters),
        movement=way,
        left=left,
        lane=lane_used(points[: crossing.index], situation.scene.lanes),
    )


def find_crossing(
    points: Sequence[TrackPoint], line: StopLine, hysteresis: float, start: int
) -> Crossing | None:
    """The newest crossing of the line along its direction that was completed after points[start].

    `hysteresis` is the half width of the band of jitter in box heights. Of several touches of the line in one
    passage the last counts: a vehicle that trembles on the line while it waits has not crossed it yet.
    """
    if start >= len(points):
        return None
    while start > 0 and abs(_depth(points[start], line)) <= hysteresis * height(points[start].box):
        start -= 1
    if _depth(points[start], line) > 0 and _depth(points[-1], line) > 0:
        return None  # long past it, or never before it: crossing and oncoming traffic, which is most there is
    depths = [_depth(point, line) for point in points[start:]]
    before, touch, found = False, None, None
    for number, (point, past) in enumerate(zip(points[start:], depths, strict=True)):
        index, band = start + number, hysteresis * height(point.box)
        if before and number and past > depths[number - 1]:
            part = meets(points[index - 1].ground, point.ground, line.line)
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
    earlier, later = points[index - 1].t, points[index].t
    return Crossing(earlier + part * (later - earlier), (later - earlier) / 2, index, clear)


def _depth(point: TrackPoint, line: StopLine) -> float:
    return depth(point.ground, line.line, line.direction)


def _came_from_before(points: Sequence[TrackPoint], line: StopLine, distance: float) -> bool:
    """False for what appeared over the line: a new track on it, oncoming or crossing traffic."""
    return any(_depth(point, line) <= -distance * height(point.box) for point in reversed(points))


def _excess(point: TrackPoint, line: StopLine, clearance: float) -> float:
    """Box heights past the commit line, or past `clearance` beyond the stop line where none is drawn."""
    size = height(point.box)
    if line.commit is not None:
        return depth(point.ground, line.commit, line.direction) / size
    return _depth(point, line) / size - clearance


def _reached(
    points: Sequence[TrackPoint], line: StopLine, parameters: Parameters, beyond: float
) -> float | None:
    """When the vehicle first lay `beyond` box heights past the commit line, interpolated."""
    last: tuple[float, float] | None = None
    for point in points:
        excess = _excess(point, line, parameters.clearance) - beyond
        if excess >= 0:
            if last is None or last[1] >= 0:
                return point.t
            return last[0] + (point.t - last[0]) * last[1] / (last[1] - excess)
        last = (point.t, excess)
    return None


def _stood(
    points: Sequence[TrackPoint], until: float | None, parameters: Parameters
) -> tuple[float, float] | None:
    """The first stretch of standing past the line, before the vehicle went on."""
    end = len(points) if until is None else since(points, until)
    first = 0
    for last in range(1, end):
        while points[last].t - points[first + 1].t >= parameters.standing:
            first += 1
        if points[last].t - points[first].t >= parameters.standing:
            middle = (first + last + 1) // 2
            earlier, later = _mean(points[first:middle]), _mean(points[middle : last + 1])
            if dist(earlier, later) <= parameters.still * height(points[last].box):
                return (points[first].t, points[last].t)
    return None


def _mean(points: Sequence[TrackPoint]) -> Point:
    """Mean ground point: boxes tremble, their mean over a second hardly does."""
    grounds = [point.ground for point in points]
    return (fmean(x for x, _ in grounds), fmean(y for _, y in grounds))


def _way_out(points: Sequence[TrackPoint], exits: Sequence[Exit]) -> tuple[Movement | None, float | None]:
    """The movement whose exit line was met first, and when."""
    for index in range(1, len(points)):
        earlier, later = points[index - 1], points[index]
        for way in exits:
            part = meets(earlier.ground, later.ground, way.line)
            if part is not None:
                return way.movement, earlier.t + part * (later.t - earlier.t)
    return None, None
