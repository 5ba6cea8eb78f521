"""Setting out to pay: how much is owed today, under which reference, where."""

import secrets
from datetime import date, datetime

from sqlmodel import Session, col, select

from central.db import insert
from central.errors import ConflictError
from central.payments.models import PaymentOrder
from central.proceedings import payments
from central.proceedings.dossier import Money
from central.proceedings.models import Decision

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def owed(session: Session, decision: Decision, on: date) -> Money:
    """What a decision asks for on a day, the late fee to that day."""
    return payments.stand(session, decision, on)


def order_of(session: Session, decision: Decision, today: date, now: datetime) -> PaymentOrder:
    """The order for what is owed today; the open one if it is for the same sum.

    Raises:
        ConflictError: nothing is owed.
    """
    amount = owed(session, decision, today).owed
    if amount <= 0 or decision.ended_on is not None:
        raise ConflictError("nothing_owed")
    present = open_order(session, decision, amount)
    if present is not None:
        return present
    reference = "NT" + "".join(secrets.choice(_LETTERS) for _ in range(10))
    values = {"reference": reference, "decision_id": decision.id, "amount": amount, "at": now, "pay_url": ""}
    session.exec(insert(session, PaymentOrder).values(**values))
    return session.get_one(PaymentOrder, reference)


def open_order(session: Session, decision: Decision, amount: int) -> PaymentOrder | None:
    """The order for exactly what is owed now."""
    query = select(PaymentOrder).where(PaymentOrder.decision_id == decision.id, PaymentOrder.amount == amount)
    return session.exec(query.order_by(col(PaymentOrder.at).desc())).first()


def note_address(session: Session, reference: str, url: str) -> None:
    """Where the order is paid online; empty while the other side does not answer."""
    session.get_one(PaymentOrder, reference).pay_url = url
