"""The table of alarms: present and past problems of a node or of the centre."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlmodel import Field, SQLModel

from contract.reasons import Reason


class Alarm(SQLModel, table=True):
    """A problem a person should know of; at most one is open for each node, kind and subject.

    `kind` is a reason code, `values` are the parameters of its text. `node_id` is empty when the problem is
    the centre's own. `reported`: the node reports it itself. `cleared_by` is an actor of the audit log if a
    person cleared it, with their `note`; empty if it ended by itself.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open",
            "node_id",
            "kind",
            "subject",
            "reported",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(max_length=63, index=True)
    kind: str = Field(max_length=80)
    subject: str = Field(default="", max_length=160)
    values: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    reported: bool = False
    count: int = Field(default=1, sa_type=BigInteger)
    raised_at: datetime
    last_at: datetime
    cleared_at: datetime | None = None
    cleared_by: str = Field(default="", max_length=100)
    note: str = Field(default="", max_length=300)

    @property
    def reason(self) -> Reason:
        """The alarm's reason, to be shown as text."""
        return Reason(code=self.kind, values=self.values)
