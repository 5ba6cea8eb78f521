"""The proceedings of a case: opened when the offence is recorded, moved by steps, each with its day, its
people, its deadlines.

`take` is the only way a track changes. It locks the proceeding, asks the tables, writes the states, the
events, the history and the audit, and computes the deadlines again: all in the caller's transaction, or
nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from sqlmodel import Session, col, select

from central.audit import service as audit
from central.cases.lifecycle import SET_ASIDE
from central.cases.models import Case
from central.cases.service import annul_decision as annul_case
from central.cases.service import lock_case
from central.cases.visibility import keep_from_operators
from central.errors import ConflictError, NotFoundError
from central.offences.models import Offence
from central.proceedings import engine, syncing
from central.proceedings.announcing import announce
from central.proceedings.dossier import Attempt, Dossier
from central.proceedings.loading import Loaded, load
from central.proceedings.models import (
    Decision,
    DecisionAct,
    Proceeding,
    ProceedingEvent,
    ProceedingStep,
    TrackState,
)
from central.proceedings.people import PROGRAMME, Mover
from central.proceedings.rows import Moved
from central.proceedings.tracks import DECISION_TRACKS, CaseKind, Track
from central.sharing import service as sharing
from contract.local_time import local_day


class StepRefusedError(ConflictError):
    """The tables do not allow the step now; `problems` are codes, the most serious first."""

    code: ClassVar[str] = "step_refused"


class ProceedingChangedError(ConflictError):
    """Somebody else changed the proceeding since it was loaded."""

    code: ClassVar[str] = "proceeding_changed"


@dataclass(frozen=True)
class Doing:
    """A step to be taken: the action, the day it happened (today unless given), the reason, and its
    details.
    """

    action: str
    day: date | None = None
    reason: str = ""
    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    moment: datetime | None = None
    decision_id: int | None = None


def open_ordinary(session: Session, case: Case, offence: Offence, now: datetime) -> Proceeding:
    """Opens the proceeding of a case whose offence two people have just recorded; returns the existing one if
    it was opened before.
    """
    assert case.id is not None
    known = of_case(session, case.id)
    if known is not None:
        return known
    proceeding = _new(case, CaseKind.ORDINARY, offence.unit, now)
    proceeding.offence_id = offence.id
    proceeding.operator_id, proceeding.officer_id = offence.operator_id, offence.officer_id
    sharing.happened(session, case.id, "violation.recorded", f"recorded:{case.id}", now)
    return _begin(session, proceeding, now)


def open_special(session: Session, case: Case, unit: str, now: datetime) -> Proceeding:
    """Opens the proceeding of a case that is transferred instead of notified: military or diplomatic
    vehicles.

    Raises StepRefusedError for a case that was not set aside.
    """
    assert case.id is not None
    known = of_case(session, case.id)
    if known is not None:
        return known
    if case.state not in SET_ASIDE:
        raise StepRefusedError("not_special", action="hand_over", problems=("not_special",))
    proceeding = _new(case, CaseKind(case.state), unit, now)
    proceeding.operator_id, proceeding.officer_id = case.operator_id, case.officer_id
    return _begin(session, proceeding, now)


def _new(case: Case, kind: CaseKind, unit: str, now: datetime) -> Proceeding:
    assert case.id is not None
    return Proceeding(
        case_id=case.id,
        kind=kind,
        unit=unit,
        handled_by=unit,
        opened_at=now,
        captured_on=local_day(case.occurred_at),
        # `limitation_at` is the moment at which the last day ends.
        limitation_on=local_day(case.limitation_at) - timedelta(days=1),
    )


def _begin(session: Session, proceeding: Proceeding, now: datetime) -> Proceeding:
    session.add(proceeding)
    session.flush()
    audit.record(
        session, "system", "proceeding.open", f"case:{proceeding.case_id}", {"kind": proceeding.kind}
    )
    syncing.sync(session, load(session, proceeding, local_day(now)), now)
    return proceeding


def of_case(session: Session, case_id: int) -> Proceeding | None:
    """The proceeding of a case."""
    return session.exec(select(Proceeding).where(Proceeding.case_id == case_id)).one_or_none()


def get(session: Session, proceeding_id: int) -> Proceeding:
    """The proceeding with that id. Raises NotFoundError."""
    proceeding = session.get(Proceeding, proceeding_id)
    if proceeding is None:
        raise NotFoundError("proceeding", id=proceeding_id)
    return proceeding


def cases_of(session: Session, proceeding_ids: Collection[int]) -> dict[int, int]:
    """The case of each of these proceedings."""
    query = select(Proceeding.id, Proceeding.case_id).where(col(Proceeding.id).in_(proceeding_ids))
    return {number: case_id for number, case_id in session.exec(query) if number is not None}


def lock(session: Session, proceeding_id: int, version: int | None = None) -> Proceeding:
    """The proceeding, locked until the transaction ends.

    Raises:
        NotFoundError: no such proceeding.
        ProceedingChangedError: its version is no longer `version`.
    """
    query = select(Proceeding).where(Proceeding.id == proceeding_id).with_for_update()
    proceeding = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if proceeding is None:
        raise NotFoundError("proceeding", id=proceeding_id)
    if version is not None and proceeding.version != version:
        raise ProceedingChangedError("version", id=proceeding_id)
    return proceeding


def take(session: Session, proceeding: Proceeding, doing: Doing, by: Mover, now: datetime) -> ProceedingStep:
    """Takes a step on a locked proceeding; a step of a decision moves every case the decision covers.

    Raises:
        StepRefusedError: lists every problem.
    """
    loaded = load(session, proceeding, local_day(now), doing.decision_id)
    moved = ask(loaded.dossier, doing, by, now)
    step = write(session, loaded, moved, doing, by, now)
    after_step(session, proceeding, doing, now)
    if loaded.decision is not None and (moved.step.track in DECISION_TRACKS or Track.FORCE in moved.tracks):
        # A step that ends the decision of one case ends it for the others, which are then open again.
        shared = replace(doing, action="annul_decision") if doing.action == "stop" else doing
        for other in covered_beside(session, loaded.decision, proceeding):
            _follow(session, lock(session, other), shared, by, now)
    return step


def _follow(session: Session, proceeding: Proceeding, doing: Doing, by: Mover, now: datetime) -> None:
    """Moves another case of the same decision: its own tracks move, the decision's have already moved."""
    loaded = load(session, proceeding, local_day(now), doing.decision_id)
    step = engine.STEPS[doing.action]
    states = dict(loaded.dossier.states)
    moved = {}
    for effect in step.effects:
        inside = effect.sources is None or states[effect.track] in effect.sources
        if effect.track not in DECISION_TRACKS and inside:
            moved[effect.track] = (states[effect.track], effect.target)
    events = {
        event: effect.track for effect in step.effects if effect.track in moved for event in effect.events
    }
    day = doing.day or local_day(now)
    write(session, loaded, Moved(step, day, moved, events), doing, by, now)
    after_step(session, proceeding, doing, now)


def problems_of(
    session: Session, proceeding: Proceeding, doing: Doing, by: Mover, now: datetime
) -> tuple[str, ...]:
    """Obstacles to a step now, without taking it."""
    dossier = load(session, proceeding, local_day(now), doing.decision_id).dossier
    return engine.problems_of(dossier, doing.action, attempt_of(doing, by, now))


def attempt_of(doing: Doing, by: Mover, now: datetime) -> Attempt:
    """The attempt as the tables see it."""
    today = local_day(now)
    return Attempt(
        person=by.person,
        actors=by.actors,
        day=doing.day or today,
        today=today,
        powers=by.powers,
        reason=bool(doing.reason or doing.note.strip()),
        detail={name: str(value) for name, value in doing.detail.items()},
    )


def ask(dossier: Dossier, doing: Doing, by: Mover, now: datetime) -> Moved:
    """The effects the step would have. Raises StepRefusedError."""
    try:
        return engine.take(dossier, doing.action, attempt_of(doing, by, now))[1]
    except engine.StepRefused as refusal:
        raise StepRefusedError(
            refusal.problems[0], action=doing.action, problems=refusal.problems
        ) from refusal
    except KeyError:
        raise NotFoundError("action", action=doing.action) from None


def write(
    session: Session, loaded: Loaded, moved: Moved, doing: Doing, by: Mover, now: datetime
) -> ProceedingStep:
    """Stores the effects of a step: states, events, history, audit. For `take` and for the signing of
    decisions.
    """
    proceeding, decision = loaded.proceeding, loaded.decision
    assert proceeding.id is not None
    decision_id = decision.id if decision is not None else None
    step = _history_of(loaded, moved, doing, by, now)
    proceeding.version += 1
    session.add(step)
    session.flush()
    if Track.RESULT in moved.tracks:
        keep_from_operators(lock_case(session, proceeding.case_id), now)
    for track, (_, state) in moved.tracks.items():
        _set_state(session, proceeding.id, decision_id, track, state, now)
    _end_events(session, proceeding.id, decision_id, moved.step.clears, f"{moved.step.action}", now)
    for event, track in moved.events.items():
        of_decision = track in DECISION_TRACKS or event == "decision_signed"
        _write_event(session, step, decision_id if of_decision else None, event, doing.moment, now)
    announce(session, loaded, step, moved, now)
    if decision is not None and moved.reached(Track.FORCE) == "annulled":
        _end_decision(session, decision, moved.day, doing, by, now)
    audit.record(
        session,
        by.audit_name,
        f"proceeding.{moved.step.action}",
        f"case:{proceeding.case_id}",
        {"moved": step.moved, "day": step.day.isoformat(), "reason": doing.reason},
    )
    return step


def _history_of(loaded: Loaded, moved: Moved, doing: Doing, by: Mover, now: datetime) -> ProceedingStep:
    assert loaded.proceeding.id is not None
    return ProceedingStep(
        proceeding_id=loaded.proceeding.id,
        decision_id=loaded.decision.id if loaded.decision is not None else None,
        action=moved.step.action,
        moved={track.value: list(change) for track, change in moved.tracks.items()},
        day=moved.day,
        at=now,
        actor_id=by.person,
        actor=by.name,
        reason=doing.reason,
        note=doing.note.strip(),
        detail=dict(doing.detail),
    )


def after_step(session: Session, proceeding: Proceeding, doing: Doing, now: datetime) -> None:
    """Computes the deadlines again once everything of a step is stored."""
    session.flush()
    syncing.sync(session, load(session, proceeding, local_day(now), doing.decision_id), now)


def _end_decision(
    session: Session, decision: Decision, day: date, doing: Doing, by: Mover, now: datetime
) -> None:
    decision.ended_on, decision.ended_reason = day, (doing.note or doing.reason)[:500]
    for act in session.exec(select(DecisionAct).where(DecisionAct.decision_id == decision.id)):
        act.living = False
        case = lock_case(session, get(session, act.proceeding_id).case_id)
        annul_case(session, case, now, by.name, doing.note or doing.reason)
    session.flush()


def _set_state(
    session: Session, proceeding_id: int, decision_id: int | None, track: Track, state: str, now: datetime
) -> None:
    of_decision = track in DECISION_TRACKS
    owner = {"decision_id": decision_id} if of_decision else {"proceeding_id": proceeding_id}
    query = select(TrackState).where(
        TrackState.track == track, *(getattr(TrackState, name) == value for name, value in owner.items())
    )
    row = session.exec(query).one_or_none()
    if row is None:
        session.add(TrackState(track=track, state=state, since=now, **owner))
    else:
        row.state, row.since = state, now


def _write_event(
    session: Session,
    step: ProceedingStep,
    decision_id: int | None,
    event: str,
    moment: datetime | None,
    now: datetime,
) -> None:
    _end_events(session, step.proceeding_id, decision_id, (event,), "again", now)
    exact = moment if moment is not None else now if step.day == local_day(now) else None
    session.add(
        ProceedingEvent(
            proceeding_id=None if decision_id is not None else step.proceeding_id,
            decision_id=decision_id,
            event=event,
            day=step.day,
            moment=exact,
            step_id=step.id,
        )
    )


def _end_events(
    session: Session,
    proceeding_id: int,
    decision_id: int | None,
    events: Sequence[str],
    reason: str,
    now: datetime,
) -> None:
    owners = col(ProceedingEvent.proceeding_id) == proceeding_id
    if decision_id is not None:
        owners |= col(ProceedingEvent.decision_id) == decision_id
    query = select(ProceedingEvent).where(
        owners, col(ProceedingEvent.event).in_(events), col(ProceedingEvent.ended_at).is_(None)
    )
    for row in session.exec(query):
        row.ended_at, row.ended_reason = now, reason


def covered_beside(session: Session, decision: Decision, proceeding: Proceeding) -> list[int]:
    """The other proceedings whose acts a decision covers."""
    query = select(DecisionAct.proceeding_id).where(
        DecisionAct.decision_id == decision.id, DecisionAct.proceeding_id != proceeding.id
    )
    return sorted(set(session.exec(query)))


def history(session: Session, proceeding_id: int) -> list[ProceedingStep]:
    """Every step of a proceeding, oldest first."""
    query = select(ProceedingStep).where(ProceedingStep.proceeding_id == proceeding_id)
    return list(session.exec(query.order_by(col(ProceedingStep.id))))


def last_step(session: Session, proceeding: Proceeding) -> ProceedingStep:
    """The last step; only for a proceeding that has one."""
    query = select(ProceedingStep).where(ProceedingStep.proceeding_id == proceeding.id)
    return session.exec(query.order_by(col(ProceedingStep.id).desc()).limit(1)).one()


def by_programme(session: Session, proceeding_id: int, doing: Doing, now: datetime) -> ProceedingStep | None:
    """Takes a step of the software itself; None if it is no longer due."""
    proceeding = lock(session, proceeding_id)
    if problems_of(session, proceeding, doing, PROGRAMME, now):
        return None
    return take(session, proceeding, doing, PROGRAMME, now)
