"""Money that goes back: asked for by a person, done by the other side once, counted when it tells so."""

import secrets
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from central.audit import service as audit
from central.db import transaction
from central.errors import InvalidError, NotFoundError
from central.jobs import queue as jobs
from central.payments.models import PaymentMessage, Refund
from central.payments.port import Gateway

GIVE_BACK = "payments.give_back"
"""Kind of the jobs that ask the other side; their key is the refund's."""


def ask(session: Session, transaction_id: str, amount: int, reason: str, actor: str, now: datetime) -> Refund:
    """Has money of a counted transaction returned.

    Raises:
        NotFoundError: no such transaction.
        InvalidError: more than came with it and has not been asked back already, or no reason.
    """
    query = select(PaymentMessage).where(PaymentMessage.transaction == transaction_id).with_for_update()
    paid = session.exec(query).one_or_none()
    if paid is None or paid.kind != "paid" or paid.decision_id is None:
        raise NotFoundError("payment_transaction", transaction=transaction_id)
    if not reason.strip():
        raise InvalidError("refund_reason", field="reason")
    asked = session.exec(select(func.sum(Refund.amount)).where(Refund.transaction == transaction_id)).one()
    if not 0 < amount <= paid.amount - (asked or 0):
        raise InvalidError("refund", field="amount")
    refund = Refund(
        key=f"RF{secrets.token_hex(12)}",
        decision_id=paid.decision_id,
        transaction=transaction_id,
        amount=amount,
        reason=reason.strip()[:300],
        asked_by=actor,
        asked_at=now,
    )
    session.add(refund)
    session.flush()
    detail = {"transaction": transaction_id, "amount": amount, "reason": refund.reason}
    audit.record(session, actor, "payment.refund", f"decision:{paid.decision_id}", detail)
    jobs.enqueue(session, GIVE_BACK, refund.key, {"refund": refund.key}, now)
    return refund


def give_back(engine: Engine, gateway: Gateway, key: str, now: datetime) -> None:
    """Asks the other side, outside of any transaction; asked twice it is done once. Raises GatewayError."""
    with transaction(engine) as session:
        refund = session.get(Refund, key)
        if refund is None or refund.accepted_at is not None:
            return
        what = (refund.transaction, refund.amount)
    gateway.give_back(key, *what)
    with transaction(engine) as session:
        session.get_one(Refund, key).accepted_at = now


def of_decision(session: Session, decision_id: int) -> list[Refund]:
    """Refunds of a decision, the oldest first."""
    query = select(Refund).where(Refund.decision_id == decision_id)
    return list(session.exec(query.order_by(col(Refund.asked_at))))
