"""Tables of quality monitoring: second reviews, cameras in quarantine, swings, and the rules."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class WatchingRules(SQLModel, table=True):
    """The rules set by a person (`central.watching.rules.Rules`); the last row applies."""

    __tablename__ = "watching_rules"

    id: int | None = Field(default=None, primary_key=True)
    set_at: datetime
    set_by: int = Field(foreign_key="app_user.id")
    rules: dict[str, Any] = Field(sa_type=JSON)


class SecondReview(SQLModel, table=True):
    """A decided case that another operator reviews without knowing the first decision; at most one per case.

    `first` and `second` are their decisions (`central.watching.verdicts.Verdict`), empty after the case's
    retention period. `state` is `open`, `agreed`, `disputed`, `settled`, or `lapsed` if nobody reviewed it in
    time or the case ended otherwise. `outcome` says whose decision applies, once one does: `both`, `first` or
    `second`.
    """

    __tablename__ = "second_review"
    __table_args__ = (
        Index(
            "ix_second_review_unsettled",
            "state",
            postgresql_where=text("state IN ('open', 'disputed')"),
            sqlite_where=text("state IN ('open', 'disputed')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", unique=True)
    rule: str = Field(max_length=40)
    state: str = Field(default="open", max_length=10)
    first_id: int = Field(foreign_key="app_user.id", index=True)
    first_at: datetime = Field(index=True)
    first_verdict: str = Field(max_length=10)
    first: dict[str, Any] = Field(sa_type=JSON)
    begun_at: datetime
    second_id: int | None = Field(default=None, foreign_key="app_user.id")
    second_at: datetime | None = None
    second_verdict: str | None = Field(default=None, max_length=10)
    second: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    settled_by: int | None = Field(default=None, foreign_key="app_user.id")
    settled_at: datetime | None = None
    outcome: str | None = Field(default=None, max_length=10)
    note: str = Field(default="", max_length=500)


class CameraQuarantine(SQLModel, table=True):
    """A camera whose cases wait until somebody releases it; at most one at a time for each camera.

    `reviewed` and `rejected` are the figures that caused it; zeros if a person did (`put_in_by`), for the
    reason `why`. `reason` is the reason for its release.
    """

    __tablename__ = "camera_quarantine"
    __table_args__ = (
        Index(
            "uq_camera_quarantine_present",
            "node_id",
            "camera_id",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
            sqlite_where=text("released_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(max_length=63)
    camera_id: str = Field(max_length=80)
    since: datetime
    put_in_by: int | None = Field(default=None, foreign_key="app_user.id")
    why: str = Field(default="", max_length=500)
    reviewed: int
    rejected: int
    released_at: datetime | None = None
    released_by: int | None = Field(default=None, foreign_key="app_user.id")
    reason: str = Field(default="", max_length=500)


class CaseSwing(SQLModel, table=True):
    """Days on which a camera found far more or far fewer acts of a rule than usual; empty names of node and
    camera mean all cameras together.

    `count` and `expected` are the last day's. `settings` are the camera's settings that came into force
    shortly before: `since` (UTC), `revision` (0: written at the node), `author` and `why` of the order.
    """

    __tablename__ = "case_swing"
    __table_args__ = (Index("ix_case_swing_camera", "node_id", "camera_id", "rule", "last_day"),)

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(max_length=63)
    camera_id: str = Field(max_length=80)
    rule: str = Field(max_length=40)
    kind: str = Field(max_length=8)
    first_day: date
    last_day: date
    count: int
    expected: float
    settings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    found_at: datetime
    explanation: str = Field(default="", max_length=500)
    explained_by: int | None = Field(default=None, foreign_key="app_user.id")
    explained_at: datetime | None = None


class RejectAudit(SQLModel, table=True):
    """A rejection in a week's sample (by its Monday) that the shift lead has audited."""

    __tablename__ = "reject_audit"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", unique=True)
    week: date = Field(index=True)
    rule: str = Field(max_length=40)
    reason: str = Field(max_length=40)
    rejected_by: int = Field(foreign_key="app_user.id")
    audited_by: int = Field(foreign_key="app_user.id")
    audited_at: datetime
    right: bool
    note: str = Field(default="", max_length=500)


class CameraDrops(SQLModel, table=True):
    """A camera's counts of a day (`central.watching.drops.COUNTERS`). `told` are the node's last reported
    values, in its run `run`.
    """

    __tablename__ = "camera_drops"

    node_id: str = Field(max_length=63, primary_key=True)
    camera_id: str = Field(max_length=80, primary_key=True)
    day: date = Field(primary_key=True)
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    run: str = Field(max_length=80)
    told: dict[str, int] = Field(default_factory=dict, sa_type=JSON)


class KnownAnswer(SQLModel, table=True):
    """A settled case whose copies operators may get unknowingly, until `ended_at`.

    `right` is the verdict (`central.watching.verdicts.Verdict`), empty after the case's retention period.
    """

    __tablename__ = "known_answer"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", unique=True)
    rule: str = Field(max_length=40)
    queue: str = Field(max_length=12)
    right: dict[str, Any] = Field(sa_type=JSON)
    marked_by: int = Field(foreign_key="app_user.id")
    marked_at: datetime
    ended_at: datetime | None = None


class KnownAnswerResult(SQLModel, table=True):
    """One operator's decision on a copy; one for each person and known answer."""

    __tablename__ = "known_answer_result"
    __table_args__ = (UniqueConstraint("known_id", "user_id"),)

    id: int | None = Field(default=None, primary_key=True)
    known_id: int = Field(foreign_key="known_answer.id")
    user_id: int = Field(foreign_key="app_user.id")
    at: datetime = Field(index=True)
    decided: str = Field(max_length=10)
    expected: str = Field(max_length=10)
    right: bool
    looked_ms: int | None = None
