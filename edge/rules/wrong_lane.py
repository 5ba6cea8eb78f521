"""Đi không đúng phần đường, làn đường — the opposing half, or a lane for other vehicles (6.5.b, 7.3.d)."""

from typing import Final

from configs.rules.wrong_lane import WrongLane
from configs.scene import Lane
from contract.types import DecisionName
from edge.rules.against import RunAgainst, runs_against, wholly_inside
from edge.rules.inputs import Finding, TrackPoint
from edge.rules.observed import moved, nearest
from edge.rules.situation import Situation

VERSION: Final = 1

_INSIDE = 0.15
"""Box widths either side of the ground point that must lie in the lane: touching its edge is no use of it."""

_SECONDS = 8.0
"""How long beyond the least a stay is followed back: one that has hardly moved for longer is found as it
moves on."""

_MOVED = 0.5
"""Box heights a vehicle must go along the lane: one that stands in it may be pushed there."""


def judge(situation: Situation) -> list[Finding]:
    """Findings for the opposing half and for lanes closed to the vehicle's kind; repeats while it lasts."""
    parameters = situation.rules.wrong_lane
    if parameters is None:
        return []
    found = [_opposing(situation, run) for run in runs_against(situation, parameters, one_way=False)]
    for lane in situation.scene.lanes:
        if lane.kinds and situation.track.kind not in lane.kinds:
            start = _start_in(situation, lane, parameters)
            if start is not None:
                found.append(_closed(situation, lane, start, parameters))
    return found


def _opposing(situation: Situation, run: RunAgainst) -> Finding:
    vi = f"Đi vào phần đường ngược chiều {run.lane.id}"
    en = f"drove in the opposing half {run.lane.id} for {run.distance:.1f} vehicle heights"
    en += f" in {run.end.t - run.start.t:.1f} s"
    return _finding(situation, run.lane, run.start, "violation", f"{vi} — {en}", f"against:{run.lane.id}")


def _start_in(situation: Situation, lane: Lane, parameters: WrongLane) -> TrackPoint | None:
    """The first point of the newest stay in the lane that is long enough to be a use of it."""
    points = situation.track.points
    newest = points[-1]
    if not wholly_inside(newest, lane, _INSIDE):
        return None
    for count, point in enumerate(reversed(points), start=1):
        lasted = newest.t - point.t
        if lasted > parameters.lane_seconds + _SECONDS:
            return None
        long = lasted >= parameters.lane_seconds and count >= parameters.lane_frames
        if long and moved(point, newest) >= _MOVED:
            # Most of a queue stands: whether all of the stay was in the lane is asked last, it costs most.
            stay = points[-count:]
            return point if all(wholly_inside(seen, lane, _INSIDE) for seen in stay) else None
    return None


def _closed(situation: Situation, lane: Lane, start: TrackPoint, parameters: WrongLane) -> Finding:
    track = situation.track
    sure = track.confidence >= parameters.confidence
    lasted = track.points[-1].t - start.t
    vi = f"Đi không đúng làn: {track.kind.vietnamese.lower()} trong làn {lane.id}"
    allowed = ", ".join(sorted(lane.kinds))
    en = f"{track.kind.value} in lane {lane.id}, which is for {allowed}, for {lasted:.1f} s"
    if not sure:
        en += f"; the kind is only {track.confidence:.2f} sure"
    flags = () if sure else ("kind_not_sure",)
    decision: DecisionName = "violation" if sure else "borderline"
    return _finding(situation, lane, start, decision, f"{vi} — {en}", f"kind:{lane.id}", flags)


def _finding(
    situation: Situation,
    lane: Lane,
    start: TrackPoint,
    decision: DecisionName,
    reason: str,
    episode: str,
    flags: tuple[str, ...] = (),
) -> Finding:
    end = situation.track.points[-1]
    return Finding(
        rule="wrong_lane",
        version=VERSION,
        decision=decision,
        reason=reason,
        track=situation.track.id,
        t=start.t,
        point=nearest(situation.track.points, start.t),
        moments={"before": start.t, "over": (start.t + end.t) / 2, "continuing": end.t},
        episode=episode,
        lane=lane.id,
        flags=flags,
    )
