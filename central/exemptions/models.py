"""The table of exemptions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel


class Exemption(SQLModel, table=True):
    """From `starts_at` to before `ends_at` police hand signals overrode lamps, signs and markings at a site
    (Law 36/2024/QH15, article 11). `lifted_at`: it was entered by mistake and no longer applies; the row
    stays.
    """

    __tablename__ = "exemption"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="lasts"),
        Index("ix_exemption_site", "site", "starts_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    site: str = Field(max_length=80)
    starts_at: datetime
    ends_at: datetime
    why: str = Field(max_length=300)
    entered_by: str = Field(max_length=64)
    entered_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = Field(default="", max_length=64)
    lifted_why: str = Field(default="", max_length=300)
