"""Legal holds (tạm dừng hủy): a case needed by a court, an inspection or a complaint is not deleted."""

from datetime import datetime

from sqlmodel import Session, col, select

from central.audit import service as audit
from central.cases.service import lock_case
from central.errors import ConflictError, InvalidError, NotFoundError
from central.retention.models import LegalHold


def present(session: Session, case_id: int) -> LegalHold | None:
    """The present hold on the case."""
    query = select(LegalHold).where(LegalHold.case_id == case_id, col(LegalHold.lifted_at).is_(None))
    return session.exec(query).one_or_none()


def list_present(session: Session) -> list[LegalHold]:
    """Every present hold on a case, the oldest first."""
    query = select(LegalHold).where(col(LegalHold.lifted_at).is_(None)).order_by(col(LegalHold.id))
    return list(session.exec(query))


def of_case(session: Session, case_id: int) -> list[LegalHold]:
    """Every hold on a case, present and lifted, the oldest first."""
    query = select(LegalHold).where(LegalHold.case_id == case_id).order_by(col(LegalHold.id))
    return list(session.exec(query))


def place(session: Session, case_id: int, reason: str, by: str, now: datetime) -> LegalHold:
    """Protects everything of the case from deletion. `by` is an actor of the audit log.

    Raises:
        NotFoundError: no such case.
        ConflictError: it already has a hold.
        InvalidError: no reason.
    """
    lock_case(session, case_id)
    if present(session, case_id) is not None:
        raise ConflictError("on_hold", id=case_id)
    hold = LegalHold(case_id=case_id, reason=_reason(reason), placed_by=by, placed_at=now)
    session.add(hold)
    audit.record(session, by, "hold.place", f"case:{case_id}", {"reason": hold.reason})
    return hold


def lift(session: Session, case_id: int, reason: str, by: str, now: datetime) -> None:
    """Ends the hold: the retention period again counts from the end of the case. Raises NotFoundError,
    InvalidError.
    """
    lock_case(session, case_id)
    hold = present(session, case_id)
    if hold is None:
        raise NotFoundError("hold", id=case_id)
    hold.lifted_at, hold.lifted_by, hold.lifted_reason = now, by, _reason(reason)
    audit.record(session, by, "hold.lift", f"case:{case_id}", {"reason": hold.lifted_reason})


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidError("hold_reason", field="reason")
    return text.strip()[:300]
