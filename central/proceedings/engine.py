"""Applies the step tables: which steps are possible, and their effects. Pure: no clock, no database.

`central.proceedings.service` is the only caller that stores the effects of a step.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from central.proceedings.dossier import Attempt, Dossier
from central.proceedings.rows import Effect, Moved, Step
from central.proceedings.steps import case, execution, force, notice, record, result
from central.proceedings.tracks import DECISION_TRACKS, START, Actor, Track

_TABLES: tuple[tuple[Step, ...], ...] = (
    result.RESULT,
    result.QUALIFICATION,
    result.CLONE,
    result.HANDOVER,
    result.PERSON,
    notice.NOTICE,
    notice.PUBLICATION,
    notice.TRANSFER,
    notice.ANSWER,
    notice.VERIFICATION,
    notice.ALERT,
    record.RECORD,
    record.EXPLANATION,
    record.DECISION,
    case.CASE,
    (case.STOP,),
    force.FORCE,
    force.SUSPENSION,
    force.COMPLAINT,
    force.COURT,
    execution.DELIVERY,
    execution.PAYMENT,
    execution.RELIEF,
    execution.POINTS,
    execution.CONFISCATION,
    execution.ENFORCEMENT,
)
STEPS: dict[str, Step] = {step.action: step for table in _TABLES for step in table}
"""Every step by its action."""


def _own_events() -> dict[Track, frozenset[str]]:
    """Events known only through people's steps of one track: a later step of that track can't be dated before
    them. An event caused by time alone (a fine became overdue) does not prevent entering an earlier event
    later.
    """
    tracks: dict[str, set[Track]] = {}
    for step in STEPS.values():
        for event in step.events if step.actors != {Actor.SYSTEM} else ():
            tracks.setdefault(event, set()).add(step.track)
    return {track: frozenset(event for event, found in tracks.items() if found == {track}) for track in Track}


_EVENTS = _own_events()


class StepRefused(Exception):  # noqa: N818 (a refusal is an answer, not a fault)
    """A step the tables do not allow now; `problems` are codes in the order of the table, the most serious
    first.
    """

    def __init__(self, action: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"{action}: {', '.join(problems)}")
        self.action = action
        self.problems = problems


def problems_of(dossier: Dossier, action: str, attempt: Attempt) -> tuple[str, ...]:
    """All obstacles to the step, as codes; empty if it may be taken."""
    return tuple(_problems(dossier, STEPS[action], attempt))


def take(dossier: Dossier, action: str, attempt: Attempt) -> tuple[Dossier, Moved]:
    """The dossier after a step, and the step's effects.

    Raises:
        StepRefused: lists every problem.
        KeyError: no such action.
    """
    step = STEPS[action]
    if problems := problems_of(dossier, action, attempt):
        raise StepRefused(action, problems)
    states = dict(dossier.states)
    moved = {step.track: (states[step.track], step.target)}
    states[step.track] = step.target
    events = dict.fromkeys(step.events, step.track)
    if action == "sign_decision":
        states |= {track: START[track] for track in DECISION_TRACKS}
    for effect in step.effects:
        if _applies(effect, dossier, attempt, states):
            moved[effect.track] = (states[effect.track], effect.target)
            states[effect.track] = effect.target
            events |= dict.fromkeys(effect.events, effect.track)
    days = {event: day for event, day in dossier.days.items() if event not in step.clears}
    days |= dict.fromkeys(events, attempt.day)
    changed = replace(dossier, states=states, days=days)
    return changed, Moved(step, attempt.day, moved, events)


def possible(dossier: Dossier, attempt: Attempt) -> list[Step]:
    """Steps this person could take now, given a reason where one is required; determines which buttons are
    shown.
    """
    asked = replace(attempt, reason=True)
    return [step for step in STEPS.values() if not problems_of(dossier, step.action, asked)]


def next_steps(dossier: Dossier, track: Track) -> list[Step]:
    """Steps that start from the track's present state, whoever takes them."""
    return [step for step in STEPS.values() if step.track is track and dossier.at(track) in step.sources]


def _problems(dossier: Dossier, step: Step, attempt: Attempt) -> Iterable[str]:
    if step.track in DECISION_TRACKS and not _has_decision(dossier):
        yield "not_decided"
    if dossier.at(step.track) not in step.sources:
        yield "wrong_state"
    if not step.actors & attempt.actors:
        yield "wrong_role"
    for need in step.needs:
        if not need.holds(dossier, attempt):
            yield need.code
    if step.reason and not attempt.reason:
        yield "no_reason"
    if not _earliest(dossier, step) <= attempt.day <= attempt.today:
        yield "day_impossible"
    if step.today and attempt.day != attempt.today:
        yield "not_today"


def _earliest(dossier: Dossier, step: Step) -> date:
    """The earliest possible day of a step: not before the act, the decision, or earlier steps of its
    track.
    """
    before = [dossier.captured_on]
    before += [day for event, day in dossier.days.items() if event in _EVENTS[step.track]]
    if step.track in DECISION_TRACKS and "decision_signed" in dossier.days:
        before.append(dossier.days["decision_signed"])
    return max(before)


def _has_decision(dossier: Dossier) -> bool:
    """A decision's tracks may change while it is in force, and after its end until money and points are
    returned.
    """
    settling = dossier.is_at(Track.PAYMENT, "refund_due") or dossier.is_at(Track.POINTS, "to_give_back")
    return dossier.is_at(Track.DECISION, "signed") or settling


def _applies(effect: Effect, dossier: Dossier, attempt: Attempt, states: dict[Track, str]) -> bool:
    if effect.sources is not None and states[effect.track] not in effect.sources:
        return False
    if effect.track in DECISION_TRACKS and not _decision_touched(dossier, states):
        return False
    return effect.when is None or effect.when(dossier, attempt)


def _decision_touched(dossier: Dossier, states: dict[Track, str]) -> bool:
    return dossier.is_at(Track.DECISION, "signed") or states[Track.DECISION] == "signed"
