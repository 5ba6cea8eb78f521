"""Rẽ, quay đầu trái quy định — leaving by a movement that a sign or the place forbids, or that the lane's
arrows don't allow.

Which of these it is decides the fine (6.4.k, 6.4.i, 6.1.a …): it is the finding's basis.
"""

from dataclasses import replace
from itertools import pairwise

from configs.rules.illegal_turn import RULE, IllegalTurn
from configs.scene import Exit, Prohibition, StopLine
from contract.reasons import Doubt, Reason, reason
from edge.rules.geometry import along, depth_past, meets
from edge.rules.inputs import Finding, Track, TrackPoint
from edge.rules.observed import LaneUsed, lane_used, nearest, since
from edge.rules.said import doubt
from edge.rules.situation import Situation

_SETTLE = 0.3
"""Seconds of track beyond an exit before it is judged: its wheels are better known then."""


def judge(situation: Situation, parameters: IllegalTurn) -> list[Finding]:
    """A finding for an exit line the vehicle may not leave by, once it was seen beyond it."""
    for index in _settled(situation):
        for line in situation.scene.stop_lines:
            way = _met(line, situation, index)
            if way is None or not _stays_beyond(way, situation, index):
                continue
            there = _until(situation, index)
            found = _banned(there, line, way, parameters) or _against_arrows(there, line, way, parameters)
            if found is not None:
                return [_seen_beyond(found, situation, index)]
    return []


def _settled(situation: Situation) -> range:
    """Indexes of the points that have now become old enough; at the end of the track all remaining."""
    points = situation.track.points
    if situation.track_ended:
        return range(max(1, since(points, points[-1].t - _SETTLE)), len(points))
    if len(points) < 2:
        return range(0)
    first, end = (since(points, point.t - _SETTLE + 1e-6) for point in points[-2:])
    return range(max(1, first), end)


def _stays_beyond(way: Exit, situation: Situation, index: int) -> bool:
    """Whether it is still past the exit a while later: its box may only have jittered over it."""
    earlier, last = situation.track.points[index - 1], _look_beyond(situation, index)
    return meets(earlier.ground, last.ground, way.line) is not None


def _look_beyond(situation: Situation, index: int) -> TrackPoint:
    """The first look that is late enough after that point, or the last there is."""
    points = situation.track.points
    return points[min(since(points, points[index].t + _SETTLE), len(points) - 1)]


def _until(situation: Situation, index: int) -> Situation:
    """The situation as it was at that point."""
    track = situation.track
    return replace(situation, track=replace(track, points=track.points[: index + 1]))


def _seen_beyond(finding: Finding, situation: Situation, index: int) -> Finding:
    """The finding with the looks beyond the exit."""
    points = situation.track.points
    last = _look_beyond(situation, index).t
    return replace(
        finding,
        moments={**finding.moments, "continuing": last},
        proved=(finding.moments["before"], last),
        decisive=(points[index - 1].t - _SETTLE, last),
        exact=False,
    )


def _banned(situation: Situation, line: StopLine, way: Exit, parameters: IllegalTurn) -> Finding | None:
    """Bans by a sign or the place for everyone crossing this stop line, in whatever lane."""
    ban, points = way.prohibited_by, situation.track.points
    if ban is None or not ban.names(situation.track.kind):
        return None
    recent = points[since(points, points[-1].t - parameters.within) :]
    start = _came_over(line, recent)
    if start is None and way.movement == "u_turn":
        start = _last_on_approach(situation, line, recent)
    if start is None or any(_met(line, situation, index) for index in _after(situation, start)):
        return None
    if ban.is_timed and not ban.holds_at(situation.utc(points[-1].t)):
        return None
    said = reason("illegal_turn.banned", movement=way.movement, line=line.id, basis=ban.by)
    lane = lane_used([start], situation.scene.lanes)
    return _finding(situation, line, way, ban.by, said, start, lane, _allowed_kinds(ban, situation.track))


def _allowed_kinds(ban: Prohibition, track: Track) -> tuple[Doubt, ...]:
    """A doubt if a ban applies to some kinds only and the vehicle may be of another kind."""
    others = [kind for kind in track.kinds if not ban.names(kind)]
    if not (others and track.may_be(others)):
        return ()
    return (doubt("track.kind_not_sure", confidence=round(track.kind_probability, 2)),)


def _against_arrows(
    situation: Situation, line: StopLine, way: Exit, parameters: IllegalTurn
) -> Finding | None:
    """Movements that the arrows of its lane don't allow."""
    points = situation.track.points
    lanes = [lane for lane in situation.scene.lanes if lane.movements]
    used = lane_used(points[since(points, points[-1].t - parameters.within) : -1], lanes)
    if used is None or used.frames < parameters.lane_frames or way.movement in used.lane.movements:
        return None
    start = next(p for p in reversed(points) if lane_used([p], [used.lane]) is not None)
    if any(_met(line, situation, index) for index in _after(situation, start)):
        return None  # only the first exit after the lane identifies the turn
    said = reason(
        "illegal_turn.against_arrows",
        movement=way.movement,
        lane=used.lane.id,
        movements=tuple(sorted(used.lane.movements)),
    )
    doubts = () if used.certain else (doubt("illegal_turn.lane_not_certain", lane=used.lane.id),)
    return _finding(situation, line, way, "arrow", said, start, used, doubts)


def _met(line: StopLine, situation: Situation, index: int) -> Exit | None:
    """The exit crossed between the point before `index` and it."""
    earlier, later = situation.track.points[index - 1].ground, situation.track.points[index].ground
    return next((way for way in line.exits if meets(earlier, later, way.line) is not None), None)


def _after(situation: Situation, start: TrackPoint) -> range:
    """Indexes of the points after `start`, without the newest."""
    points = situation.track.points
    return range(since(points, start.t) + 1, len(points) - 1)


def _came_over(line: StopLine, points: tuple[TrackPoint, ...]) -> TrackPoint | None:
    """The last point before the stop line of a vehicle that crossed it in its direction."""
    past = depth_past(line.line, line.direction)
    for later, earlier in pairwise(reversed(points)):
        if meets(earlier.ground, later.ground, line.line) is not None:
            return earlier if past(earlier.ground) < past(later.ground) else None
    return None


def _last_on_approach(
    situation: Situation, line: StopLine, points: tuple[TrackPoint, ...]
) -> TrackPoint | None:
    """The last point in a lane that leads to the stop line: a vehicle may make a U-turn before reaching
    it."""
    lanes = [
        lane
        for lane in situation.scene.lanes
        if lane.direction and along((0.0, 0.0), lane.direction, line.direction) > 0
    ]
    return next((point for point in reversed(points) if lane_used([point], lanes) is not None), None)


def _finding(
    situation: Situation,
    line: StopLine,
    way: Exit,
    basis: str,
    said: Reason,
    start: TrackPoint,
    used: LaneUsed | None,
    doubts: tuple[Doubt, ...] = (),
) -> Finding:
    points = situation.track.points
    end = points[-1]
    return Finding(
        rule=RULE.name,
        version=RULE.version,
        decision="borderline" if doubts else "violation",
        reasons=(said,),
        track=situation.track.id,
        t=end.t,
        point=end,
        moments={"before": start.t, "over": nearest(points, (start.t + end.t) / 2).t, "continuing": end.t},
        episode=line.id,
        lane=used.lane.id if used is not None else None,
        line=line.id,
        movement=way.movement,
        doubts=doubts,
        basis=basis,
    )
