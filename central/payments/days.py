"""Reconciles a day: the bank's file against the messages we have. A missing message is added, a contradiction
is stored as a difference.
"""

from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, func, select

from central.audit import service as audit
from central.errors import ConflictError
from central.payments import differences, inbox
from central.payments.differences import Found
from central.payments.inbox import Via
from central.payments.models import PaymentDay, PaymentMessage
from central.payments.port import DayFile, read_file
from contract.canonical import sha256_hex
from contract.local_time import VIETNAM, local_day


def compare(session: Session, day: date, content: bytes, via: Via, now: datetime) -> PaymentDay:
    """Compares a day with its file; repeated with the same or a later file, it replaces the result. A line
    that can't be read becomes a difference for a person, and the other lines are still processed; a
    repeated line counts once.
    """
    file = read_file(content)
    told = list(dict.fromkeys(file.told))
    found = [differences.unread(line) for line in file.broken]
    agreed: set[str] = set()
    taken_in = 0
    for one in told:
        if local_day(one.paid_at) != day:
            found.append(Found(one.transaction, differences.OTHER_DAY, one))
            continue
        try:
            if inbox.known(session, one) is None:
                inbox.take_in(session, one, via, now)
                taken_in += 1
            agreed.add(one.transaction)
        except ConflictError:
            found.append(Found(one.transaction, differences.DIFFERS, one))
    found += [Found(name, differences.NOT_IN_FILE) for name in _lacking(session, day, file)]
    stored = session.get(PaymentDay, day) or PaymentDay(
        day=day, file_sha256="", transactions=0, amount=0, taken_in=0, compared_at=now
    )
    stored.file_sha256, stored.transactions = sha256_hex(content), len(told)
    stored.amount = sum(one.amount if one.kind == "paid" else -one.amount for one in told)
    stored.taken_in, stored.compared_at = taken_in, now
    session.add(stored)
    session.flush()
    differences.keep(session, day, found, agreed, now)
    detail = {
        "transactions": len(told), "taken_in": taken_in, "differences": len(found),
        "broken": len(file.broken),
    }  # fmt: skip
    audit.record(session, "system", "payment.day", f"day:{day.isoformat()}", detail)
    return stored


def _lacking(session: Session, day: date, file: DayFile) -> list[str]:
    """Transactions stored for the day that its file lacks; none if the whole file can't be read."""
    if any(line.problem == "header" for line in file.broken):
        return []
    listed = {one.transaction for one in file.told} | {line.transaction for line in file.broken}
    return [row.transaction for row in of_day(session, day) if row.transaction not in listed]


def last_compared(session: Session) -> date | None:
    """The latest day that was compared."""
    return session.exec(select(func.max(PaymentDay.day))).one()


def of_day(session: Session, day: date) -> list[PaymentMessage]:
    """The messages about transactions of a day, in order of arrival."""
    start = datetime.combine(day, time(), VIETNAM)
    query = select(PaymentMessage).where(
        col(PaymentMessage.paid_at) >= start, col(PaymentMessage.paid_at) < start + timedelta(days=1)
    )
    return list(session.exec(query.order_by(col(PaymentMessage.id))))
