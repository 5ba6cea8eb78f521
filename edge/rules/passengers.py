"""Chở quá số người quy định — two passengers, or three and more, on a motorbike that drives."""

from configs.rules.passengers import RULE, Passengers
from contract.reasons import reason
from edge.rules.inputs import Finding, RiderLook
from edge.rules.riders import on_a_ride, point_of, shown, stills
from edge.rules.said import note
from edge.rules.situation import Situation

ALLOWED = 2
"""People on a motorbike: the driver and one passenger (Law 36/2024, Art. 33.1)."""


def judge(situation: Situation, parameters: Passengers) -> list[Finding]:
    """A finding where enough looks show more people than allowed; repeats while they do.

    It reports the largest number of people that enough looks agree on: hidden people are not counted.
    """
    riders = situation.riders
    if riders is None or riders.people is None or riders.people <= ALLOWED:
        return []
    showing = [look for look in riders.looks if len(look.heads) >= riders.people]
    if not (on_a_ride(situation, parameters) and shown(showing, riders.looks, parameters)):
        return []
    return [_finding(situation, riders.people, riders.people_probability, showing)]


def _finding(situation: Situation, people: int, probability: float, showing: list[RiderLook]) -> Finding:
    assert situation.riders is not None
    before, over, continuing = stills(showing)
    passengers = people - 1
    return Finding(
        rule=RULE.name,
        version=RULE.version,
        decision="violation",
        reasons=(
            reason(
                "passengers.counted",
                passengers=str(passengers),
                showing_looks=len(showing),
                looks=len(situation.riders.looks),
                probability=probability,
            ),
        ),
        track=situation.track.id,
        t=over.t,
        point=point_of(situation, over),
        moments={"before": before.t, "over": over.t, "continuing": continuing.t},
        doubts=(note("passengers.exceptions"),) if passengers == ALLOWED else (),
    )
