"""Comments on a case for the next reader: part of its history, but not a step."""

from datetime import datetime

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.cases.models import CaseEvent
from central.cases.queries import get_case
from central.errors import InvalidError

COMMENT = "comment"
"""The action of a comment in a case's history."""

LONGEST = 500


def comment(session: Session, author: User, case_id: int, now: datetime, text: str) -> None:
    """Adds a comment to a case's history; state and version stay as they are.

    Raises:
        NotFoundError: no such case.
        InvalidError: the comment is empty.
    """
    case = get_case(session, case_id)
    words = text.strip()[:LONGEST]
    if not words:
        raise InvalidError("comment", field="text")
    session.add(
        CaseEvent(
            case_id=case_id,
            at=now,
            action=COMMENT,
            from_state=case.state,
            to_state=case.state,
            actor_id=author.id,
            actor_name=author.full_name,
            note=words,
        )
    )
    audit.record(session, author.actor, "case.comment", f"case:{case_id}", {})


def comments_of(session: Session, case_id: int) -> list[CaseEvent]:
    """The comments on the case, oldest first."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.action == COMMENT)
    return list(session.exec(query.order_by(col(CaseEvent.id))))
