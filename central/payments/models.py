"""Tables of payments: orders to pay, messages of the bank, refunds, reconciled days and differences."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class PaymentOrder(SQLModel, table=True):
    """An order to pay a decision: the transfer names its `reference`."""

    __tablename__ = "payment_order"

    reference: str = Field(max_length=20, primary_key=True)
    decision_id: int = Field(foreign_key="decision.id", index=True)
    amount: int = Field(sa_type=BigInteger)
    at: datetime
    pay_url: str = Field(default="", max_length=500)


class PaymentMessage(SQLModel, table=True):
    """The bank's message about one transaction, stored before it is processed.

    `state`: `kept`, `counted` (money of a decision), `aside` (a person must check: `problem` says why), or
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
    """Money to be paid back; `key` makes the bank do it only once. Done when the bank reports it, or when a
    person enters that it was paid back in another way (`done_by`); or withdrawn.

    `transaction`: the bank's, empty for money entered by hand. `decision_id`: None for money of no decision.
    `sent_at`: when the bank was last asked; from then on it may have paid, whatever it answered.
    """

    __tablename__ = "payment_refund"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("done_at IS NULL OR withdrawn_at IS NULL", name="ended_once"),
    )

    key: str = Field(max_length=40, primary_key=True)
    decision_id: int | None = Field(default=None, foreign_key="decision.id", index=True)
    transaction: str = Field(max_length=80)
    amount: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=300)
    asked_by: str = Field(max_length=100)
    asked_at: datetime
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str = Field(default="", max_length=100)
    withdrawn_at: datetime | None = None
    withdrawn_by: str = Field(default="", max_length=100)
    withdrawn_note: str = Field(default="", max_length=300)

    @property
    def open(self) -> bool:
        """True until it is done or withdrawn."""
        return self.done_at is None and self.withdrawn_at is None


class PaymentDay(SQLModel, table=True):
    """One day compared with the bank's file."""

    __tablename__ = "payment_day"

    day: date = Field(primary_key=True)
    file_sha256: str = Field(max_length=64)
    transactions: int
    amount: int = Field(sa_type=BigInteger)
    taken_in: int
    compared_at: datetime


class PaymentDifference(SQLModel, table=True):
    """A difference between a day's file and what is stored here about one transaction.

    `problem`: `other_day` (the file lists it under a wrong day), `differs` (another amount, kind or name),
    `not_in_file`, `broken_line` (the line can't be read: `line` is its number, `line_text` its text,
    `line_problem` what is wrong; `transaction` is then `#` and the number). `kind` to `paid_at`: what the
    file says, None where it lacks it. `ended_at`: a later file agrees; `settled_at`: a person settled it,
    `note` says how.
    """

    __tablename__ = "payment_difference"
    __table_args__ = (
        CheckConstraint("problem IN ('other_day', 'differs', 'not_in_file', 'broken_line')", name="problem"),
        UniqueConstraint("day", "transaction", "problem"),
        Index(
            "ix_payment_difference_open",
            "day",
            postgresql_where=text("settled_at IS NULL AND ended_at IS NULL"),
            sqlite_where=text("settled_at IS NULL AND ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    day: date = Field(foreign_key="payment_day.day")
    transaction: str = Field(max_length=80)
    problem: str = Field(max_length=12)
    kind: str | None = Field(default=None, max_length=8)
    names: str | None = Field(default=None, max_length=80)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    paid_at: datetime | None = None
    line: int | None = None
    line_problem: str = Field(default="", max_length=12)
    line_text: str = Field(default="", max_length=300)
    found_at: datetime
    ended_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str = Field(default="", max_length=100)
    note: str = Field(default="", max_length=300)
