"""Tables of payments: what people set out to pay, what the other side told, what goes back, the days that
were compared."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel


class PaymentOrder(SQLModel, table=True):
    """Somebody sets out to pay a decision: `reference` is what the transfer names."""

    __tablename__ = "payment_order"

    reference: str = Field(max_length=20, primary_key=True)
    decision_id: int = Field(foreign_key="decision.id", index=True)
    amount: int = Field(sa_type=BigInteger)
    at: datetime
    pay_url: str = Field(default="", max_length=500)


class PaymentMessage(SQLModel, table=True):
    """What the other side told of one transaction: kept before anything is done with it.

    `state`: `kept`, `counted` (money of a decision), `aside` (a person must look: `problem` says why), or
    `closed` (a person settled it in another way: `note` says how).
    """

    __tablename__ = "payment_message"
    __table_args__ = (
        CheckConstraint("kind IN ('paid', 'returned')", name="kind"),
        CheckConstraint("state IN ('kept', 'counted', 'aside', 'closed')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_payment_message_state", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    transaction: str = Field(max_length=80, unique=True)
    kind: str = Field(max_length=8)
    names: str = Field(max_length=80)
    amount: int = Field(sa_type=BigInteger)
    paid_at: datetime
    received_at: datetime
    via: str = Field(max_length=12)
    state: str = Field(default="kept", max_length=8)
    problem: str = Field(default="", max_length=40)
    outcome: str = Field(default="", max_length=12)
    note: str = Field(default="", max_length=300)
    decision_id: int | None = Field(default=None, foreign_key="decision.id", index=True)


class Refund(SQLModel, table=True):
    """Money that is to go back; `key` makes the other side do it once. Done when the other side tells so, or
    when a person enters that it went back by another way (`done_by`).

    `transaction`: the bank's, empty for money entered by hand. `decision_id`: None for money of no decision.
    """

    __tablename__ = "payment_refund"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    key: str = Field(max_length=40, primary_key=True)
    decision_id: int | None = Field(default=None, foreign_key="decision.id", index=True)
    transaction: str = Field(max_length=80)
    amount: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=300)
    asked_by: str = Field(max_length=100)
    asked_at: datetime
    accepted_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str = Field(default="", max_length=100)


class PaymentDay(SQLModel, table=True):
    """One day compared with the other side's file. `differences` name what did not agree."""

    __tablename__ = "payment_day"

    day: date = Field(primary_key=True)
    file_sha256: str = Field(max_length=64)
    transactions: int
    amount: int = Field(sa_type=BigInteger)
    taken_in: int
    differences: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    compared_at: datetime
