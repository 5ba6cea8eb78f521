"""What the governing lamp says about a passage: red beyond the grace time and all uncertainty, or not.

Shared by red_light and stop_line. An offence is decided only where elapsed red − grace exceeds the
uncertainty of lamp and crossing together; in between a person decides; where the lamp can't be trusted,
nobody can.
"""

from dataclasses import dataclass
from itertools import pairwise

from configs.rules.red_light import RedLight
from contract.types import DecisionName
from edge.rules.inputs import Phase, SignalHistory
from edge.rules.passage import Passage
from edge.rules.situation import Situation


@dataclass(frozen=True)
class Verdict:
    """The lamp's word on a crossing. `words` are (Vietnamese, English)."""

    decision: DecisionName
    words: tuple[str, str]
    head: str
    elapsed: float | None = None
    amber: float | None = None
    since: float | None = None
    """When the phase that decides began."""


def lamp_verdict(situation: Situation, passage: Passage, parameters: RedLight) -> Verdict | None:
    """The governing head's verdict, or None if the crossing was allowed.

    Where the movement is not known and heads of several movements disagree, a person decides.
    """
    heads = _governing(passage)
    verdicts = [_of_head(head, situation.signals.get(head), passage, parameters) for head in heads]
    against = [verdict for verdict in verdicts if verdict is not None]
    if not against:
        return None
    worst = min(against, key=lambda verdict: _RANK[verdict.decision])
    if len(against) == len(verdicts) and all(v.decision == worst.decision for v in against):
        return worst
    words = ("không rõ hướng đi, các đèn khác nhau", "movement unknown and its lamps differ")
    decision: DecisionName = "undecidable" if worst.decision == "undecidable" else "borderline"
    return Verdict(decision, words, worst.head, worst.elapsed, worst.amber, worst.since)


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
        words = (f"không có dữ liệu đèn {head}", f"lamp {head} was not seen at that moment")
        return Verdict("undecidable", words, head)
    if phase.colour in ("green", "off", "flashing"):
        return None
    if phase.colour in ("unknown", "fault") or not history.armed:
        why = history.reason or phase.colour
        words = (f"đèn {head} không tin cậy", f"lamp {head} can't be trusted ({why})")
        return Verdict("undecidable", words, head, since=phase.start)
    if phase.colour == "amber":
        return _amber(head, phase, passage, parameters)
    return _red(head, phase, passage, parameters, _amber_before(history, phase))


def _amber(head: str, phase: Phase, passage: Passage, parameters: RedLight) -> Verdict | None:
    elapsed = passage.crossing.t - phase.start
    if parameters.amber == "off" or elapsed <= phase.uncertainty + passage.crossing.uncertainty:
        return None
    words = (f"đèn vàng đã {elapsed:.2f} s", f"{elapsed:.2f} s into amber of lamp {head}")
    return Verdict(parameters.amber, words, head, amber=elapsed, since=phase.start)


def _red(
    head: str, phase: Phase, passage: Passage, parameters: RedLight, amber: float | None
) -> Verdict | None:
    elapsed = passage.crossing.t - phase.start
    uncertainty = phase.uncertainty + passage.crossing.uncertainty
    spare = elapsed - parameters.grace
    if not phase.onset_observed and spare <= uncertainty:
        words = (
            f"chỉ thấy đèn đỏ {elapsed:.2f} s",
            f"red seen for only {elapsed:.2f} s, its onset was not seen",
        )
        return Verdict("undecidable", words, head, elapsed, amber, phase.start)
    if spare < -uncertainty:
        return None
    least = "" if phase.onset_observed else "at least "
    limits = f"grace {parameters.grace:.2f} s, ±{uncertainty:.2f} s"
    words = (f"đèn đỏ đã {elapsed:.2f} s", f"{least}{elapsed:.2f} s into red of lamp {head} ({limits})")
    decision: DecisionName = "violation" if spare > uncertainty else "borderline"
    return Verdict(decision, words, head, elapsed, amber, phase.start)


def _amber_before(history: SignalHistory, red: Phase) -> float | None:
    """How long the amber before this red was, where both its ends were seen."""
    for earlier, later in pairwise(history.phases):
        if later is red and earlier.colour == "amber" and earlier.onset_observed:
            return earlier.end - earlier.start
    return None
