"""Messages of the bank: each is stored first and counted by a job. Repeated, late or out of order, money
counts once; a message that can't be counted is set aside for a person and never lost.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, func, select

from central.audit import service as audit
from central.errors import ConflictError, DomainError, InvalidError, NotFoundError
from central.jobs import queue as jobs
from central.notifications import service as notifications
from central.payments.models import PaymentMessage, PaymentOrder, Refund
from central.payments.port import Told
from central.proceedings import decisions, desk
from central.proceedings.models import Decision
from central.proceedings.papers.sheet import Records
from central.proceedings.payments import FROM_BANK, Receipt
from contract.local_time import local_day

SETTLE = "payments.settle"
"""Kind of the jobs that count a message; their key is its id."""

SOURCE = "Cổng thanh toán"

Via = Literal["call-back", "file", "hand"]


def keep(session: Session, told: Told, via: Via, now: datetime) -> PaymentMessage:
    """Stores a message and schedules counting it; returns the stored one if it is known. Raises
    ConflictError.
    """
    return known(session, told) or take_in(session, told, via, now)


def known(session: Session, told: Told) -> PaymentMessage | None:
    """The stored message about this transaction, if there is one.

    Raises:
        ConflictError: it has another amount, kind or name: a person must check.
    """
    row = by_transaction(session, told.transaction)
    if row is not None and (row.kind, row.names, row.amount) != (told.kind, told.names, told.amount):
        raise ConflictError("payment_reference", reference=told.transaction)
    return row


def by_transaction(session: Session, name: str) -> PaymentMessage | None:
    """The stored message about a transaction."""
    return by_transactions(session, [name]).get(name)


def by_transactions(session: Session, names: Collection[str]) -> dict[str, PaymentMessage]:
    """The stored messages about these transactions."""
    query = select(PaymentMessage).where(col(PaymentMessage.transaction).in_(names))
    return {row.transaction: row for row in session.exec(query)}


def take_in(session: Session, told: Told, via: Via, now: datetime) -> PaymentMessage:
    """Stores an unknown message and schedules counting it."""
    row = PaymentMessage(
        transaction=told.transaction,
        kind=told.kind,
        names=told.names,
        amount=told.amount,
        paid_at=told.paid_at,
        received_at=now,
        via=via,
    )
    session.add(row)
    session.flush()
    detail = {"transaction": told.transaction, "amount": told.amount, "via": via}
    audit.record(session, "system", "payment.told", f"payment:{row.id}", detail)
    jobs.enqueue(session, SETTLE, str(row.id), {"message": row.id}, now)
    return row


def settle(records: Records, message_id: int, now: datetime) -> PaymentMessage:
    """Counts a stored message, or sets it aside. Idempotent."""
    session = records.session
    row = _locked(session, message_id)
    if row.state in ("counted", "closed"):
        return row
    refund = _refund_of(session, row)
    if refund is not None and not refund.open:
        return _aside(session, row, "refund_done" if refund.done_at is not None else "refund_withdrawn")
    if refund is not None and _of_no_decision(row, refund, now):
        return row
    decision = _decision_of(session, row, refund)
    if decision is None or decision.id is None:
        return _aside(session, row, "unknown_decision")
    try:
        with session.begin_nested():
            _count(records, row, decision.id, refund, now)
    except DomainError as problem:
        return _aside(session, row, problem.reason or problem.code)
    # Only now: naming a decision takes a shared lock on it, and two holders of that could neither lock it.
    row.decision_id, row.state, row.problem = decision.id, "counted", ""
    if row.kind == "paid":
        _tell(session, row, decision, now)
    return row


def _tell(session: Session, row: PaymentMessage, decision: Decision, now: datetime) -> None:
    case_id = decisions.first_case_of(session, decision)
    if case_id is not None:
        values = {"number": decision.number, "amount": row.amount}
        key = f"payment:{row.transaction}"
        notifications.tell(session, key, decision.party_id, case_id, "payment_counted", values, now)


def _locked(session: Session, message_id: int) -> PaymentMessage:
    row = session.get(PaymentMessage, message_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("payment_message", id=message_id)
    return row


def _count(
    records: Records, row: PaymentMessage, decision_id: int, refund: Refund | None, now: datetime
) -> None:
    receipt = Receipt(FROM_BANK + row.transaction, row.amount, local_day(row.paid_at), SOURCE)
    if row.kind == "paid":
        row.outcome = desk.receive_money(records, decision_id, receipt, now).outcome
        return
    promised = refund.amount if refund is not None else 0
    row.outcome = desk.pay_money_back(records, decision_id, receipt, now, promised=promised).outcome
    if refund is not None:
        refund.done_at = now


def _refund_of(session: Session, row: PaymentMessage) -> Refund | None:
    """The refund named by a return, locked before its decision as everywhere; none if a person assigned it to
    a decision.
    """
    if row.kind != "returned" or row.decision_id is not None:
        return None
    return session.get(Refund, row.names.strip(), with_for_update=True, populate_existing=True)


def _of_no_decision(row: PaymentMessage, refund: Refund, now: datetime) -> bool:
    """Money without a decision has been returned to its payer: no decision changes."""
    if refund.decision_id is not None or refund.amount != row.amount:
        return False
    row.state, row.problem, row.outcome = "counted", "", "returned"
    refund.done_at = now
    return True


def _decision_of(session: Session, row: PaymentMessage, refund: Refund | None) -> Decision | None:
    """The decision assigned by a person; otherwise by the order, the decision's number, or the refund that
    the transaction names.
    """
    if row.decision_id is not None:
        return decisions.find(session, row.decision_id)
    if refund is not None:
        return decisions.find(session, refund.decision_id) if refund.decision_id is not None else None
    name = row.names.strip()
    order = session.get(PaymentOrder, name.upper())
    return decisions.find(session, order.decision_id) if order else decisions.by_number(session, name)


def _aside(session: Session, row: PaymentMessage, problem: str) -> PaymentMessage:
    row.state, row.problem = "aside", problem[:40]
    detail = {"transaction": row.transaction, "problem": row.problem}
    audit.record(session, "system", "payment.aside", f"payment:{row.id}", detail)
    return row


def allot(
    records: Records, message_id: int, decision_number: str, actor: str, now: datetime
) -> PaymentMessage:
    """Assigns money that was set aside to a decision; it is counted at once.

    Raises:
        NotFoundError: no such message or decision.
        ConflictError: it is already counted.
    """
    row = set_aside(records.session, message_id)
    number = decision_number.strip()
    decision = decisions.by_number(records.session, number)
    if decision is None:
        raise NotFoundError("decision", id=number)
    detail = {"was": row.names, "is": number, "transaction": row.transaction}
    audit.record(records.session, actor, "payment.allot", f"payment:{row.id}", detail)
    decisions.find(records.session, decision.id or 0, locked=True)
    row.decision_id = decision.id  # `names` stays as reported: repeated messages are compared with it
    records.session.flush()
    return settle(records, message_id, now)


def aside(session: Session, limit: int = 100) -> list[PaymentMessage]:
    """Messages a person must check, the oldest first."""
    query = select(PaymentMessage).where(PaymentMessage.state == "aside")
    return list(session.exec(query.order_by(col(PaymentMessage.id)).limit(limit)))


def count_aside(session: Session) -> int:
    """How many messages wait for a person."""
    return session.exec(select(func.count()).where(PaymentMessage.state == "aside")).one()


def set_aside(session: Session, message_id: int) -> PaymentMessage:
    """A message that was set aside, locked.

    Raises:
        NotFoundError: no such message.
        ConflictError: it is counted or closed already.
    """
    row = _locked(session, message_id)
    if row.state != "aside":
        raise ConflictError("payment_counted", reference=row.transaction)
    return row


def reopen(session: Session, transaction: str) -> None:
    """Sets money aside again whose full refund was withdrawn."""
    query = select(PaymentMessage).where(PaymentMessage.transaction == transaction).with_for_update()
    row = session.exec(query).one()
    row.state, row.note = "aside", ""


def close(session: Session, message_id: int, note: str, actor: str) -> PaymentMessage:
    """Records how money that was set aside was settled otherwise.

    Raises:
        NotFoundError, ConflictError: see `set_aside`.
        InvalidError: no note.
    """
    if not note.strip():
        raise InvalidError("close_note", field="reason")
    row = set_aside(session, message_id)
    row.state, row.note = "closed", note.strip()[:300]
    detail = {"transaction": row.transaction, "problem": row.problem, "note": row.note}
    audit.record(session, actor, "payment.close", f"payment:{row.id}", detail)
    return row
