"""Đi ngược chiều — driving against a one-way road or sign P.102 (6.9.d, 7.7.a)."""

from configs.rules.wrong_way import RULE, WrongWay
from contract.reasons import reason
from edge.rules.against import runs_against
from edge.rules.inputs import Finding
from edge.rules.observed import nearest
from edge.rules.said import ms
from edge.rules.situation import Situation
from edge.rules.trust import AROUND


def judge(situation: Situation, parameters: WrongWay) -> list[Finding]:
    """A finding for each one-way lane the vehicle drives against; repeats while it does."""
    points = situation.track.points
    return [
        Finding(
            rule=RULE.name,
            version=RULE.version,
            decision="borderline" if run.doubts else "violation",
            reasons=(
                reason(
                    "wrong_way.drove_against",
                    lane=run.lane.id,
                    distance_heights=round(run.distance, 1),
                    lasted_ms=ms(run.end.t - run.start.t),
                ),
            ),
            track=situation.track.id,
            t=run.start.t,
            point=nearest(points, run.start.t),
            moments={
                "before": run.start.t,
                "over": (run.start.t + run.end.t) / 2,
                "continuing": run.end.t,
            },
            proved=(run.start.t - AROUND, run.end.t),
            decisive=(run.start.t, run.end.t),
            episode=run.lane.id,
            lane=run.lane.id,
            doubts=run.doubts,
        )
        for run in runs_against(situation, parameters, one_way=True)
    ]
