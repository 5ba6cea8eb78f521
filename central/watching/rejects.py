"""Audit of rejections (kiểm tra hồ sơ đã từ chối): a fixed sample of each week, checked by the shift lead. A
wrongly rejected case goes to a second operator, who does not know this."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from central.accounts.models import User
from central.audit import service as audit
from central.cases.lifecycle import State
from central.cases.models import Case
from central.cases.rejected import sample_of
from central.cases.service import lock_case
from central.errors import ConflictError
from central.watching import second_review
from central.watching.models import RejectAudit
from contract.local_time import bounds_of_days

SAMPLE = 20
"""Rejections of a week that are audited."""


@dataclass(frozen=True)
class Audited:
    """Audited rejections, of a week or for a reason, and how many of them were wrong."""

    of: Any
    audited: int
    wrong: int

    @property
    def share(self) -> float:
        """The share of the audited ones."""
        return self.wrong / self.audited


def sample(session: Session, monday: date) -> list[Case]:
    """The week's sample, without those already audited: always the same cases, chosen by their numbers."""
    first, until = bounds_of_days(monday, monday + timedelta(days=6))
    done = {row.case_id for row in of_week(session, monday)}
    drawn = sample_of(session, first, until, monday.toordinal(), SAMPLE + len(done))
    return [case for case in drawn if case.id not in done][: SAMPLE - len(done)]


def of_week(session: Session, monday: date) -> list[RejectAudit]:
    """Audited rejections of a week, the latest first."""
    query = select(RejectAudit).where(RejectAudit.week == monday)
    return list(session.exec(query.order_by(col(RejectAudit.id).desc())))


def judge(
    session: Session, lead: User, case_id: int, monday: date, now: datetime, *, right: bool, note: str
) -> None:
    """Records the lead's verdict on a rejection in the week's sample; a wrong one is reviewed again, blind,
    if its deadlines allow.

    Raises:
        ConflictError: not rejected (any more), not in the sample, or already audited.
    """
    case = lock_case(session, case_id)
    if case.state != State.REJECTED or case_id not in {each.id for each in sample(session, monday)}:
        raise ConflictError("not_in_sample", id=case_id)
    assert lead.id is not None
    assert case.operator_id is not None
    row = RejectAudit(
        case_id=case_id,
        week=monday,
        rule=case.rule,
        reason=case.reason or "",
        rejected_by=case.operator_id,
        audited_by=lead.id,
        audited_at=now,
        right=right,
        note=note.strip()[:500],
    )
    session.add(row)
    audit.record(session, lead.actor, "reject.audit", f"case:{case_id}", {"right": right})
    if not right and now < case.limitation_at:
        second_review.begin(session, case, now)


def forget(session: Session, case_id: int) -> None:
    """Deletes the lead's notes on a case."""
    for row in session.exec(select(RejectAudit).where(RejectAudit.case_id == case_id)):
        row.note = ""


def by_week(session: Session, since: date) -> list[Audited]:
    """Week by week, the oldest first."""
    return sorted(_grouped(session, RejectAudit.week, since), key=lambda row: row.of)


def by_reason(session: Session, since: date) -> list[Audited]:
    """By the reason given, the most often wrong first."""
    return sorted(_grouped(session, RejectAudit.reason, since), key=lambda row: (-row.share, row.of))


def _grouped(session: Session, of: Any, since: date) -> list[Audited]:
    wrong = func.count().filter(col(RejectAudit.right).is_(False))
    query = select(of, func.count(), wrong).where(col(RejectAudit.week) >= since).group_by(of)
    return [Audited(*row) for row in session.exec(query)]
