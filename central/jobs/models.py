"""The table of work to be done outside of a request."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel


class Job(SQLModel, table=True):
    """Work that is pending (`waiting`) or was abandoned and needs a person's decision (`dead`).

    Finished work has no row any more: its results are in their own tables. `payload` holds ids, never
    personal data. `revision` grows whenever the work is asked for again, so that a request that comes while
    the work is being done is not lost. `lease_owner` has the lease until `lease_until`; afterwards any worker
    may claim it.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        CheckConstraint("state IN ('waiting', 'dead')", name="state"),
        CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="lease"),
        Index("ix_job_due", "state", "kind", "run_at", "id"),
    )

    id: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
    )
    kind: str = Field(max_length=40)
    key: str = Field(max_length=120)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: str = Field(default="waiting", max_length=8)
    revision: int = 1
    run_at: datetime
    attempts: int = 0
    error: str = Field(default="", max_length=500)
    lease_owner: str | None = Field(default=None, max_length=120)
    lease_until: datetime | None = None
    created_at: datetime
