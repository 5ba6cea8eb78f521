"""The other side's file of a day against what we have: what was never told is taken in, what differs is
named."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from central.audit import service as audit
from central.errors import ConflictError
from central.payments import inbox
from central.payments.inbox import Via
from central.payments.models import PaymentDay, PaymentMessage
from central.payments.port import read_file
from contract.canonical import sha256_hex
from contract.local_time import VIETNAM, local_day


def compare(session: Session, day: date, content: bytes, via: Via, now: datetime) -> PaymentDay:
    """Compares a day with its file; done again with the same or a later file, it says how it is now.

    Raises:
        InvalidError: the file is none.
    """
    told = read_file(content)
    differences: list[dict[str, Any]] = []
    taken_in = 0
    for one in told:
        if local_day(one.paid_at) != day:
            differences.append({"transaction": one.transaction, "problem": "other_day"})
            continue
        try:
            if inbox.known(session, one) is None:
                inbox.take_in(session, one, via, now)
                taken_in += 1
        except ConflictError:
            differences.append({"transaction": one.transaction, "problem": "differs", "amount": one.amount})
    listed = {one.transaction for one in told}
    differences += [
        {"transaction": row.transaction, "problem": "not_in_file", "amount": row.amount}
        for row in of_day(session, day)
        if row.transaction not in listed
    ]
    stored = session.get(PaymentDay, day) or PaymentDay(
        day=day, file_sha256="", transactions=0, amount=0, taken_in=0, compared_at=now
    )
    stored.file_sha256, stored.transactions = sha256_hex(content), len(told)
    stored.amount = sum(one.amount if one.kind == "paid" else -one.amount for one in told)
    stored.taken_in, stored.differences, stored.compared_at = taken_in, differences, now
    session.add(stored)
    session.flush()
    detail = {"transactions": len(told), "taken_in": taken_in, "differences": len(differences)}
    audit.record(session, "system", "payment.day", f"day:{day.isoformat()}", detail)
    return stored


def last_compared(session: Session) -> date | None:
    """The latest day that was compared."""
    return session.exec(select(func.max(PaymentDay.day))).one()


def of_day(session: Session, day: date) -> list[PaymentMessage]:
    """What we were told of a day, in the order it came."""
    start = datetime.combine(day, time(), VIETNAM)
    query = select(PaymentMessage).where(
        col(PaymentMessage.paid_at) >= start, col(PaymentMessage.paid_at) < start + timedelta(days=1)
    )
    return list(session.exec(query.order_by(col(PaymentMessage.id))))
