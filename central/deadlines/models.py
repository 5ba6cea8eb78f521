"""Deadlines (thời hạn) as rows: kind, start event, due, met, legal basis; a recomputed one is stored beside
the new one.
"""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class DeadlineRow(SQLModel, table=True):
    """One deadline of a case or of one of its decisions. `ended_at` and `ended_reason` say when and why it no
    longer applies: its event's day was corrected, another replaced it, the case ended.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        Index(
            "uq_deadline_present",
            "case_id",
            "code",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND decision_id IS NULL"),
            sqlite_where=text("ended_at IS NULL AND decision_id IS NULL"),
        ),
        Index(
            "uq_deadline_decision_present",
            "decision_id",
            "case_id",
            "code",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND decision_id IS NOT NULL"),
            sqlite_where=text("ended_at IS NULL AND decision_id IS NOT NULL"),
        ),
        Index(
            "ix_deadline_open",
            "whose",
            "due_at",
            "code",
            postgresql_where=text("ended_at IS NULL AND met_on IS NULL"),
            sqlite_where=text("ended_at IS NULL AND met_on IS NULL"),
        ),
        Index("ix_deadline_met", "met_on", "code"),
        Index("ix_deadline_start", "code", "start"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    code: str = Field(max_length=32)
    whose: str = Field(max_length=10)
    start: date
    last_day: date
    due_at: datetime
    met_on: date | None = None
    legal_basis: str = Field(max_length=200)
    set_at: datetime
    ended_at: datetime | None = None
    ended_reason: str = Field(default="", max_length=32)
