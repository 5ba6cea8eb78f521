"""The police officer's decisions (CSGT xác nhận): confirm, send back, refuse, explain, take back."""

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from central.accounts.models import User
from central.cases import waiting
from central.cases.errors import CaseStateError, UndoTooLateError
from central.cases.lifecycle import UNDO_TIME, Action, State
from central.cases.models import Case
from central.cases.service import lock_case, take_step
from central.devices.service import check_valid
from central.offences.charging import AS_PROVEN, Choice
from central.offences.recording import cancel_record, check_chargeable, plan_record
from central.registry.service import latest_answer, plan_look_up, registered_vehicle
from central.review.decisions import Sight, checked_rule
from central.review.queue import LEASE
from central.review.reasons import check_reason


def confirm(session: Session, officer: User, sight: Sight, now: datetime, choice: Choice = AS_PROVEN) -> Case:
    """Charges the case; `choice` says with which act. The offence gets its number when the decision can no
    longer be taken back.

    Raises:
        DomainError: already recorded, not in the law table, no act chosen although the evidence leaves it
            open, changed, not with the police, an unexplained mismatch, before the act or after its
            limitation, a camera that was not a valid device, or the same person as before.
    """
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, Action.CONFIRM, officer, now, detail=sight.detail(), charge=asdict(choice))
    check_valid(session, case.node, case.camera, case.occurred_at)
    check_chargeable(session, case, choice)
    plan_record(session, sight.case_id, now + UNDO_TIME)
    return case


def send_back(
    session: Session, officer: User, sight: Sight, now: datetime, note: str, rule: str | None = None
) -> Case:
    """Returns the case to the operators with a note on what to check, and optionally the rule that the
    officer considers broken.

    That rule is only a proposal: two people have to see the same act before anybody is charged with it.

    Raises:
        InvalidError: no such rule.
        DomainError: see `take_step`.
    """
    proposed = {} if rule is None else {"rule": checked_rule(rule)}
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, Action.RETURN, officer, now, note=note, detail=proposed)
    return case


def refuse(session: Session, officer: User, sight: Sight, now: datetime, reason: str, note: str = "") -> Case:
    """Ends the case for the police, with a reason code."""
    check_reason(session, "officer", reason, note)
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, Action.REFUSE, officer, now, reason=reason, note=note, detail=sight.detail())
    return case


def take_back(session: Session, officer: User, case_id: int, now: datetime) -> Case:
    """Takes back the officer's own last decision on a case: it is with the police again, on their screen.

    Raises:
        UndoTooLateError: after `UNDO_TIME`, or when the next stage has begun.
        ForbiddenError: somebody else's decision.
    """
    case = lock_case(session, case_id)
    if case.state not in _UNDOABLE:
        raise UndoTooLateError("case", id=case_id)
    take_step(session, case, Action.TAKE_BACK, officer, now, lease_until=now + LEASE)
    cancel_record(session, case_id)
    return case


def last_undoable(session: Session, officer: User, now: datetime) -> Case | None:
    """The decision this officer could still take back."""
    return waiting.last_of_officer(session, officer, _UNDOABLE, now - UNDO_TIME)


_UNDOABLE = (State.CONFIRMED, State.REFUSED, State.RETURNED)


def resolve_mismatch(session: Session, officer: User, sight: Sight, now: datetime, note: str) -> Case:
    """States why the seen vehicle is the registered one after all; only then can it be confirmed.

    Raises:
        CaseStateError: the register named no single vehicle, so there is no mismatch to explain and no owner.
    """
    case = lock_case(session, sight.case_id, sight.version)
    if registered_vehicle(latest_answer(session, sight.case_id)) is None:
        raise CaseStateError("no_vehicle")
    take_step(session, case, Action.RESOLVE_MISMATCH, officer, now, note=note)
    return case


def look_up_again(session: Session, officer: User, sight: Sight, now: datetime) -> Case:
    """Asks the register again about a plate it did not know, or for which it named no single vehicle."""
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, Action.LOOK_UP_AGAIN, officer, now)
    plan_look_up(session, sight.case_id, now)
    return case


def not_special(
    session: Session, officer: User, sight: Sight, now: datetime, note: str, action: Action
) -> Case:
    """Returns a case to the operators that was set aside by mistake. `action`: NOT_MILITARY or
    NOT_DIPLOMATIC.
    """
    case = lock_case(session, sight.case_id, sight.version)
    take_step(session, case, action, officer, now, note=note)
    return case
