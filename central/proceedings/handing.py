"""Handing a case to a colleague (giao hồ sơ cho đồng nghiệp): sets its handler at the case officers' desk.

This determines who is responsible for the case, not who may act: the step tables decide that.
"""

from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import find_by_id, list_users
from central.audit import service as audit
from central.errors import ConflictError, InvalidError
from central.proceedings.models import Proceeding
from central.proceedings.people import Mover


def colleagues(session: Session, proceeding: Proceeding) -> list[User]:
    """People who may work on the case as a case officer, by name: active, and not its reviewer."""
    found = [user for user in list_users(session) if _may(user, proceeding)]
    return sorted(found, key=lambda user: user.full_name)


def hand_to(session: Session, proceeding: Proceeding, user_id: int | None, note: str, by: Mover) -> None:
    """Assigns a locked case to a colleague, or to nobody in particular (`user_id` None).

    Raises:
        InvalidError: not a person who may work on it, or no reason.
        ConflictError: it is already theirs.
    """
    user = find_by_id(session, user_id) if user_id is not None else None
    if user_id is not None and (user is None or not _may(user, proceeding)):
        raise InvalidError("colleague", field="to")
    if not note.strip():
        raise InvalidError("hand_note", field="note")
    if proceeding.handler_id == user_id:
        raise ConflictError("handed_already")
    detail = {"was": proceeding.handler_id, "is": user_id, "note": note.strip()[:300]}
    proceeding.handler_id = user_id
    subject = f"case:{proceeding.case_id}"
    audit.record(session, by.audit_name, "proceeding.hand_on", subject, detail)


def _may(user: User, proceeding: Proceeding) -> bool:
    able = user.disabled_at is None and user.may(Permission.HANDLE_PROCEEDINGS)
    return able and user.id != proceeding.operator_id
