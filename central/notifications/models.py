"""The table of notifications."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class Notification(SQLModel, table=True):
    """One thing told to one party, once for its `key`. `values` hold numbers and days, nothing personal.

    `proof`: what the mail server answered with the message's id; `problem`: why it can't be sent.
    """

    __tablename__ = "notification"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=100, unique=True)
    party_id: int = Field(foreign_key="party.id", index=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    kind: str = Field(max_length=24)
    values: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime
    sent_at: datetime | None = None
    proof: str = Field(default="", max_length=300)
    problem: str = Field(default="", max_length=100)
