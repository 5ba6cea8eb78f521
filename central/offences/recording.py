"""A confirmed case becomes an offence with a number once its officer can no longer take the decision back."""

from datetime import datetime

from sqlmodel import Session

from central.cases.errors import LimitationOverError
from central.cases.intake import SAME_ACT
from central.cases.lifecycle import CHARGED, Action, State
from central.cases.models import Case
from central.cases.queries import has_same_act
from central.cases.service import lock_case, take_step
from central.errors import DomainError
from central.jobs import queue as jobs
from central.offences.charging import Choice, chosen, options_for
from central.offences.models import Offence
from central.offences.service import DuplicateOffenceError, record_offence

RECORD = "offences.record"
"""Kind of job; its key is the case's id."""


def plan_record(session: Session, case_id: int, at: datetime) -> None:
    """Schedules recording of the offence at that time."""
    jobs.enqueue(session, RECORD, str(case_id), {"case": case_id}, at)


def cancel_record(session: Session, case_id: int) -> None:
    """Cancels recording, because the decision was taken back."""
    jobs.cancel(session, RECORD, str(case_id))


def check_chargeable(session: Session, case: Case, choice: Choice) -> None:
    """Reports to the officer at once any problem that would prevent recording the offence.

    Raises:
        NoOffenceInLawError, ActNotChosenError: see `charging.chosen`.
        DuplicateOffenceError: another case charges the same plate with the same act at this place and time.
    """
    chosen(options_for(session, case, accident=choice.accident), choice)
    if has_same_act(session, case, SAME_ACT, CHARGED):
        raise DuplicateOffenceError


def record_confirmed(session: Session, case_id: int, now: datetime, unit: str) -> Offence | None:
    """Records the offence of a case that two people have charged; None when it is no longer confirmed.

    A case that can't be recorded after all (the same act was recorded meanwhile) goes back to the officers.
    """
    case = lock_case(session, case_id)
    if case.state != State.CONFIRMED:
        return None
    try:
        with session.begin_nested():
            offence = record_offence(session, case, now, unit, Choice(**(case.charge or {})))
            take_step(session, case, Action.RECORD, None, now, detail={"number": offence.number})
    except LimitationOverError:
        return None  # it expires by itself
    except DomainError as problem:
        take_step(session, case, Action.NOT_RECORDED, None, now, reason=problem.code)
        return None
    return offence
