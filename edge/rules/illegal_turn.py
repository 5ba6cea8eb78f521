"""Rẽ, quay đầu trái quy định — leaving by a movement the lane does not lead to (6.4.k, 7.3.a)."""

from typing import Final

from configs.scene import Exit, StopLine
from contract.types import DecisionName
from edge.rules.geometry import meets
from edge.rules.inputs import Finding
from edge.rules.observed import LaneUsed, lane_used, nearest, since
from edge.rules.situation import Situation

VERSION: Final = 1

_MOVEMENTS = {"left": "rẽ trái", "straight": "đi thẳng", "right": "rẽ phải", "u_turn": "quay đầu"}


def judge(situation: Situation) -> list[Finding]:
    """A finding in the frame in which the vehicle meets an exit line its lane does not lead to."""
    parameters = situation.rules.illegal_turn
    points = situation.track.points
    if parameters is None or len(points) < 2:
        return []
    lanes = [lane for lane in situation.scene.lanes if lane.movements]
    for line in situation.scene.stop_lines:
        way = _met(line, situation, len(points) - 1)
        if way is None:
            continue
        used = lane_used(points[since(points, points[-1].t - parameters.within) : -1], lanes)
        if used is None or used.frames < parameters.lane_frames or way.movement in used.lane.movements:
            continue
        if not _left_before(line, situation, used):
            return [_finding(situation, line, way, used)]
    return []


def _met(line: StopLine, situation: Situation, index: int) -> Exit | None:
    """The exit met between the point before `index` and it."""
    earlier, later = situation.track.points[index - 1].ground, situation.track.points[index].ground
    return next((way for way in line.exits if meets(earlier, later, way.line) is not None), None)


def _left_before(line: StopLine, situation: Situation, used: LaneUsed) -> bool:
    """True if the vehicle met an exit of this line earlier, after its lane: only the first tells the turn."""
    points = situation.track.points
    for index in range(len(points) - 2, 0, -1):
        if lane_used(points[index : index + 1], [used.lane]) is not None:
            return False
        if _met(line, situation, index) is not None:
            return True
    return False


def _finding(situation: Situation, line: StopLine, way: Exit, used: LaneUsed) -> Finding:
    points, lane = situation.track.points, used.lane
    end = points[-1]
    in_lane = next(p for p in reversed(points) if lane_used([p], [lane]) is not None)
    allowed = ", ".join(sorted(lane.movements))
    vi = f"Đi sai hướng của làn {lane.id}: {_MOVEMENTS[way.movement]}"
    en = f"left by {way.movement} from lane {lane.id}, which leads {allowed}"
    decision: DecisionName = "violation" if used.certain else "borderline"
    return Finding(
        rule="illegal_turn",
        version=VERSION,
        decision=decision,
        reason=f"{vi} — {en}" + ("" if used.certain else "; it changed lanes shortly before"),
        track=situation.track.id,
        t=end.t,
        point=end,
        moments={
            "before": in_lane.t,
            "over": nearest(points, (in_lane.t + end.t) / 2).t,
            "continuing": end.t,
        },
        episode=line.id,
        lane=lane.id,
        line=line.id,
        flags=() if used.certain else ("lane_not_certain",),
    )
