"""Đi không đúng phần đường, làn đường — the opposing half, or a lane for other vehicles (6.5.b, 7.3.d)."""

from configs.rules.wrong_lane import RULE, WrongLane
from configs.scene import Lane
from contract.reasons import Doubt, Reason, reason
from edge.rules.abreast import may_be_two
from edge.rules.against import RunAgainst, all_inside, runs_against, wholly_inside
from edge.rules.inputs import Finding, TrackPoint
from edge.rules.observed import height, moved, nearest, since
from edge.rules.said import doubt, ms
from edge.rules.situation import Situation
from edge.rules.trust import AROUND

_INSIDE = 0.15
"""Box widths either side of the ground point that must lie in the lane: touching its edge does not count."""

_SECONDS = 8.0
"""Seconds beyond the minimum for which a stay is traced back: one with hardly any movement for longer is
found once it moves on."""

_SAME_SIZE = 1.5
"""Factor by which the box height of one vehicle may change from a look to the next."""

_MOVED = 0.5
"""Box heights a vehicle must move along the lane: the box of one standing in it may have shifted there."""


def judge(situation: Situation, parameters: WrongLane) -> list[Finding]:
    """Findings for the opposing half and for lanes closed to the vehicle's kind; repeats while it lasts."""
    found = [_opposing(situation, run) for run in runs_against(situation, parameters, one_way=False)]
    for lane in situation.scene.lanes:
        if lane.kinds and situation.track.kind not in lane.kinds:
            start = _start_in(situation, lane, parameters)
            if start is not None:
                found.append(_closed(situation, lane, start, parameters))
    return found


def _opposing(situation: Situation, run: RunAgainst) -> Finding:
    said = reason(
        "wrong_lane.opposing",
        lane=run.lane.id,
        distance_heights=round(run.distance, 1),
        lasted_ms=ms(run.end.t - run.start.t),
    )
    return _finding(situation, run.lane, run.start, "opposing", said, run.doubts)


def _start_in(situation: Situation, lane: Lane, parameters: WrongLane) -> TrackPoint | None:
    """The first point of the newest stay in the lane that is long enough to count as using it."""
    points = situation.track.points
    newest = points[-1]
    if not wholly_inside(newest, lane, _INSIDE):
        return None
    for count, point in enumerate(reversed(points), start=1):
        lasted = newest.t - point.t
        if lasted > parameters.lane_seconds + _SECONDS:
            return None
        long = lasted >= parameters.lane_seconds and count >= max(2, parameters.lane_frames)
        if long and moved(point, newest) >= _MOVED and not _stands_out(point, points[1 - count]):
            # Most of a queue stands: the costliest check, whether all of the stay was in the lane, comes
            # last.
            stay = points[-count:]
            return point if all_inside(stay, lane, _INSIDE) else None
    return None


def _stands_out(look: TrackPoint, after: TrackPoint) -> bool:
    """Whether the box of one look is so much larger or smaller than in the next that it shows something else:
    it proves no stay."""
    return not 1 / _SAME_SIZE < height(look.box) / height(after.box) < _SAME_SIZE


def _closed(situation: Situation, lane: Lane, start: TrackPoint, parameters: WrongLane) -> Finding:
    track = situation.track
    sure = track.confidence >= parameters.confidence and not track.may_be(lane.kinds)
    lasted = track.points[-1].t - start.t
    said = reason(
        "wrong_lane.closed",
        lane=lane.id,
        kind=track.kind.value,
        kinds=tuple(sorted(kind.value for kind in lane.kinds)),
        lasted_ms=ms(lasted),
    )
    if not sure:
        confidence = min(track.confidence, track.kind_probability)
        unsure = doubt("wrong_lane.kind_not_sure", confidence=round(confidence, 2))
        return _finding(situation, lane, start, "closed", said, (unsure,))
    stay = track.points[since(track.points, start.t) :]
    two = may_be_two(stay, track.points, lambda looks: all_inside(looks, lane, _INSIDE))
    return _finding(situation, lane, start, "closed", said, two)


def _finding(
    situation: Situation,
    lane: Lane,
    start: TrackPoint,
    basis: str,
    said: Reason,
    doubts: tuple[Doubt, ...] = (),
) -> Finding:
    end = situation.track.points[-1]
    return Finding(
        rule=RULE.name,
        version=RULE.version,
        decision="borderline" if doubts else "violation",
        reasons=(said,),
        track=situation.track.id,
        t=start.t,
        point=nearest(situation.track.points, start.t),
        moments={"before": start.t, "over": (start.t + end.t) / 2, "continuing": end.t},
        proved=(start.t - AROUND, end.t),
        decisive=(start.t, end.t),
        episode=f"{basis}:{lane.id}",
        lane=lane.id,
        doubts=doubts,
        basis=basis,
    )
