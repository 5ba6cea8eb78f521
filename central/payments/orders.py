"""Orders to pay: the amount due today, its reference, and where it is paid."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlmodel import Session, col, select

from central.db import insert
from central.errors import ConflictError
from central.payments.models import PaymentMessage, PaymentOrder
from central.proceedings import payments
from central.proceedings.dossier import Money
from central.proceedings.late import Part, left_of, next_part
from central.proceedings.models import Decision

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

Share = Literal["next", "all"]
"""The next instalment, or the whole amount owed."""


@dataclass(frozen=True)
class Instalment:
    """A part of the fine: its amount, of which `left` is unpaid, and its last day."""

    amount: int
    left: int
    last_day: date


@dataclass(frozen=True)
class Asked:
    """Amounts payable today: everything owed, with the late fee to this day (`stand`); for instalments, also
    the next one, or all overdue ones together (`next`; None if that would be everything).
    """

    stand: Money
    parts: tuple[Instalment, ...]
    next: Part | None
    late: bool

    def amount(self, share: Share) -> int:
        """In dong."""
        return self.next.amount if share == "next" and self.next is not None else self.stand.owed


def asked(session: Session, decision: Decision, on: date) -> Asked:
    """The amounts payable for a decision on a day."""
    stand, parts = payments.stand(session, decision, on), payments.parts_of(session, decision)
    following = next_part(parts, stand.paid, on)
    chosen = following is not None and following.amount < stand.owed
    return Asked(
        stand,
        tuple(
            Instalment(part.amount, left.amount, part.last_day)
            for part, left in zip(parts, left_of(parts, stand.paid), strict=True)
        ),
        following if chosen else None,
        following is not None and following.last_day < on,
    )


def order_of(
    session: Session, decision: Decision, today: date, now: datetime, share: Share = "next"
) -> PaymentOrder:
    """The order for the next instalment or for everything owed today; the open one if it is for the same sum.

    Raises:
        ConflictError: nothing is owed.
    """
    amount = asked(session, decision, today).amount(share)
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
    """The unpaid order for exactly this sum. A paid order is not reused, though the next instalment may be
    equal.
    """
    told = select(PaymentMessage.names).where(PaymentMessage.decision_id == decision.id)
    used = {name.strip().upper() for name in session.exec(told)}
    query = select(PaymentOrder).where(PaymentOrder.decision_id == decision.id, PaymentOrder.amount == amount)
    rows = session.exec(query.order_by(col(PaymentOrder.at).desc()))
    return next((row for row in rows if row.reference not in used), None)


def note_address(session: Session, reference: str, url: str) -> None:
    """Records where the order is paid online; empty while the bank does not answer."""
    session.get_one(PaymentOrder, reference).pay_url = url
