"""Không đội mũ bảo hiểm — a bare head on a motorbike that drives, seen in enough looks.

The foremost head in the direction of travel is the driver's. One well below another may be a small child's,
who needs no helmet under the age of six: then an operator decides.
"""

from configs.rules.no_helmet import RULE, NoHelmet
from contract.reasons import Doubt, reason
from edge.rules.inputs import Finding, RiderHead, RiderLook, Riders
from edge.rules.riders import on_a_ride, point_of, shown, stills
from edge.rules.said import doubt, note
from edge.rules.situation import Situation


def judge(situation: Situation, parameters: NoHelmet) -> list[Finding]:
    """A finding for the driver and one for the passengers; repeats while it is seen."""
    riders = situation.riders
    if riders is None or not on_a_ride(situation, parameters):
        return []
    found: dict[str, Finding] = {}
    for place, head in enumerate(riders.heads):
        who = _who(place, riders)
        showing = [look for look in riders.looks if _bare_at(place, look, riders)]
        if head.state == "bare" and who not in found and shown(showing, riders.looks, parameters):
            found[who] = _finding(situation, parameters, who, head, showing)
    return list(found.values())


def _who(place: int, riders: Riders) -> str:
    """Driver or passenger; the driver is known only if everybody was counted."""
    if riders.people is None or riders.people < len(riders.heads):
        return "rider"
    return "driver" if place == 0 else "passenger"


def _bare_at(place: int, look: RiderLook, riders: Riders) -> bool:
    """Whether that look shows this head bare: the one in the same place of as many, or, with fewer heads, all
    visible ones."""
    if len(look.heads) == len(riders.heads):
        return look.heads[place].state == "bare"
    return bool(look.heads) and all(other.state == "bare" for other in look.heads)


def _finding(
    situation: Situation, parameters: NoHelmet, who: str, head: RiderHead, showing: list[RiderLook]
) -> Finding:
    riders = situation.riders
    assert riders is not None
    before, over, continuing = stills(showing)
    doubts = _doubts(parameters, who, head, riders)
    return Finding(
        rule=RULE.name,
        version=RULE.version,
        decision="borderline" if any(found.weight == "doubt" for found in doubts) else "violation",
        reasons=(
            reason(
                "no_helmet.bare",
                who=who,
                bare_looks=len(showing),
                looks=len(riders.looks),
                people=len(riders.heads),
                probability=head.bare,
            ),
        ),
        track=situation.track.id,
        t=over.t,
        point=point_of(situation, over),
        moments={"before": before.t, "over": over.t, "continuing": continuing.t},
        episode=who,
        doubts=doubts,
    )


def _doubts(parameters: NoHelmet, who: str, head: RiderHead, riders: Riders) -> tuple[Doubt, ...]:
    found = [note("no_helmet.exceptions")] if len(riders.heads) > 1 else []
    if who == "rider":
        found.append(note("no_helmet.who_is_unsure"))
    lower = max((_below(head, other) for other in riders.heads), default=0.0)
    if lower >= parameters.child:
        found.append(doubt("no_helmet.may_be_a_child", lower_heads=lower))
    return tuple(found)


def _below(head: RiderHead, other: RiderHead) -> float:
    """How far a head's centre lies below another's, in heights of the larger."""
    height = max(head.box[3] - head.box[1], other.box[3] - other.box[1], 1.0)
    return (head.box[1] + head.box[3] - other.box[1] - other.box[3]) / 2 / height
