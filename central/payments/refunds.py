"""Refunds: requested by a person, paid by the bank once, counted when the bank reports them; money that did
not come through the bank is refunded and entered by hand.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, Engine
from sqlmodel import Session, col, func, select

from central.audit import service as audit
from central.connections import circuit
from central.db import transaction
from central.errors import ConflictError, InvalidError, NotFoundError
from central.jobs import queue as jobs
from central.payments import inbox
from central.payments.models import PaymentMessage, Refund
from central.payments.port import CONNECTION, Gateway, GatewayError
from central.proceedings import counter, decisions, desk, payments
from central.proceedings.models import Decision
from central.proceedings.papers.sheet import Records
from central.proceedings.payments import Receipt
from central.proceedings.people import Mover

GIVE_BACK = "payments.give_back"
"""Kind of the jobs that ask the bank; their key is that of the refund."""

ANSWERED_WITHIN = timedelta(minutes=5)
"""A request to the bank has ended by then: longer than its time limit."""


@dataclass(frozen=True)
class OwedBack:
    """An overpaid decision: `open` dong without a requested refund, and the transactions through which the
    bank could return them.
    """

    decision: Decision
    open: int
    transactions: tuple[PaymentMessage, ...]


@dataclass(frozen=True)
class ByHand:
    """A refund outside of the bank's interface: its voucher, the channel, the day."""

    reference: str
    source: str
    day: date


def ask(session: Session, transaction_id: str, amount: int, reason: str, actor: str, now: datetime) -> Refund:
    """Requests a refund of a counted transaction.

    Raises:
        NotFoundError: no such transaction, or it was set aside.
        InvalidError: more than the transaction brought or than the decision is overpaid, or no reason.
    """
    query = select(PaymentMessage).where(PaymentMessage.transaction == transaction_id).with_for_update()
    paid = session.exec(query).one_or_none()
    if paid is None or paid.decision_id is None or (paid.kind, paid.state) != ("paid", "counted"):
        raise NotFoundError("payment_transaction", transaction=transaction_id)
    standing = (Refund.transaction == transaction_id, col(Refund.withdrawn_at).is_(None))
    asked = session.exec(select(func.sum(Refund.amount)).where(*standing)).one()
    if amount > paid.amount - (asked or 0):
        raise InvalidError("refund", field="amount")
    payments.promise_back(session, paid.decision_id, amount, now)
    return _store(session, paid.decision_id, transaction_id, amount, reason, actor, now)


def ask_by_hand(
    session: Session, decision_id: int, amount: int, reason: str, actor: str, now: datetime
) -> Refund:
    """Requests a refund of money that was entered by hand: only a person can pay it.

    Raises:
        NotFoundError: no such decision.
        InvalidError: more than the decision is overpaid, or no reason.
    """
    payments.promise_back(session, decision_id, amount, now)
    return _store(session, decision_id, "", amount, reason, actor, now)


def ask_aside(session: Session, message_id: int, reason: str, actor: str, now: datetime) -> Refund:
    """Requests a refund of all the money of a transaction that was set aside: it belongs to no decision.

    Raises:
        NotFoundError, ConflictError: see `inbox.set_aside`; a refund can't be refunded.
        InvalidError: no reason.
    """
    row = inbox.set_aside(session, message_id)
    if row.kind != "paid":
        raise ConflictError("payment_went_back", reference=row.transaction)
    refund = _store(session, None, row.transaction, row.amount, reason, actor, now)
    row.state, row.note = "closed", refund.reason
    return refund


def _store(
    session: Session,
    decision_id: int | None,
    transaction_id: str,
    amount: int,
    reason: str,
    actor: str,
    now: datetime,
) -> Refund:
    if not reason.strip():
        raise InvalidError("refund_reason", field="reason")
    refund = Refund(
        key=f"RF{secrets.token_hex(12)}",
        decision_id=decision_id,
        transaction=transaction_id,
        amount=amount,
        reason=reason.strip()[:300],
        asked_by=actor,
        asked_at=now,
    )
    session.add(refund)
    session.flush()
    subject = f"decision:{decision_id}" if decision_id is not None else f"transaction:{transaction_id}"
    detail = {"transaction": transaction_id, "amount": amount, "reason": refund.reason}
    audit.record(session, actor, "payment.refund", subject, detail)
    if transaction_id:
        jobs.enqueue(session, GIVE_BACK, refund.key, {"refund": refund.key}, now)
    return refund


def give_back(engine: Engine, gateway: Gateway, key: str, now: datetime) -> None:
    """Asks the bank to pay, outside of any transaction; idempotent. Raises GatewayError."""
    with transaction(engine) as session:
        refund = _locked(session, key)
        if not refund.open or refund.accepted_at is not None:
            return
        refund.sent_at = now
        what = (refund.transaction, refund.amount)
    with circuit.watched(engine, CONNECTION, now, GatewayError):
        gateway.give_back(key, *what)
    with transaction(engine) as session:
        session.get_one(Refund, key).accepted_at = now


def done_by_hand(records: Records, key: str, how: ByHand, by: Mover, now: datetime) -> Refund:
    """Records a refund paid outside of the bank's interface.

    Raises:
        NotFoundError: no such refund.
        ConflictError: the bank was asked for it, or it is done or withdrawn; the voucher is known for
            other money.
        InvalidError: see `proceedings.payments.paid_back`.
    """
    refund = _open(records.session, key)
    if refund.sent_at is not None:
        raise ConflictError("refund_at_bank")
    if refund.decision_id is not None:
        receipt = Receipt(how.reference, refund.amount, how.day, how.source)
        counted = desk.pay_money_back(records, refund.decision_id, receipt, now, by, refund.amount)
        if counted.outcome == "again":
            raise ConflictError("payment_reference", reference=how.reference)
    refund.done_at, refund.done_by = now, by.audit_name
    detail = {"reference": how.reference, "source": how.source, "amount": refund.amount}
    audit.record(records.session, by.audit_name, "payment.refunded", f"refund:{key}", detail)
    return refund


def withdraw(session: Session, key: str, note: str, actor: str, now: datetime) -> Refund:
    """Withdraws a refund; the money may be refunded later. If the bank was already asked, the person has made
    sure that it has not paid.

    Raises:
        NotFoundError: no such refund.
        ConflictError: it is done or withdrawn, or the bank is being asked just now.
        InvalidError: no note.
    """
    refund = _open(session, key)
    if refund.sent_at is not None and now < refund.sent_at + ANSWERED_WITHIN:
        raise ConflictError("refund_being_asked", minutes=ANSWERED_WITHIN // timedelta(minutes=1))
    if not note.strip():
        raise InvalidError("refund_reason", field="reason")
    refund.withdrawn_at, refund.withdrawn_by, refund.withdrawn_note = now, actor, note.strip()[:300]
    jobs.cancel(session, GIVE_BACK, key)
    if refund.decision_id is not None:
        payments.release(session, refund.decision_id, refund.amount)
    else:
        inbox.reopen(session, refund.transaction)
    detail = {"amount": refund.amount, "note": refund.withdrawn_note}
    audit.record(session, actor, "payment.refund_withdrawn", f"refund:{key}", detail)
    return refund


def _locked(session: Session, key: str) -> Refund:
    refund = session.get(Refund, key, with_for_update=True, populate_existing=True)
    if refund is None:
        raise NotFoundError("refund", id=key)
    return refund


def _open(session: Session, key: str) -> Refund:
    refund = _locked(session, key)
    if not refund.open:
        raise ConflictError("refund_done" if refund.done_at is not None else "refund_withdrawn")
    return refund


def owed_back(session: Session, now: datetime, limit: int = 100) -> list[OwedBack]:
    """Overpaid decisions without a requested refund, the oldest first."""
    found = list(islice(_still_owed(session, now), limit))
    paid: dict[int, list[PaymentMessage]] = {decision.id or 0: [] for decision, _ in found}
    query = select(PaymentMessage).where(
        col(PaymentMessage.decision_id).in_(paid),
        PaymentMessage.kind == "paid",
        PaymentMessage.state == "counted",
    )
    for told in session.exec(query.order_by(col(PaymentMessage.id).desc())):
        paid[told.decision_id or 0].append(told)
    return [OwedBack(decision, still, tuple(paid[decision.id or 0])) for decision, still in found]


def _still_owed(session: Session, now: datetime) -> Iterator[tuple[Decision, int]]:
    for row in counter.paid_beyond(session, now):
        still = row.beyond - row.decision.promised_back
        if still > 0:
            yield row.decision, still


def latest(session: Session, limit: int = 100) -> list[Refund]:
    """Refunds, open ones first, the latest at the top."""
    query = select(Refund).order_by(~_still_open(), col(Refund.asked_at).desc())
    return list(session.exec(query.limit(limit)))


def numbers(session: Session, rows: list[Refund]) -> dict[int, str]:
    """The numbers of the decisions of refunds, by the decision's id."""
    return decisions.numbers_of(session, {row.decision_id for row in rows if row.decision_id is not None})


def count_open(session: Session) -> int:
    """How many requested refunds are not done yet."""
    return session.exec(select(func.count()).where(_still_open())).one()


def _still_open() -> ColumnElement[bool]:
    return col(Refund.done_at).is_(None) & col(Refund.withdrawn_at).is_(None)
