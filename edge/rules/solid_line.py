"""Đè vạch, lấn vạch liền — crossing a solid line or driving with the wheels on it (6.1.a, 7.1.a).

Most offenders come into view already astride, so the wheels' footprint on the line for a while counts as much
as a crossing. A line with a dashed one beside it may be crossed from that side, and then only crossing is
judged.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import dist, hypot

from configs.rules.solid_line import RULE, SolidLineParameters
from configs.scene import SolidLine
from contract.reasons import Doubt, Reason, reason
from edge.rules.abreast import may_be_two
from edge.rules.geometry import astride, meets, offset
from edge.rules.inputs import Finding, TrackPoint
from edge.rules.observed import height, moved, nearest, since, two_wheeled, width
from edge.rules.said import ms
from edge.rules.situation import Situation
from edge.rules.trust import AROUND, UNSTEADY, outline_change, unsteady

_CROSSING_SECONDS = 3.0
"""Seconds beyond which a change of sides is proved by wheels on the line instead of a crossing."""

_LONGEST_RUN = 60
"""Points traced back while a vehicle astride has hardly moved; one that stands is found when it moves."""

_CUT_OFF = 3.0
"""Pixels from the lower edge of the picture: a box reaching closer does not show the wheels."""

_END = 0.5
"""Distance from the line's ends, in box widths, within which a crossing is not sure: the vehicle may have
gone round it."""

_MOVED = 0.12
"""Box heights a vehicle astride must move: a standing one may only be hidden behind another."""

_SHAPELESS = 2.5
"""Factor of shape change that no vehicle shows, as when a box enters the picture."""

_WAY_SECONDS = 3.0
"""Seconds for which it is traced back along the line, and a two-wheeler's outline compared with that before
it."""

_ENTERING = 0.25
"""Distance from the lower edge, in its heights, within which an entering vehicle still shows ever more of
itself."""

_YOUNG, _FOLLOWED = 1.0, 2.0
"""A four-wheeler visible for less than the first must be on the line for longer by the second factor: first
boxes of an entering vehicle include its light or shadow."""

_OVER = {"lanes": "lane_changed", "opposing": "opposing_half"}
"""Basis of a crossing by what the line separates."""

Act = tuple[TrackPoint, TrackPoint, str | None, Reason]
"""First and last point on or beside the line, what was broken, and a code for the observation."""


def judge(situation: Situation, parameters: SolidLineParameters) -> list[Finding]:
    """At most one finding: the first line the vehicle is on or over now. Repeats while it stays there."""
    for line in situation.scene.solid_lines:
        act = _on_line(situation, line, parameters) or _crossed(situation, line, parameters)
        if act is not None and outline_change(_stretch(situation.track.points, act)) > _SHAPELESS:
            return []
        if act is not None:
            doubts = _doubts(situation, line, act, parameters) or _of_one(situation, line, act, parameters)
            return [_finding(situation, line, act, doubts)]
    return []


def _doubts(
    situation: Situation, line: SolidLine, act: Act, parameters: SolidLineParameters
) -> tuple[Doubt, ...]:
    """Doubts from an outline that changes, or that had changed before the line: a box that swelled then and
    stayed so includes another vehicle, light or shadow, and gives no reliable side. A short change between
    looks that prove the act by themselves does not matter."""
    points = situation.track.points
    stretch = _stretch(points, act)
    if act[2] != "touched":
        return unsteady(stretch) and unsteady(_either_side(points, act))
    came = _came_on(situation, line, act, parameters)
    before = points[since(points, points[came].t - AROUND) : came + 1]
    lowest = situation.scene.size[1]
    whole = [p for p in before if p.wheels == "seen" and p.box[3] < lowest - _ENTERING * height(p.box)]
    way = points[since(points, points[came].t - _WAY_SECONDS) : came] if two_wheeled(situation.track) else ()
    doubts = unsteady([*whole, *stretch], way)
    plain = _unswollen([*whole, *stretch], stretch)
    if doubts and _lasts(plain, parameters) and not unsteady([*whole, *plain], way):
        return ()
    return doubts


def _of_one(
    situation: Situation, line: SolidLine, act: Act, parameters: SolidLineParameters
) -> tuple[Doubt, ...]:
    """Doubt that it may be the act of only one of two side by side."""

    def holds(looks: Sequence[TrackPoint]) -> bool:
        if act[2] != "touched":
            return _side(looks[0], line, 0.0) == -_side(looks[-1], line, 0.0)
        return _lasts([look for look in looks if _is_on(look, situation, line, parameters)], parameters)

    points = situation.track.points
    return may_be_two(_stretch(points, act), points, holds)


def _either_side(points: Sequence[TrackPoint], act: Act) -> Sequence[TrackPoint]:
    """The looks that showed it well inside its old side, shortly before it left that, and those well inside
    the new one."""
    return *points[since(points, act[0].t - AROUND) : since(points, act[0].t) + 1], *points[-2:]


def _unswollen(points: Sequence[TrackPoint], stretch: Sequence[TrackPoint]) -> Sequence[TrackPoint]:
    """The looks of the stretch that are not much wider for their height than the narrowest of all."""
    most = UNSTEADY * min(width(point.whole) / height(point.whole) for point in points)
    return [point for point in stretch if width(point.whole) <= most * height(point.whole)]


def _lasts(looks: Sequence[TrackPoint], parameters: SolidLineParameters) -> bool:
    """Whether these looks, all on the line, are enough to prove that it drove there."""
    if len(looks) < parameters.frames:
        return False
    return looks[-1].t - looks[0].t >= parameters.seconds and _drove(looks[0], looks[-1])


def _came_on(situation: Situation, line: SolidLine, act: Act, parameters: SolidLineParameters) -> int:
    """Index of the last look before it was on the line, or of the first traced back."""
    points, first = situation.track.points, act[0].t
    came = since(points, first)
    while (
        came and points[came].t > first - _WAY_SECONDS and _is_on(points[came], situation, line, parameters)
    ):
        came -= 1
    return came


def _on_line(situation: Situation, line: SolidLine, parameters: SolidLineParameters) -> Act | None:
    """The newest unbroken run of points with the line between the wheels, if long enough."""
    if line.forbidden_from != "either":
        return None
    points = situation.track.points
    newest = points[-1]
    young = not two_wheeled(situation.track) and newest.t - points[0].t < _YOUNG
    seconds = parameters.seconds * (_FOLLOWED if young else 1.0)
    for count, point in enumerate(reversed(points[-_LONGEST_RUN:]), start=1):
        if not _is_on(point, situation, line, parameters):
            return None
        lasted = newest.t - point.t
        if lasted >= seconds and count >= parameters.frames and _drove(point, newest):
            said = reason("solid_line.wheels_on", line=line.id, lasted_ms=ms(lasted), frames=count)
            return point, newest, "touched", said
    return None


def _is_on(point: TrackPoint, situation: Situation, line: SolidLine, parameters: SolidLineParameters) -> bool:
    """Whether the line is clearly between its wheels."""
    if _is_cut_off(point, situation) or height(point.box) < parameters.smallest * situation.scene.size[1]:
        return False
    if two_wheeled(situation.track):
        # The wheels are in line below the rider: the box extends equally beyond them on either side.
        return astride(point.whole, line.line, parameters.two_wheel_overhang, 0.0)
    return astride(point.whole, line.line, parameters.overhang, parameters.length)


def _drove(start: TrackPoint, end: TrackPoint) -> bool:
    """True if it moved, at the top as at the bottom: if something covers a standing vehicle, only its lower
    edge moves.

    Wheels seen once and computed once prove no movement: the difference may come from the computation.
    """
    if start.wheels != end.wheels:
        return False
    (ax, _, bx, _), (cx, _, dx, _) = start.box, end.box
    above = dist(((ax + bx) / 2, start.box[1]), ((cx + dx) / 2, end.box[1])) / height(end.box)
    return min(moved(start, end), above) >= _MOVED


def _crossed(situation: Situation, line: SolidLine, parameters: SolidLineParameters) -> Act | None:
    """A change of sides, completed at the second point well inside the new side."""
    points = situation.track.points
    if len(points) < 4 or height(points[-1].box) < parameters.smallest * situation.scene.size[1]:
        return None
    # The wheels of a two-wheeler are under the middle of its box: less is needed to be past the line.
    past = parameters.two_wheel_crossed if two_wheeled(situation.track) else parameters.crossed
    side = _side(points[-1], line, past)
    if side == 0 or _side(points[-2], line, past) != side or _side(points[-3], line, past) == side:
        return None
    came_from = "left" if side > 0 else "right"
    if line.forbidden_from not in ("either", came_from):
        return None
    recent = points[since(points, points[-1].t - _CROSSING_SECONDS) :]
    clear = [p for p in recent if not _is_cut_off(p, situation)]
    start = next((p for p in reversed(clear) if _side(p, line, past) == -side), None)
    if start is None or not _met(recent, start, line) or _turned_box(start, points[-1]):
        return None
    lasted = points[-1].t - start.t
    said = reason("solid_line.crossed", line=line.id, side=came_from, lasted_ms=ms(lasted))
    return start, points[-1], _OVER.get(line.separates or ""), said


def _is_cut_off(point: TrackPoint, situation: Situation) -> bool:
    """True if the box reaches the picture's lower edge or the position of the wheels is unknown."""
    return point.wheels == "hidden" or point.box[3] >= situation.scene.size[1] - _CUT_OFF


def _side(point: TrackPoint, line: SolidLine, widths: float) -> int:
    """+1 well to the right of the line, -1 well to its left, 0 near it."""
    away = offset(point.ground, line.line)
    return 0 if abs(away) < widths * width(point.box) else (1 if away > 0 else -1)


def _met(points: Sequence[TrackPoint], start: TrackPoint, line: SolidLine) -> bool:
    """True if the path from `start` on crosses the painted line, not around its end."""
    way = [point for point in points if point.t >= start.t]
    return any(_through(a, b, line) for a, b in pairwise(way))


def _through(earlier: TrackPoint, later: TrackPoint, line: SolidLine) -> bool:
    """True if the crossing is so far from the line's ends that an error of a wheel's width changes
    nothing."""
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


def _stretch(points: Sequence[TrackPoint], act: Act) -> Sequence[TrackPoint]:
    """The points from the first to the last of the act."""
    return points[since(points, act[0].t) : since(points, act[1].t) + 1]


def _finding(situation: Situation, line: SolidLine, act: Act, doubts: tuple[Doubt, ...]) -> Finding:
    start, end, basis, said = act
    points, middle = situation.track.points, (start.t + end.t) / 2
    return Finding(
        rule=RULE.name,
        version=RULE.version,
        decision="borderline" if doubts else "violation",
        reasons=(said,),
        track=situation.track.id,
        t=start.t,
        point=nearest(points, start.t),
        moments={"before": max(points[0].t, start.t - 0.7), "over": middle, "continuing": end.t},
        proved=(start.t - AROUND, end.t),
        decisive=(start.t, end.t),
        line=line.id,
        doubts=doubts,
        basis=basis,
    )
