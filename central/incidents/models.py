"""The table of security incidents."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Field, SQLModel


class Incident(SQLModel, table=True):
    """A security incident (sự cố an ninh mạng) with both deadlines of NĐ 331/2026 Art. 31:
    the first notice and the report.

    `first_at` and `until_at` bound the readings of personal data that its papers list. `facts`: what only the
    unit knows, by the names in `service.FACTS`. `notice_sent_at`, `report_sent_at`: when each was sent, with
    the number of the letter. `dropped_at`: when it was given up, because it was entered by mistake, with who
    did and why.
    """

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("first_at < until_at", name="period"),
        CheckConstraint("(notice_sent_at IS NULL) = (notice_reference = '')", name="notice_sent"),
        CheckConstraint("(report_sent_at IS NULL) = (report_reference = '')", name="report_sent"),
        CheckConstraint("(dropped_at IS NULL) = (dropped_why = '')", name="dropped"),
    )

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=200)
    found_at: datetime
    first_at: datetime
    until_at: datetime
    facts: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    entered_at: datetime
    entered_by: int = Field(foreign_key="app_user.id")
    notice_by: datetime
    notice_basis: str = Field(max_length=200)
    notice_sent_at: datetime | None = None
    notice_reference: str = Field(default="", max_length=120)
    report_by: datetime
    report_basis: str = Field(max_length=200)
    report_sent_at: datetime | None = None
    report_reference: str = Field(default="", max_length=120)
    dropped_at: datetime | None = None
    dropped_by: int | None = Field(default=None, foreign_key="app_user.id")
    dropped_why: str = Field(default="", max_length=500)
