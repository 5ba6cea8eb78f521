"""The governing lamp's state for a passage: red beyond the grace time and all uncertainty, or not.

Shared by red_light and stop_line. An offence is decided only where elapsed red − grace exceeds the
uncertainty of lamp and crossing together; in between an operator decides; if the lamp is unreliable, nobody
can.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from configs.rules.red_light import RedLight
from contract.reasons import Doubt, Value
from contract.types import DecisionName
from edge.rules.inputs import Phase, SignalHistory
from edge.rules.passage import Passage
from edge.rules.said import doubt, ms, note
from edge.rules.situation import Situation


@dataclass(frozen=True)
class Verdict:
    """The lamp's state at a crossing: `doubts` are the reasons why it is no clear violation, `values` the
    measurements, as a reason's values."""

    decision: DecisionName
    head: str
    doubts: tuple[Doubt, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    elapsed: float | None = None
    amber: float | None = None
    since: float | None = None
    """When the deciding phase began."""

    @property
    def on_red(self) -> bool:
        """True if the head was seen red."""
        return self.elapsed is not None


def lamp_verdict(situation: Situation, passage: Passage, parameters: RedLight) -> Verdict | None:
    """The governing head's verdict, or None if the crossing was allowed.

    If the movement is unknown and heads of several movements disagree, an operator decides.
    """
    heads = _governing(passage)
    verdicts = [_of_head(head, situation.signals.get(head), passage, parameters) for head in heads]
    against = [verdict for verdict in verdicts if verdict is not None]
    if not against:
        return None
    worst = min(against, key=lambda verdict: _RANK[verdict.decision])
    if len(against) == len(verdicts) and all(v.decision == worst.decision for v in against):
        return worst
    decision: DecisionName = "undecidable" if worst.decision == "undecidable" else "borderline"
    return replace(worst, decision=decision, doubts=(*worst.doubts, doubt("lamp.heads_differ")))


_RANK: dict[DecisionName, int] = {"violation": 0, "borderline": 1, "undecidable": 2}


def _governing(passage: Passage) -> list[str]:
    line = passage.line
    if passage.movement is not None and passage.movement in line.heads:
        return [line.heads[passage.movement]]
    main = [] if line.head is None else [line.head]
    if passage.movement is not None:
        return main
    return list(dict.fromkeys([*main, *line.heads.values()]))


def _of_head(
    head: str, history: SignalHistory | None, passage: Passage, parameters: RedLight
) -> Verdict | None:
    phase = None if history is None else history.at(passage.crossing.t)
    if history is None or phase is None:
        return Verdict("undecidable", head, (doubt("lamp.not_seen", head=head),))
    if phase.colour in ("green", "off", "flashing"):
        return None
    if phase.colour in ("unknown", "fault") or not history.armed:
        trouble = phase.colour if phase.colour in ("unknown", "fault") else "later"
        untrusted = doubt("lamp.not_trusted", head=head, lamp_trouble=trouble)
        return Verdict("undecidable", head, (untrusted,), since=phase.start)
    if phase.colour == "amber":
        return _amber(head, phase, passage, parameters)
    return _red(head, phase, passage, parameters, _amber_before(history, phase))


def _amber(head: str, phase: Phase, passage: Passage, parameters: RedLight) -> Verdict | None:
    elapsed = passage.crossing.t - phase.start
    if parameters.amber == "off" or elapsed <= phase.uncertainty + passage.crossing.uncertainty:
        return None
    doubts = () if parameters.amber == "violation" else (doubt("red_light.amber_is_a_persons"),)
    values: dict[str, Value] = {"elapsed_amber_ms": ms(elapsed)}
    return Verdict(parameters.amber, head, doubts, values, amber=elapsed, since=phase.start)


def _red(
    head: str, phase: Phase, passage: Passage, parameters: RedLight, amber: float | None
) -> Verdict | None:
    elapsed = passage.crossing.t - phase.start
    uncertainty = phase.uncertainty + passage.crossing.uncertainty
    spare = elapsed - parameters.grace
    values: dict[str, Value] = {
        "elapsed_red_ms": ms(elapsed),
        "uncertainty_ms": ms(uncertainty),
        "grace_ms": ms(parameters.grace),
    }
    notes = () if phase.onset_observed else (note("lamp.red_when_first_seen", head=head),)
    verdict = Verdict("violation", head, notes, values, elapsed, amber, phase.start)
    if not phase.onset_observed and spare <= uncertainty:
        unseen = doubt("lamp.onset_not_seen", head=head, elapsed_red_ms=ms(elapsed))
        return replace(verdict, decision="undecidable", doubts=(unseen,))
    if spare < -uncertainty:
        return None
    if spare > uncertainty:
        return verdict
    close = doubt("lamp.within_uncertainty", head=head, **values)
    return replace(verdict, decision="borderline", doubts=(close,))


def _amber_before(history: SignalHistory, red: Phase) -> float | None:
    """Length of the amber before this red, if both its ends were seen."""
    for earlier, later in pairwise(history.phases):
        if later is red and earlier.colour == "amber" and earlier.onset_observed:
            return earlier.end - earlier.start
    return None
