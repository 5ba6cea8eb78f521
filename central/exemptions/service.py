"""Entering exemptions, and finding those that cover the moment of a case.

They decide nothing: a person reviewing a case within one is shown it, and rejects the case as
`police_directing` or finds an act that hand signals did not excuse (a helmet, a third passenger).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.errors import ConflictError, InvalidError, NotFoundError
from central.exemptions.models import Exemption

LONGEST = timedelta(hours=24)
"""Nobody directs traffic by hand for longer without a break; a longer period is entered day by day."""
SHORTEST_WHY = 5


@dataclass(frozen=True)
class Entry:
    """An exemption as entered: site, from when, until before when, and why."""

    site: str
    starts_at: datetime
    ends_at: datetime
    why: str


def enter(session: Session, entry: Entry, user: User, now: datetime) -> Exemption:
    """Records that police directed or will direct the traffic at a site.

    Raises:
        InvalidError: it does not end after it starts, lasts too long, or has no reason.
    """
    if entry.ends_at <= entry.starts_at:
        raise InvalidError("exemption_order", field="until")
    if entry.ends_at - entry.starts_at > LONGEST:
        raise InvalidError("exemption_long", field="until", hours=LONGEST // timedelta(hours=1))
    row = Exemption(
        site=entry.site,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        why=_why(entry.why),
        entered_by=user.username,
        entered_at=now,
    )
    session.add(row)
    session.flush()
    times = {"from": row.starts_at.isoformat(), "until": row.ends_at.isoformat(), "why": row.why}
    audit.record(session, user.actor, "exemption.enter", f"site:{row.site}", {"id": row.id, **times})
    return row


def lift(session: Session, exemption_id: int, why: str, user: User, now: datetime) -> Exemption:
    """Lifts one that was entered by mistake; decisions based on it stay unchanged.

    Raises:
        NotFoundError: there is none with that number.
        ConflictError: it was lifted already.
        InvalidError: no reason.
    """
    row = session.get(Exemption, exemption_id, with_for_update=True)
    if row is None:
        raise NotFoundError("exemption", id=exemption_id)
    if row.lifted_at is not None:
        raise ConflictError("exemption_lifted", id=exemption_id)
    row.lifted_at, row.lifted_by, row.lifted_why = now, user.username, _why(why)
    detail = {"id": row.id, "why": row.lifted_why}
    audit.record(session, user.actor, "exemption.lift", f"site:{row.site}", detail)
    return row


def covering(session: Session, site: str, moment: datetime) -> list[Exemption]:
    """The exemptions in force at a site at that moment, the latest entered first."""
    query = select(Exemption).where(
        Exemption.site == site,
        col(Exemption.starts_at) <= moment,
        col(Exemption.ends_at) > moment,
        col(Exemption.lifted_at).is_(None),
    )
    return list(session.exec(query.order_by(col(Exemption.id).desc())))


def list_latest(session: Session, limit: int, skip: int = 0) -> list[Exemption]:
    """All of them, the latest time first."""
    query = select(Exemption).order_by(col(Exemption.starts_at).desc(), col(Exemption.id).desc())
    return list(session.exec(query.limit(limit).offset(skip)))


def _why(text: str) -> str:
    if len(text.strip()) < SHORTEST_WHY:
        raise InvalidError("exemption_why", field="why", n=SHORTEST_WHY)
    return text.strip()[:300]
