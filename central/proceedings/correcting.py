"""Corrections of wrong entries or for later events: the day of an event, the last day for a decision.
Dependent deadlines are computed again, the old ones kept.
"""

from collections.abc import Iterator
from datetime import date, datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from central.audit import service as audit
from central.cases.service import lock_case
from central.cases.service import restart_limitation as restart_case
from central.errors import NotFoundError
from central.proceedings import payments
from central.proceedings.loading import Loaded, load
from central.proceedings.models import Proceeding, ProceedingEvent
from central.proceedings.people import Mover
from central.proceedings.service import Doing, StepRefusedError, after_step
from configs.law_calendar import end_of_day
from contract.local_time import local_day

CORRECTABLE = (
    "notice_sent",
    "published",
    "transferred",
    "transfer_answered",
    "answered",
    "alert_lifted",
    "violator_identified",
    "hearing_requested",
    "hearing_set",
    "explained",
    "decision_sent",
    "electronic_entered",
    "third_return",
    "posting_started",
    "decision_delivered",
    "relief_asked",
    "relief_answered",
    "points_deducted",
    "complaint_filed",
    "complaint_accepted",
    "complaint_answered",
    "complaint_settled",
    "second_filed",
    "second_settled",
    "suit_filed",
    "enforcement_info_asked",
    "enforcement_informed",
    "enforcement_ordered",
    "enforcement_sent",
    "enforcement_restarted",
    "confiscated",
)
"""Events whose day is entered by a person and on which a deadline depends."""


def correctable(session: Session, loaded: Loaded) -> list[ProceedingEvent]:
    """Events whose day can be corrected, the latest entry first."""
    query = _present(loaded).where(col(ProceedingEvent.event).in_(CORRECTABLE))
    return list(session.exec(query.order_by(col(ProceedingEvent.id).desc())))


def correct_day(
    session: Session, proceeding: Proceeding, event: str, day: date, reason: str, by: Mover, now: datetime
) -> ProceedingEvent:
    """Corrects the day of an event, and of all other events of the same step: dependent deadlines are
    computed again, the old ones kept.

    Raises:
        NotFoundError: no such event.
        StepRefusedError: a day before the act or after today, no reason, or not the case officer.
    """
    loaded = load(session, proceeding, local_day(now))
    present = _present_event(session, loaded, event)
    problems = tuple(_problems(proceeding, event, day, reason, by, now))
    if problems:
        raise StepRefusedError(problems[0], action="correct_day", problems=problems)
    moved = [_moved(session, one, day, reason, now) for one in _of_one_step(session, loaded, present)]
    proceeding.version += 1
    audit.record(
        session,
        by.audit_name,
        "proceeding.correct_day",
        f"case:{proceeding.case_id}",
        {
            "event": event,
            "with": sorted(one.event for one in moved if one.event != event),
            "was": present.day.isoformat(),
            "is": day.isoformat(),
            "reason": reason,
        },
    )
    after_step(session, proceeding, Doing("correct_day"), now)
    payments.settle_up(session, proceeding, now)
    return next(one for one in moved if one.event == event)


def _moved(
    session: Session, present: ProceedingEvent, day: date, reason: str, now: datetime
) -> ProceedingEvent:
    """Moves the event to its right day; the row with the wrong one is ended and kept."""
    present.ended_at, present.ended_reason = now, reason[:300]
    session.flush()
    row = ProceedingEvent(
        proceeding_id=present.proceeding_id,
        decision_id=present.decision_id,
        event=present.event,
        day=day,
        step_id=present.step_id,
    )
    session.add(row)
    return row


def _problems(
    proceeding: Proceeding, event: str, day: date, reason: str, by: Mover, now: datetime
) -> Iterator[str]:
    if not proceeding.captured_on <= day <= local_day(now):
        yield "day_impossible"
    if not reason.strip():
        yield "no_reason"
    if by.person is None or by.person == proceeding.operator_id:
        yield "same_person"
    if event not in CORRECTABLE:
        yield "not_today"  # the paper itself states this day, or a register or the bank reported it


def _present_event(session: Session, loaded: Loaded, event: str) -> ProceedingEvent:
    found = session.exec(_present(loaded).where(ProceedingEvent.event == event)).one_or_none()
    if found is None:
        raise NotFoundError("event", event=event)
    return found


def _of_one_step(session: Session, loaded: Loaded, present: ProceedingEvent) -> list[ProceedingEvent]:
    """An event and others of the same step on the same day: a complaint that was answered was accepted that
    day too, a payment in parts was granted with the answer.
    """
    if present.step_id is None:
        return [present]
    same = _present(loaded).where(
        ProceedingEvent.step_id == present.step_id, ProceedingEvent.day == present.day
    )
    return list(session.exec(same))


def _present(loaded: Loaded) -> SelectOfScalar[ProceedingEvent]:
    """The valid events of a case and of its decision."""
    owners = col(ProceedingEvent.proceeding_id) == loaded.proceeding.id
    if loaded.decision is not None:
        owners |= col(ProceedingEvent.decision_id) == loaded.decision.id
    return select(ProceedingEvent).where(owners, col(ProceedingEvent.ended_at).is_(None))


def restart_limitation(
    session: Session, proceeding: Proceeding, last_day: date, reason: str, by: Mover, now: datetime
) -> None:
    """Sets a new last day for a decision: the person evades (Law Art 6.1.d), or the file was with criminal
    bodies (6.1.c). Only a signer may do so, with a written reason; never the software.

    Raises:
        StepRefusedError: nobody who may sign, no reason, or a day that is not later.
    """
    problems = []
    if by.power is None:
        problems.append("no_power")
    if not reason.strip():
        problems.append("no_reason")
    if last_day <= proceeding.limitation_on:
        problems.append("day_impossible")
    if problems:
        raise StepRefusedError(problems[0], action="restart_limitation", problems=tuple(problems))
    audit.record(
        session,
        by.audit_name,
        "proceeding.restart_limitation",
        f"case:{proceeding.case_id}",
        {"was": proceeding.limitation_on.isoformat(), "is": last_day.isoformat(), "reason": reason},
    )
    proceeding.limitation_on = last_day
    restart_case(session, lock_case(session, proceeding.case_id), end_of_day(last_day), by.name, reason, now)
    proceeding.version += 1
    after_step(session, proceeding, Doing("restart_limitation"), now)
