"""Tables of cases. The CHECK constraints repeat the guarantees of `lifecycle`, in case a service has a
bug.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Integer, String, text
from sqlmodel import Field, SQLModel, col

from central.cases.lifecycle import CHARGED, WITH_OFFICER, State


def _in(states: frozenset[State]) -> str:
    return "(" + ", ".join(f"'{state.value}'" for state in sorted(states)) + ")"


_NOT_OF_COPIES = WITH_OFFICER | CHARGED | {State.RETURNED, State.REFUSED, State.DISPUTED}
"""States that a copy of a case for an exercise never has."""

_CHECKS = (
    CheckConstraint(f"state IN {_in(frozenset(State))}", name="state"),
    # Two people (hai người khác nhau): the person who accepts never also decides for the police.
    CheckConstraint("operator_id <> officer_id", name="two_people"),
    CheckConstraint(
        f"state NOT IN {_in(CHARGED)} OR (operator_id IS NOT NULL AND officer_id IS NOT NULL "
        "AND plate IS NOT NULL AND node_decision <> 'undecidable')",
        name="charged_by_two",
    ),
    CheckConstraint(
        f"state NOT IN {_in(CHARGED)} OR owner_match IS TRUE OR mismatch_resolved_by IS NOT NULL",
        name="charged_with_match",
    ),
    CheckConstraint(
        "state <> 'in_review' OR (lease_owner_id IS NOT NULL AND lease_until IS NOT NULL)", name="lease"
    ),
    CheckConstraint("state <> 'rejected' OR reason IS NOT NULL", name="rejected_with_reason"),
    CheckConstraint(f"exercise_of IS NULL OR state NOT IN {_in(_NOT_OF_COPIES)}", name="exercise"),
)


PLATE = String(24).with_variant(String(24, collation="C"), "postgresql")
"""A plate as text compared by bytes, so that an index finds a prefix in every locale."""


class Case(SQLModel, table=True):
    """A possible violation on its way from evidence to offence (hồ sơ).

    `plate_read` and `vehicle_kind_seen` are as the node reported and never change; `plate` (both normalised)
    and `vehicle_kind` are the values people work with, as is `rule`; the rule the node reported stays in the
    signed manifest. `flags` say why a person should look twice. `lease_*` says who has it on the screen;
    `operator_*` who took the decision of the first stage, `officer_*` who took that of the second, from which
    state and with which act charged. `decision_signed_at`: a decision to sanction is signed, so the
    limitation no longer ends the case. `police_only_from`: the device's result is signed, so operators no
    longer see it (`visibility`). `version` grows with each step: a decision must name the one it saw.
    `exercise_of`: it is a copy of that case, for an exercise (`exercises`). Only `central.cases.service`
    changes a case.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        *_CHECKS,
        Index("ix_case_file_queue", "state", "queue", "notice_due_at", "id"),
        Index("ix_case_file_deadline", "state", "limitation_at"),
        Index("ix_case_file_received", "received_at", "state", "rule", "site_name"),
        # The leaders' page counts from these without reading the cases.
        Index("ix_case_file_occurred", "occurred_at", "state", "rule", "site", "site_name"),
        Index("ix_case_file_decided", "operator_id", "operator_at"),
        Index("ix_case_file_reviewed", "operator_at", "operator_id", "state"),
        Index("ix_case_file_confirmed", "officer_at", "officer_id", "state"),
        Index("ix_case_file_officer", "officer_id", "id"),
        Index("ix_case_file_site", "site", "id"),
        Index("ix_case_file_camera", "node", "camera", "occurred_at"),
        # What operators still see, newest first.
        Index(
            "ix_case_file_with_operators",
            "id",
            postgresql_where=text("police_only_from IS NULL"),
            sqlite_where=text("police_only_from IS NULL"),
        ),
        Index(
            "ix_case_file_exercise",
            "id",
            postgresql_where=text("exercise_of IS NOT NULL"),
            sqlite_where=text("exercise_of IS NOT NULL"),
        ),
        Index("ix_case_file_natural_key", "plate", "rule", "site", "occurred_at"),
        Index(
            "ix_case_file_lease",
            "lease_owner_id",
            postgresql_where=text("lease_owner_id IS NOT NULL"),
            sqlite_where=text("lease_owner_id IS NOT NULL"),
        ),
        # One case per person, however many pages they open at once.
        Index(
            "uq_case_file_in_review",
            "lease_owner_id",
            unique=True,
            postgresql_where=text("state = 'in_review'"),
            sqlite_where=text("state = 'in_review'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: str = Field(max_length=80, unique=True)
    state: str = Field(max_length=20)
    version: int = 1
    queue: str = Field(max_length=12)
    flags: list[str] = Field(default_factory=list, sa_type=JSON)

    node: str = Field(max_length=63)
    camera: str = Field(max_length=80)
    site: str = Field(max_length=80)
    site_name: str = Field(max_length=200)
    rule: str = Field(max_length=40)
    node_decision: str = Field(max_length=12)
    occurred_at: datetime
    clock_uncertainty_ms: int = 0
    received_at: datetime

    vehicle_kind_seen: str = Field(max_length=12)
    vehicle_kind: str = Field(max_length=12)
    vehicle_colour: str | None = Field(default=None, max_length=40)
    plate_read: str | None = Field(default=None, max_length=24)
    plate: str | None = Field(default=None, sa_type=PLATE)
    plate_colour: str | None = Field(default=None, max_length=8)
    plate_kind: str | None = Field(default=None, max_length=24)
    plate_confidence: float = 0.0

    notice_due_at: datetime
    limitation_at: datetime
    duplicate_of_id: int | None = Field(default=None, foreign_key="case_file.id")

    lease_owner_id: int | None = Field(default=None, foreign_key="app_user.id")
    lease_until: datetime | None = None
    operator_id: int | None = Field(default=None, foreign_key="app_user.id")
    operator_at: datetime | None = None
    officer_id: int | None = Field(default=None, foreign_key="app_user.id")
    officer_at: datetime | None = None
    officer_from: str | None = Field(default=None, max_length=20)
    charge: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    reason: str | None = Field(default=None, max_length=40)

    owner_match: bool | None = None
    mismatch_resolved_by: int | None = Field(default=None, foreign_key="app_user.id")
    decision_signed_at: datetime | None = None
    police_only_from: datetime | None = None
    exercise_of: int | None = Field(default=None, foreign_key="case_file.id")


REAL = col(Case.exercise_of).is_(None)
"""Not a copy of a case for an exercise: the condition of every query that lists, counts or judges cases."""


class CaseEvidence(SQLModel, table=True):
    """The signed manifest of a case as received (compact JWS): stored apart from the case, whose row must
    stay small.
    """

    __tablename__ = "case_evidence"

    case_id: int = Field(primary_key=True, foreign_key="case_file.id")
    manifest_sha256: str = Field(max_length=64)
    jws: str


class CaseEvent(SQLModel, table=True):
    """One step in a case's history (nhật ký hồ sơ); an empty `actor_id` means the software."""

    __tablename__ = "case_event"
    __table_args__ = (Index("ix_case_event_action", "action", "at"),)

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    case_id: int = Field(foreign_key="case_file.id", index=True)
    at: datetime
    action: str = Field(max_length=24)
    from_state: str | None = Field(default=None, max_length=20)
    to_state: str = Field(max_length=20)
    actor_id: int | None = Field(default=None, foreign_key="app_user.id")
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, max_length=40)
    note: str = Field(default="", max_length=1000)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
