"""Whether the rule finds the act again on the second look's own path of the vehicle.

It is applied twice: with the wheels at the box's lower edge, and with hidden wheels as low as they may be. An
act found only with the first relies on wheels nobody saw.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from configs.camera import CameraConfig
from edge.pipeline import Incident
from edge.rules.inputs import Finding, TrackPoint
from edge.rules.rulebook import Rulebook
from edge.second_look.following import Path
from edge.second_look.wheels import Wheels

SAME_ACT = 1.0
"""Most seconds between two findings of one act."""


def judged_again(
    incident: Incident,
    path: Path,
    wheels: Sequence[Wheels],
    config: CameraConfig,
    epoch: datetime,
    *,
    lowest: bool,
) -> Finding | None:
    """The finding of the same act on the path; None if the rule finds none.

    Args:
        lowest: take hidden wheels to be as low as they may be.
    """
    points = tuple(
        TrackPoint(
            step.t,
            step.box,
            step.look.frame,
            step.seen.confidence,
            wheels="seen" if wheel.seen else "predicted",
            bottom=wheel.lowest if lowest and not wheel.seen else None,
        )
        for step, wheel in zip(path.steps, wheels, strict=True)
    )
    signals = {incident.signal.head: incident.signal} if incident.signal is not None else {}
    rulebook = Rulebook(config.rules, config, epoch)
    found: list[Finding] = []
    for end in range(1, len(points) + 1):
        track = replace(incident.track, points=points[:end])
        found += rulebook.judge(track, signals, points[end - 1].t, riders=incident.riders)
    whole = replace(incident.track, points=points)
    last = max(incident.finding.t, points[-1].t)
    found += rulebook.judge(whole, signals, last, track_ended=True, riders=incident.riders)
    same = [again for again in found if _is_same(again, incident.finding)]
    return max(same, key=lambda again: again.decision == "violation", default=None)


def _is_same(again: Finding, finding: Finding) -> bool:
    place = (finding.line, finding.zone) == (again.line, again.zone)
    told = [finding.t, *finding.moments.values()]
    near = min(told) - SAME_ACT <= again.t <= max(told) + SAME_ACT
    same_rule = finding.rule == again.rule or finding.rule in again.also
    return same_rule and place and near
