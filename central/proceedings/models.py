"""Tables of the proceedings: state of each track, dated events, steps and who took them, decisions.

The CHECK constraints repeat the guarantees of the step tables, in case a service has a bug.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from central.proceedings.tracks import CaseKind

CITIZEN = "party "
"""Name of an owner or driver in the history: this and the number of the party, whose name stays sealed."""


def _kinds() -> str:
    return "(" + ", ".join(f"'{kind.value}'" for kind in CaseKind) + ")"


class Proceeding(SQLModel, table=True):
    """The legal life of one case (vụ việc). `version` grows with each step: a request names the one the
    person saw.

    `limitation_on`: the last day for a decision; a signer may restart it for a written reason. `violator_id`:
    the person to be fined, as `violator_as` driver or owner. `appointment_at`: when the owner is asked to
    come. `handler_id`: the case officer it was assigned to, None: unassigned. `waiting_at`: when its rows at
    the desks (`WaitingStep`) were last updated.
    """

    __tablename__ = "proceeding"
    __table_args__ = (CheckConstraint(f"kind IN {_kinds()}", name="kind"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", unique=True)
    offence_id: int | None = Field(default=None, foreign_key="offence.id", unique=True)
    kind: str = Field(max_length=16)
    unit: str = Field(max_length=120)
    handled_by: str = Field(max_length=120)
    opened_at: datetime
    version: int = 1
    operator_id: int | None = Field(default=None, foreign_key="app_user.id")
    officer_id: int | None = Field(default=None, foreign_key="app_user.id")
    device_user_id: int | None = Field(default=None, foreign_key="app_user.id")
    handler_id: int | None = Field(default=None, foreign_key="app_user.id", index=True)
    captured_on: date
    limitation_on: date
    violator_id: int | None = Field(default=None, foreign_key="party.id")
    violator_as: str | None = Field(default=None, max_length=8)
    residence: str = Field(default="here", max_length=16)
    appointment_at: datetime | None = None
    withdrawal_id: int | None = Field(default=None, foreign_key="withdrawal.id")
    waiting_at: datetime | None = Field(default=None, index=True)


class Decision(SQLModel, table=True):
    """A decision to sanction (quyết định xử phạt): a separate record with its content frozen.

    Amounts in dong. One decision may hold several acts of one person (`DecisionAct`). It takes effect on the
    day of signing (Law Art 67.4). `promised_back`: money reserved for one refund, and so not available to
    another.
    """

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("unit", "year", "sequence"),
        CheckConstraint("signed_on <= limitation_on", name="within_limitation"),
        CheckConstraint("signed_on <= decide_by", name="within_time"),
        CheckConstraint("operator_id <> officer_id AND signer_id <> operator_id", name="people"),
        CheckConstraint("fine >= 0 AND points >= 0 AND points <= 12", name="amounts"),
        CheckConstraint("NOT organisation OR points = 0", name="organisation_without_points"),
        CheckConstraint("promised_back >= 0", name="promised_back"),
        Index("ix_decision_signed", "signed_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=60, unique=True)
    unit: str = Field(max_length=20)
    year: int
    sequence: int
    party_id: int = Field(foreign_key="party.id", index=True)
    organisation: bool
    signer_id: int = Field(foreign_key="app_user.id")
    signer_title: str = Field(max_length=40)
    delegation: str | None = Field(default=None, max_length=120)
    operator_id: int = Field(foreign_key="app_user.id")
    officer_id: int = Field(foreign_key="app_user.id")
    signed_on: date
    signed_at: datetime
    limitation_on: date
    decide_by: date
    fine: int
    points: int
    licence_class: str | None = Field(default=None, max_length=12)
    confiscation: str | None = Field(default=None, max_length=20)
    circumstances: list[str] = Field(default_factory=list, sa_type=JSON)
    pay_within_days: int = 10
    ended_on: date | None = None
    ended_reason: str = Field(default="", max_length=500)
    promised_back: int = Field(default=0, sa_type=BigInteger)


class DecisionAct(SQLModel, table=True):
    """One act of a decision: the band for this person, and the fine within it."""

    __tablename__ = "decision_act"
    __table_args__ = (
        CheckConstraint("low <= fine AND fine <= high", name="fine_in_band"),
        # One act is punished once: an offence has at most one decision in force.
        Index(
            "uq_decision_act_living",
            "offence_id",
            unique=True,
            postgresql_where=text("living"),
            sqlite_where=text("living"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    decision_id: int = Field(foreign_key="decision.id", index=True)
    proceeding_id: int = Field(foreign_key="proceeding.id", index=True)
    offence_id: int = Field(foreign_key="offence.id")
    low: int
    high: int
    fine: int
    points: int
    living: bool = True


class Proposal(SQLModel, table=True):
    """A case officer's proposal to the signer: the amounts that a decision would freeze."""

    __tablename__ = "decision_proposal"

    proceeding_id: int = Field(primary_key=True, foreign_key="proceeding.id")
    by_id: int = Field(foreign_key="app_user.id")
    at: datetime
    fines: list[int] = Field(default_factory=list, sa_type=JSON)
    circumstances: list[str] = Field(default_factory=list, sa_type=JSON)
    note: str = Field(default="", max_length=500)
    with_cases: list[int] = Field(default_factory=list, sa_type=JSON)


class TrackState(SQLModel, table=True):
    """The state of one track of a case or decision. A track without a row is at its start."""

    __tablename__ = "track_state"
    __table_args__ = (
        CheckConstraint("(proceeding_id IS NULL) <> (decision_id IS NULL)", name="owner"),
        UniqueConstraint("proceeding_id", "track"),
        UniqueConstraint("decision_id", "track"),
        Index("ix_track_state_where", "track", "state", "since"),
    )

    id: int | None = Field(default=None, primary_key=True)
    proceeding_id: int | None = Field(default=None, foreign_key="proceeding.id")
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    track: str = Field(max_length=16)
    state: str = Field(max_length=20)
    since: datetime


class ProceedingEvent(SQLModel, table=True):
    """An event on a day from which deadlines count. A correction of the day ends the row and adds another."""

    __tablename__ = "proceeding_event"
    __table_args__ = (
        CheckConstraint("(proceeding_id IS NULL) <> (decision_id IS NULL)", name="owner"),
        Index("ix_proceeding_event_case", "proceeding_id", "event"),
        Index("ix_proceeding_event_decision", "decision_id", "event"),
    )

    id: int | None = Field(default=None, primary_key=True)
    proceeding_id: int | None = Field(default=None, foreign_key="proceeding.id")
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    event: str = Field(max_length=32)
    day: date
    moment: datetime | None = None
    step_id: int | None = Field(default=None, foreign_key="proceeding_step.id")
    ended_at: datetime | None = None
    ended_reason: str = Field(default="", max_length=300)


class ProceedingStep(SQLModel, table=True):
    """One step of the history: the action, by whom, the day it is said to have happened, and when it was
    entered.
    """

    __tablename__ = "proceeding_step"
    __table_args__ = (
        Index("ix_proceeding_step_case", "proceeding_id", "id"),
        Index("ix_proceeding_step_action", "action", "day", "proceeding_id"),
        Index(
            "ix_proceeding_step_decision",
            "decision_id",
            "id",
            postgresql_where=text("decision_id IS NOT NULL"),
            sqlite_where=text("decision_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    proceeding_id: int = Field(foreign_key="proceeding.id")
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    action: str = Field(max_length=32)
    moved: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSON)
    day: date
    at: datetime
    actor_id: int | None = Field(default=None, foreign_key="app_user.id")
    actor: str = Field(max_length=200)
    reason: str = Field(default="", max_length=40)
    note: str = Field(default="", max_length=1000)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)

    @property
    def by_citizen(self) -> bool:
        """True for a step of the owner or driver through the portal: `actor` is then not a user name."""
        return self.actor_id is None and self.actor.startswith(CITIZEN)


class WaitingStep(SQLModel, table=True):
    """One step of a case that waits at a desk; see `central.proceedings.waiting`. `not_before`: it waits only
    from that day on. `due_at`: when the most urgent deadline ends.
    """

    __tablename__ = "waiting_step"
    __table_args__ = (
        UniqueConstraint("proceeding_id", "desk", "action"),
        Index("ix_waiting_step_desk", "desk", "due_at", "id"),
        Index("ix_waiting_step_action", "desk", "action", "due_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    proceeding_id: int = Field(foreign_key="proceeding.id")
    case_id: int = Field(foreign_key="case_file.id")
    desk: str = Field(max_length=16)
    action: str = Field(max_length=32)
    since: datetime
    not_before: date | None = None
    due_at: datetime | None = None


class SignerPower(SQLModel, table=True):
    """A power to sign: a title a person holds, or a written delegation (giao quyền) from its holder."""

    __tablename__ = "signer_power"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="interval"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    title: str = Field(max_length=40)
    delegation: str | None = Field(default=None, max_length=120)
    delegated_by: int | None = Field(default=None, foreign_key="app_user.id")
    valid_from: date
    valid_to: date | None = None
    revoked_at: datetime | None = None


class DecisionPayment(SQLModel, table=True):
    """A payment for a decision, or a refund (negative).

    `reference` makes it count once. `beyond`: on arrival the decision was overpaid, or nothing was owed on it
    any more; cleared once the excess is refunded.
    """

    __tablename__ = "decision_payment"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        Index(
            "ix_decision_payment_beyond",
            "decision_id",
            postgresql_where=text("beyond"),
            sqlite_where=text("beyond"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    decision_id: int = Field(foreign_key="decision.id", index=True)
    reference: str = Field(max_length=120, unique=True)
    amount: int = Field(sa_type=BigInteger)
    fee: int = Field(default=0, sa_type=BigInteger)
    paid_on: date
    source: str = Field(max_length=60)
    entered_at: datetime
    beyond: bool = False


class Relief(SQLModel, table=True):
    """Relief requested by and granted to a person: deferral, reduction or instalments of a decision."""

    __tablename__ = "decision_relief"
    __table_args__ = (
        CheckConstraint("kind IN ('deferral', 'reduction', 'instalments')", name="kind"),
        CheckConstraint("answered_on IS NULL OR asked_on <= answered_on", name="days"),
    )

    id: int | None = Field(default=None, primary_key=True)
    decision_id: int = Field(foreign_key="decision.id", index=True)
    kind: str = Field(max_length=12)
    asked_on: date
    answered_on: date | None = None
    granted: bool | None = None
    until: date | None = None
    reduced_to: int | None = None
    parts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


class NoticeAccess(SQLModel, table=True):
    """The case opened by the code on a notice or a decision, by a keyed hash of number, plate and code."""

    __tablename__ = "notice_access"

    document_id: int = Field(primary_key=True, foreign_key="document.id")
    proceeding_id: int = Field(foreign_key="proceeding.id", index=True)
    party_id: int = Field(foreign_key="party.id")
    number: str = Field(max_length=60)
    plate: str = Field(max_length=24)
    code_index: str = Field(default="", max_length=64, unique=True)
    at: datetime
    ended_at: datetime | None = None


class Withdrawal(SQLModel, table=True):
    """One act that reverses everything a camera recorded within a period: its line, amber time or clock was
    wrong.
    """

    __tablename__ = "withdrawal"
    __table_args__ = (CheckConstraint("from_at < until_at", name="interval"),)

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(max_length=63)
    camera_id: str = Field(max_length=80)
    rule: str | None = Field(default=None, max_length=40)
    from_at: datetime
    until_at: datetime
    reason: str = Field(max_length=500)
    by_id: int = Field(foreign_key="app_user.id")
    at: datetime


class WithdrawnCase(SQLModel, table=True):
    """One case of a withdrawal: its earlier state, what must be returned, the paper for its parties (None:
    nobody had been notified of the case), when they were informed.
    """

    __tablename__ = "withdrawn_case"

    withdrawal_id: int = Field(primary_key=True, foreign_key="withdrawal.id")
    case_id: int = Field(primary_key=True, foreign_key="case_file.id")
    stood_at: str = Field(max_length=40)
    notice_withdrawn: bool = False
    money_back: int = 0
    points_back: int = 0
    paper_id: int | None = Field(default=None, foreign_key="document.id")
    told_at: datetime | None = None


class WatchedPlate(SQLModel, table=True):
    """A cloned or suspected plate: no hit of it becomes a notice to its registered owner."""

    __tablename__ = "watched_plate"
    __table_args__ = (
        Index(
            "uq_watched_plate",
            "plate",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    plate: str = Field(max_length=24, index=True)
    reason: str = Field(max_length=500)
    case_id: int | None = Field(default=None, foreign_key="case_file.id")
    since: datetime
    by_id: int | None = Field(default=None, foreign_key="app_user.id")
    ended_at: datetime | None = None
