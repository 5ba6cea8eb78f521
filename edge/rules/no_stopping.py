"""Dừng xe nơi cấm dừng — standing in a zone longer than it allows; the zone's basis gives the point of
law."""

from configs.rules.no_stopping import RULE, NoStopping
from configs.scene import Zone
from contract.reasons import reason
from edge.rules.geometry import inside
from edge.rules.inputs import Finding, TrackPoint
from edge.rules.observed import ROLLS, last_by, moved, since
from edge.rules.said import ms
from edge.rules.situation import Situation
from edge.rules.trust import STOOD

_BEFORE_END = 5.0
"""Seconds before the end at which the middle still is taken."""

_SEEN = 0.5
"""Part of the looks in which its wheels must have been seen."""

_SAMPLES = 32
"""Points checked between the first and the newest: enough to see it drive away and come back."""


def judge(situation: Situation, parameters: NoStopping) -> list[Finding]:
    """A finding for each zone the vehicle has stood in for the zone's time; repeats while it stands."""
    found = []
    for zone in situation.scene.zones:
        start = _standing_since(situation, zone, parameters.still)
        if start is not None:
            found.append(_finding(situation, zone, start))
    return found


def _standing_since(situation: Situation, zone: Zone, still: float) -> TrackPoint | None:
    """The last point at least `zone.seconds` ago if the vehicle was seen to stand still by then and has not
    moved since, as far as its wheels were seen: passing traffic hides them, and does not move it."""
    points = situation.track.points
    newest = points[-1]
    came = newest.t - zone.seconds - ROLLS
    if points[0].t > came or not _stands_in(newest, zone):
        return None
    if any(point.breaks for point in points[since(points, newest.t - STOOD) :]):
        return None  # whether it still stands there is seen a second later
    first = max(0, since(points, came) - 1)
    if points[first].wheels != "seen":
        return None  # it may still have rolled then; decided once the wheels were seen
    step = max(1, (len(points) - first) // _SAMPLES)
    seen = [point for point in points[first::step] if point.wheels == "seen"]
    if len(seen) < _SEEN * len(points[first::step]):
        return None
    stood = all(moved(point, newest) <= still and inside(point.ground, zone.polygon) for point in seen)
    return last_by(points, newest.t - zone.seconds) if stood else None


def _stands_in(point: TrackPoint, zone: Zone) -> bool:
    return point.wheels == "seen" and inside(point.ground, zone.polygon)


def _finding(situation: Situation, zone: Zone, start: TrackPoint) -> Finding:
    end = situation.track.points[-1]
    lasted = end.t - start.t
    return Finding(
        rule=RULE.name,
        version=RULE.version,
        decision="violation",
        reasons=(
            reason("no_stopping.stood", zone=zone.id, lasted_ms=ms(lasted), allowed_ms=ms(zone.seconds)),
        ),
        track=situation.track.id,
        t=end.t,
        point=end,
        # Half of the stop may be an hour ago. Its beginning is kept, see `edge.evidence.beginnings`.
        moments={"before": start.t, "over": end.t - min(_BEFORE_END, lasted / 2), "continuing": end.t},
        episode=zone.id,
        exact=False,
        zone=zone.id,
        basis=zone.basis,
    )
