"""The state of each connection: one row per system, shared by every process."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Connection(SQLModel, table=True):
    """`failures`: failures in a row. `open_until`: until then nobody asks (the circuit is open); afterwards
    one worker may try. `problem`, `detail`: the last failure.
    """

    __tablename__ = "connection"

    name: str = Field(primary_key=True, max_length=24)
    failures: int = 0
    open_until: datetime | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    problem: str = Field(default="", max_length=16)
    detail: str = Field(default="", max_length=300)
