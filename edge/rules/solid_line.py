"""Đè vạch, lấn vạch liền — crossing a solid line or driving with the wheels on it (6.1.a, 7.1.a).

Most offenders come into view already astride, so the wheels' footprint on the line for a while counts as much
as a crossing. A line with a dashed one beside it may be crossed from that side, and then only crossing is
judged.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import dist, exp, hypot, log

from configs.rules.solid_line import RULE, SolidLineParameters
from configs.scene import SolidLine
from contract.reasons import Doubt, Reason, reason
from edge.rules.geometry import astride, meets, offset
from edge.rules.inputs import Finding, TrackPoint
from edge.rules.observed import height, moved, nearest, since, two_wheeled, width
from edge.rules.said import doubt, ms
from edge.rules.situation import Situation

_CROSSING_SECONDS = 3.0
"""A change of sides that takes longer than this is told by the wheels on the line."""

_LONGEST_RUN = 60
"""Points looked back while a vehicle astride has hardly moved; one that stands is found when it moves."""

_CUT_OFF = 3.0
"""Pixels from the lower edge of the picture: a box that reaches there does not show the wheels."""

_END = 0.5
"""Box widths from its ends in which a line is not surely crossed: one may have gone round it."""

_MOVED = 0.12
"""Box heights a vehicle astride must move: a standing one may only be hidden behind another."""

_UNSTEADY = 1.3
"""How much the ratio of width and height of a box may change while it is on the line."""

_OVER = {"lanes": "lane_changed", "opposing": "opposing_half"}
"""Basis of a crossing by what the line separates."""

Act = tuple[TrackPoint, TrackPoint, str | None, Reason]
"""First and last point on or beside the line, what was broken, and in a code what was seen."""


def judge(situation: Situation, parameters: SolidLineParameters) -> list[Finding]:
    """At most one finding: the first line the vehicle is on or over now. Repeats while it stays there."""
    for line in situation.scene.solid_lines:
        act = _on_line(situation, line, parameters) or _crossed(situation, line, parameters)
        if act is not None:
            return [_finding(situation, line, act)]
    return []


def _on_line(situation: Situation, line: SolidLine, parameters: SolidLineParameters) -> Act | None:
    """The newest unbroken run of points with the line between the wheels, if long enough."""
    if line.forbidden_from != "either":
        return None
    overhang = parameters.two_wheel_overhang if two_wheeled(situation.track) else parameters.overhang
    smallest = parameters.smallest * situation.scene.size[1]
    points = situation.track.points
    newest = points[-1]
    for count, point in enumerate(reversed(points[-_LONGEST_RUN:]), start=1):
        unclear = _is_cut_off(point, situation) or height(point.box) < smallest
        if unclear or not astride(point.whole, line.line, overhang, parameters.length):
            return None
        lasted = newest.t - point.t
        if lasted >= parameters.seconds and count >= parameters.frames and moved(point, newest) >= _MOVED:
            said = reason("solid_line.wheels_on", line=line.id, lasted_ms=ms(lasted), frames=count)
            return point, newest, "touched", said
    return None


def _crossed(situation: Situation, line: SolidLine, parameters: SolidLineParameters) -> Act | None:
    """A change of sides completed with the second point well inside the new side."""
    points = situation.track.points
    if len(points) < 4 or height(points[-1].box) < parameters.smallest * situation.scene.size[1]:
        return None
    side = _side(points[-1], line, parameters.crossed)
    if side == 0 or _side(points[-2], line, parameters.crossed) != side:
        return None
    if _side(points[-3], line, parameters.crossed) == side:
        return None
    came_from = "left" if side > 0 else "right"
    if line.forbidden_from not in ("either", came_from):
        return None
    recent = points[since(points, points[-1].t - _CROSSING_SECONDS) :]
    clear = [p for p in recent if not _is_cut_off(p, situation)]
    start = next((p for p in reversed(clear) if _side(p, line, parameters.crossed) == -side), None)
    if start is None or not _met(recent, start, line) or _turned_box(start, points[-1]):
        return None
    lasted = points[-1].t - start.t
    said = reason("solid_line.crossed", line=line.id, side=came_from, lasted_ms=ms(lasted))
    return start, points[-1], _OVER.get(line.separates or ""), said


def _is_cut_off(point: TrackPoint, situation: Situation) -> bool:
    """True if the box reaches the picture's lower edge or nothing tells where the wheels are."""
    return point.wheels == "hidden" or point.box[3] >= situation.scene.size[1] - _CUT_OFF


def _side(point: TrackPoint, line: SolidLine, widths: float) -> int:
    """+1 well to the right of the line, -1 well to its left, 0 near it."""
    away = offset(point.ground, line.line)
    return 0 if abs(away) < widths * width(point.box) else (1 if away > 0 else -1)


def _met(points: Sequence[TrackPoint], start: TrackPoint, line: SolidLine) -> bool:
    """True if the way from `start` on goes through the painted line, not round its end."""
    way = [point for point in points if point.t >= start.t]
    return any(_through(a, b, line) for a, b in pairwise(way))


def _through(earlier: TrackPoint, later: TrackPoint, line: SolidLine) -> bool:
    """True if the line was met so far from its ends that a wheel more or less beside it makes no odds."""
    part = meets(earlier.ground, later.ground, line.line)
    if part is None:
        return False
    (ax, ay), (bx, by) = earlier.ground, later.ground
    place, near = (ax + part * (bx - ax), ay + part * (by - ay)), _END * width(later.box)
    return min(dist(place, line.line[0]), dist(place, line.line[-1])) > near


def _turned_box(start: TrackPoint, end: TrackPoint) -> bool:
    """True if the box changed its size so much that only its centre moved (occlusion, merge)."""
    grown = hypot(width(end.box), height(end.box)) / hypot(width(start.box), height(start.box))
    return not 0.5 < grown < 2.0


def _unsteady(points: Sequence[TrackPoint]) -> tuple[Doubt, ...]:
    """A vehicle keeps its outline; a box that swells and shrinks holds a shadow, glare or a second one."""
    shapes = [log(width(point.whole) / height(point.whole)) for point in points]
    changed = exp(max(shapes) - min(shapes))
    return (doubt("solid_line.outline_unsteady", times=round(changed, 2)),) if changed > _UNSTEADY else ()


def _finding(situation: Situation, line: SolidLine, act: Act) -> Finding:
    start, end, basis, said = act
    points, middle = situation.track.points, (start.t + end.t) / 2
    doubts = _unsteady(points[since(points, start.t) : since(points, end.t) + 1])
    return Finding(
        rule=RULE.name,
        version=RULE.version,
        decision="borderline" if doubts else "violation",
        reasons=(said,),
        track=situation.track.id,
        t=start.t,
        point=nearest(points, start.t),
        moments={"before": max(points[0].t, start.t - 0.7), "over": middle, "continuing": end.t},
        proved=(start.t, end.t),
        line=line.id,
        doubts=doubts,
        basis=basis,
    )
