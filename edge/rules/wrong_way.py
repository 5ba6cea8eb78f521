"""Đi ngược chiều — driving against a one-way road or sign P.102 (6.9.d, 7.7.a)."""

from typing import Final

from edge.rules.against import runs_against
from edge.rules.inputs import Finding
from edge.rules.observed import nearest
from edge.rules.situation import Situation

VERSION: Final = 1


def judge(situation: Situation) -> list[Finding]:
    """A finding for each one-way lane the vehicle drives against; repeats while it does."""
    parameters = situation.rules.wrong_way
    if parameters is None:
        return []
    points = situation.track.points
    return [
        Finding(
            rule="wrong_way",
            version=VERSION,
            decision="violation",
            reason=f"Đi ngược chiều trên {run.lane.id} — drove against the one-way direction of {run.lane.id}"
            f" for {run.distance:.1f} vehicle heights in {run.end.t - run.start.t:.1f} s",
            track=situation.track.id,
            t=run.start.t,
            point=nearest(points, run.start.t),
            moments={
                "before": run.start.t,
                "over": (run.start.t + run.end.t) / 2,
                "continuing": run.end.t,
            },
            episode=run.lane.id,
            lane=run.lane.id,
        )
        for run in runs_against(situation, parameters, one_way=True)
    ]
