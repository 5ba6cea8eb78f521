"""The police officer's decisions (CSGT xác nhận): confirm, send back, refuse, explain a mismatch."""

from datetime import datetime

from sqlmodel import Session

from central.accounts.models import User
from central.cases.errors import CaseStateError
from central.cases.lifecycle import Action
from central.cases.models import Case
from central.cases.service import lock_case, take_step
from central.offences.charging import AS_PROVEN, Choice
from central.offences.models import Offence
from central.offences.service import record_offence
from central.registry.service import latest_answer, plan_look_up, registered_vehicle
from central.review.decisions import Sight
from central.review.reasons import check_reason


def confirm(
    session: Session, officer: User, sight: Sight, now: datetime, unit: str, choice: Choice = AS_PROVEN
) -> Offence:
    """Charges the case and records the offence, in one transaction; `choice` says as which act.

    Raises:
        DomainError: recorded already, not in the law table, no act chosen where the evidence leaves it open,
            changed, not with the police, a mismatch nobody explained, or the same person as before.
    """
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, Action.CONFIRM, officer, now)
    case.officer_id, case.officer_at = officer.id, now
    _let_go(case)
    offence = record_offence(session, case, now, unit, choice)
    take_step(session, case, Action.RECORD, None, now, detail={"number": offence.number})
    session.flush()
    return offence


def send_back(session: Session, officer: User, sight: Sight, now: datetime, note: str) -> Case:
    """Returns the case to the operators with a word on what to look at; the history keeps who decided."""
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, Action.RETURN, officer, now, note=note)
    case.operator_id = case.operator_at = None
    case.owner_match = case.mismatch_resolved_by = None
    _let_go(case)
    return case


def refuse(session: Session, officer: User, sight: Sight, now: datetime, reason: str, note: str = "") -> Case:
    """Ends the case for the police, with a reason code."""
    check_reason("officer", reason, note)
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, Action.REFUSE, officer, now, reason=reason, note=note)
    case.reason = reason
    case.officer_id, case.officer_at = officer.id, now
    _let_go(case)
    return case


def resolve_mismatch(session: Session, officer: User, sight: Sight, now: datetime, note: str) -> Case:
    """States why the seen vehicle is the registered one after all; only then can it be confirmed.

    Raises:
        CaseStateError: the register named no single vehicle, so there is nothing to explain and no owner.
    """
    case = lock_case(session, sight.case_id, sight.version)
    if registered_vehicle(latest_answer(session, sight.case_id)) is None:
        raise CaseStateError("no_vehicle")
    take_step(session, case, Action.RESOLVE_MISMATCH, officer, now, note=note)
    case.mismatch_resolved_by = officer.id
    _let_go(case)
    return case


def look_up_again(session: Session, officer: User, sight: Sight, now: datetime) -> Case:
    """Asks the register once more about a plate it did not know."""
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, Action.LOOK_UP_AGAIN, officer, now)
    plan_look_up(session, sight.case_id, now)
    _let_go(case)
    return case


def not_military(session: Session, officer: User, sight: Sight, now: datetime, note: str) -> Case:
    """Gives a case back to the operators that was taken for a military vehicle's by mistake."""
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, Action.NOT_MILITARY, officer, now, note=note)
    return case


def _let_go(case: Case) -> None:
    case.lease_owner_id = case.lease_until = None
