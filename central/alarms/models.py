"""The table of alarms: what is wrong with a node or with the centre, and what was."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class Alarm(SQLModel, table=True):
    """Something wrong that a person should know of; at most one open for each node, kind and subject.

    `node_id` is empty when it is the centre itself that something is wrong with.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open",
            "node_id",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(max_length=63, index=True)
    kind: str = Field(max_length=40)
    subject: str = Field(default="", max_length=160)
    message: str = Field(max_length=500)
    count: int = 1
    raised_at: datetime
    last_at: datetime
    cleared_at: datetime | None = None
