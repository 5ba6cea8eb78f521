"""Tables of reports as drawn up, and of their manual entries."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel


class ReportSnapshot(SQLModel, table=True):
    """A report as drawn up; never changed. `content` is a `Report` as JSON, `sha256` its hash. A later one of
    the same period has the next `revision`: its content names every figure that changed.
    """

    __tablename__ = "report_snapshot"
    __table_args__ = (
        UniqueConstraint("kind", "first_day", "last_day", "revision"),
        CheckConstraint("kind IN ('weekly', 'monthly')", name="kind"),
        CheckConstraint("first_day <= last_day", name="period"),
        CheckConstraint("revision >= 1 AND corrected >= 0", name="revision"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=8)
    first_day: date
    last_day: date
    revision: int
    corrected: int = 0
    taken_at: datetime = Field(index=True)
    taken_by: str = Field(max_length=100)
    content: str
    sha256: str = Field(max_length=64)


class ReportDay(SQLModel, table=True):
    """A day some weeks ago and its counts (PostgreSQL only): `lines` as JSON, by the counts whose hash is
    `definition`.

    `watched_from`: changes of the day are certainly recorded by every transaction that began after this one;
    None until the first such transaction is known.
    """

    __tablename__ = "report_day"

    day: date = Field(primary_key=True)
    watched_from: int | None = Field(default=None, sa_type=BigInteger)
    definition: str = Field(default="", max_length=64)
    lines: str | None = None


class ReportChangedDay(SQLModel, table=True):
    """A `ReportDay` that has changed since it was counted; written by triggers of the counted tables."""

    __tablename__ = "report_changed_day"

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    day: date = Field(index=True)


class ReportEntry(SQLModel, table=True):
    """A manual entry in a period's report: a number, or text. The latest entry of a line applies; one with
    neither clears it.
    """

    __tablename__ = "report_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('weekly', 'monthly')", name="kind"),
        CheckConstraint("number IS NULL OR number >= 0", name="number"),
        Index("ix_report_entry_period", "kind", "first_day", "key", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=8)
    first_day: date
    last_day: date
    key: str = Field(max_length=40)
    number: int | None = Field(default=None, sa_type=BigInteger)
    text: str = Field(default="", max_length=2000)
    entered_by: str = Field(max_length=100)
    entered_at: datetime
