"""The outbox: one row for each message to another authority, stored with its proof."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from central.connections.origin import OriginColumns


class Dispatch(OriginColumns, table=True):
    """One message. `subject`: what it is about; messages of one subject go in order, each after the previous
    one was accepted. `key` makes requests idempotent and identifies it to the other side. `sequence`
    counts within the subject and is assigned at the first attempt. `content` holds ids, never personal
    data. `receipt`: the other side's confirmation.
    """

    __tablename__ = "dispatch"
    __table_args__ = (
        UniqueConstraint("system", "subject", "sequence"),
        Index(
            "ix_dispatch_unsent",
            "system",
            "subject",
            "id",
            postgresql_where=text("sent_at IS NULL"),
            sqlite_where=text("sent_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    system: str = Field(max_length=24)
    subject: str = Field(max_length=40)
    kind: str = Field(max_length=24)
    key: str = Field(max_length=80, unique=True)
    case_id: int | None = Field(default=None, foreign_key="case_file.id", index=True)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime
    sequence: int | None = None
    sent_at: datetime | None = None
    receipt: str = Field(default="", max_length=200)
