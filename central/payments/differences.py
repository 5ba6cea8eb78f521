"""Differences between the bank's files and the stored data: each is stored once, with the day it was found,
until a later file agrees or a person settles it with a note.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from central.audit import service as audit
from central.errors import ConflictError, InvalidError, NotFoundError
from central.payments import inbox
from central.payments.models import PaymentDifference, PaymentMessage
from central.payments.port import BrokenLine, Told

OTHER_DAY, DIFFERS, NOT_IN_FILE = "other_day", "differs", "not_in_file"
BROKEN_LINE = "broken_line"


@dataclass(frozen=True)
class Found:
    """One difference of a day's file: the transaction, the problem, and the file's data (None: not in the
    file, or the line can't be read).
    """

    transaction: str
    problem: str
    told: Told | None = None
    line: BrokenLine | None = None


def unread(line: BrokenLine) -> Found:
    """The difference for a line that can't be read; its number is used instead of the transaction."""
    return Found(f"#{line.number}", BROKEN_LINE, line=line)


@dataclass(frozen=True)
class Seen:
    """A difference with our message about its transaction, None if we have none."""

    row: PaymentDifference
    held: PaymentMessage | None


def keep(session: Session, day: date, found: Iterable[Found], agreed: set[str], now: datetime) -> None:
    """Stores the differences of a day's file. Earlier ones it no longer shows end, and so do those for
    transactions that another day's file lacked and this one has (`agreed`).
    """
    wanted = {(one.transaction, one.problem): one for one in found}
    for row in session.exec(select(PaymentDifference).where(PaymentDifference.day == day)).all():
        one = wanted.pop((row.transaction, row.problem), None)
        row.ended_at = None if one is not None else row.ended_at or now
        if one is not None and one.line is not None and one.line.text != row.line_text:
            row.settled_at, row.settled_by, row.note = None, "", ""  # another line with the same number
        _note(row, one)
    for one in wanted.values():
        row = PaymentDifference(day=day, transaction=one.transaction, problem=one.problem, found_at=now)
        _note(row, one)
        session.add(row)
    lacked = select(PaymentDifference).where(
        PaymentDifference.day != day, PaymentDifference.problem == NOT_IN_FILE, _waits()
    )
    for row in session.exec(lacked).all():
        if row.transaction in agreed:
            row.ended_at = now
    session.flush()


def _note(row: PaymentDifference, one: Found | None) -> None:
    """Updates the row with the file's present data."""
    if one is not None and one.told is not None:
        row.kind, row.names = one.told.kind, one.told.names
        row.amount, row.paid_at = one.told.amount, one.told.paid_at
    if one is not None and one.line is not None:
        row.line, row.line_problem, row.line_text = one.line.number, one.line.problem, one.line.text


def days_to_ask_again(session: Session, since: date) -> list[date]:
    """Days whose file had unreadable lines that nobody has settled: the file may have been corrected
    since.
    """
    query = select(col(PaymentDifference.day)).where(
        PaymentDifference.problem == BROKEN_LINE, _waits(), col(PaymentDifference.day) >= since
    )
    return sorted(set(session.exec(query)))


def waiting(session: Session, limit: int = 100) -> list[Seen]:
    """Unsettled differences, the oldest first."""
    query = select(PaymentDifference).where(_waits())
    query = query.order_by(col(PaymentDifference.day), col(PaymentDifference.id))
    return _seen(session, query.limit(limit))


def settled(session: Session, limit: int = 50) -> list[Seen]:
    """Differences settled by a person, the latest first."""
    query = select(PaymentDifference).where(col(PaymentDifference.settled_at).is_not(None))
    return _seen(session, query.order_by(col(PaymentDifference.settled_at).desc()).limit(limit))


def _seen(session: Session, query: SelectOfScalar[PaymentDifference]) -> list[Seen]:
    rows = session.exec(query).all()
    held = inbox.by_transactions(session, {row.transaction for row in rows})
    return [Seen(row, held.get(row.transaction)) for row in rows]


def count(session: Session) -> int:
    """How many differences wait for a person."""
    return session.exec(select(func.count()).where(_waits())).one()


def _waits() -> ColumnElement[bool]:
    return col(PaymentDifference.settled_at).is_(None) & col(PaymentDifference.ended_at).is_(None)


def settle(session: Session, difference_id: int, note: str, actor: str, now: datetime) -> PaymentDifference:
    """Records how a person settled a difference.

    Raises:
        NotFoundError: no such difference.
        ConflictError: it is settled, or a later file agreed.
        InvalidError: no note.
    """
    row = _open(session, difference_id)
    if not note.strip():
        raise InvalidError("close_note", field="reason")
    row.settled_at, row.settled_by, row.note = now, actor, note.strip()[:300]
    detail = {"transaction": row.transaction, "problem": row.problem, "note": row.note}
    audit.record(session, actor, "payment.difference", f"day:{row.day.isoformat()}", detail)
    return row


def take_in(session: Session, difference_id: int, note: str, actor: str, now: datetime) -> PaymentDifference:
    """Confirms that a transaction listed under a wrong day is a payment to us: it is stored and counted like
    any other.

    Raises:
        NotFoundError, ConflictError, InvalidError: see `settle`; a transaction that is already stored
            can't be added.
    """
    row = _open(session, difference_id)
    held = inbox.by_transaction(session, row.transaction)
    if row.problem != OTHER_DAY or held is not None:
        raise ConflictError("difference_known", reference=row.transaction)
    values = row.model_dump(include={"transaction", "kind", "names", "amount", "paid_at"})
    inbox.take_in(session, Told.model_validate(values), "file", now)
    return settle(session, difference_id, note, actor, now)


def _open(session: Session, difference_id: int) -> PaymentDifference:
    row = session.get(PaymentDifference, difference_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("payment_difference", id=difference_id)
    if row.settled_at is not None or row.ended_at is not None:
        raise ConflictError("difference_settled", reference=row.transaction)
    return row
