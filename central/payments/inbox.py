"""What the other side tells: kept first, counted by a job. Told again, late or in another order, money counts
once; what can't be counted is set aside for a person and never lost."""

from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from central.audit import service as audit
from central.errors import ConflictError, DomainError, NotFoundError
from central.jobs import queue as jobs
from central.notifications import service as notifications
from central.payments.models import PaymentMessage, PaymentOrder, Refund
from central.payments.port import Told
from central.proceedings import desk
from central.proceedings.models import Decision, DecisionAct, Proceeding
from central.proceedings.papers.sheet import House
from central.proceedings.payments import Receipt
from contract.local_time import local_day

SETTLE = "payments.settle"
"""Kind of the jobs that count a message; their key is its id."""

SOURCE = "Cổng thanh toán"

Via = Literal["call-back", "file", "hand"]


def keep(session: Session, told: Told, via: Via, now: datetime) -> PaymentMessage:
    """Keeps what was told and has it counted; the one there is if it is known.

    Raises:
        ConflictError: the transaction is known with another amount, kind or name: a person must look.
    """
    query = select(PaymentMessage).where(PaymentMessage.transaction == told.transaction)
    known = session.exec(query).one_or_none()
    if known is not None:
        if (known.kind, known.names, known.amount) != (told.kind, told.names, told.amount):
            raise ConflictError("payment_reference", reference=told.transaction)
        return known
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


def settle(house: House, message_id: int, now: datetime) -> PaymentMessage:
    """Counts a message that is kept, or sets it aside. Done twice, it changes nothing."""
    session = house.session
    query = select(PaymentMessage).where(PaymentMessage.id == message_id).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFoundError("payment_message", id=message_id)
    if row.state == "counted":
        return row
    decision = _decision_of(session, row)
    if decision is None or decision.id is None:
        return _aside(session, row, "unknown_decision")
    row.decision_id = decision.id
    try:
        with session.begin_nested():
            _count(house, row, decision.id, now)
    except DomainError as problem:
        return _aside(session, row, problem.reason or problem.code)
    row.state, row.problem = "counted", ""
    if row.kind == "paid":
        _tell(session, row, decision, now)
    return row


def _tell(session: Session, row: PaymentMessage, decision: Decision, now: datetime) -> None:
    case_id = session.exec(
        select(Proceeding.case_id)
        .join(DecisionAct, col(DecisionAct.proceeding_id) == col(Proceeding.id))
        .where(DecisionAct.decision_id == decision.id)
        .order_by(col(Proceeding.id))
    ).first()
    if case_id is not None:
        values = {"number": decision.number, "amount": row.amount}
        key = f"payment:{row.transaction}"
        notifications.tell(session, key, decision.party_id, case_id, "payment_counted", values, now)


def _count(house: House, row: PaymentMessage, decision_id: int, now: datetime) -> None:
    receipt = Receipt(f"bank:{row.transaction}", row.amount, local_day(row.paid_at), SOURCE)
    if row.kind == "paid":
        row.outcome = desk.receive_money(house, decision_id, receipt, now).outcome
        return
    row.outcome = desk.pay_money_back(house, decision_id, receipt, now).outcome
    refund = house.session.get(Refund, row.names)
    if refund is not None and refund.done_at is None:
        refund.done_at = now


def _decision_of(session: Session, row: PaymentMessage) -> Decision | None:
    """By the order, the decision's number, or the refund that the transaction names."""
    name = row.names.strip()
    order = session.get(PaymentOrder, name.upper())
    refund = session.get(Refund, name) if row.kind == "returned" else None
    if order is not None:
        return session.get(Decision, order.decision_id)
    if refund is not None:
        return session.get(Decision, refund.decision_id)
    return session.exec(select(Decision).where(Decision.number == name)).one_or_none()


def _aside(session: Session, row: PaymentMessage, problem: str) -> PaymentMessage:
    row.state, row.problem = "aside", problem[:40]
    detail = {"transaction": row.transaction, "problem": row.problem}
    audit.record(session, "system", "payment.aside", f"payment:{row.id}", detail)
    return row


def allot(house: House, message_id: int, decision_number: str, actor: str, now: datetime) -> PaymentMessage:
    """A person says which decision money that was set aside belongs to; it is counted at once.

    Raises:
        NotFoundError: no such message or decision.
        ConflictError: it is counted already.
    """
    row = house.session.get(PaymentMessage, message_id)
    if row is None:
        raise NotFoundError("payment_message", id=message_id)
    if row.state == "counted":
        raise ConflictError("payment_counted", reference=row.transaction)
    number = decision_number.strip()
    query = select(Decision).where(Decision.number == number)
    if house.session.exec(query).one_or_none() is None:
        raise NotFoundError("decision", id=number)
    detail = {"was": row.names, "is": number, "transaction": row.transaction}
    audit.record(house.session, actor, "payment.allot", f"payment:{row.id}", detail)
    row.names = number
    house.session.flush()
    return settle(house, message_id, now)


def aside(session: Session, limit: int = 100) -> list[PaymentMessage]:
    """What a person must look at, the oldest first."""
    query = select(PaymentMessage).where(PaymentMessage.state == "aside")
    return list(session.exec(query.order_by(col(PaymentMessage.id)).limit(limit)))
