"""Recorded offences (hành vi vi phạm đã lập hồ sơ), each with the law of its day frozen in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel


class NumberSeries(SQLModel, table=True):
    """The last case number issued by a unit in a year. Its row is locked while a number is taken, and the
    number is only used if the offence is stored: no gaps, no duplicates.
    """

    __tablename__ = "offence_number_series"

    unit: str = Field(primary_key=True, max_length=20)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int = 0


class Offence(SQLModel, table=True):
    """An act one vehicle is charged with (VND; points as in Decree 168/2024).

    Act, article, band and points are copies from the law table of the day the act happened (NĐ 238/2026 Art.
    21): a later change of the table changes nothing here. The band is that for an individual; the fine itself
    belongs to the decision, where the person is known. `vehicle_class` is the class the register gave, not
    the picture's; `reason` says why an officer charged what the evidence alone does not prove.
    """

    __tablename__ = "offence"
    __table_args__ = (
        UniqueConstraint("unit", "year", "sequence"),
        CheckConstraint("0 < fine_min AND fine_min < fine_max", name="band"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("proven OR reason <> ''", name="unproven_with_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", unique=True)
    number: str = Field(max_length=40, unique=True)
    unit: str = Field(max_length=20)
    year: int
    sequence: int
    rule: str = Field(max_length=40)
    act: str = Field(max_length=40)
    law_code: str = Field(max_length=40)
    article: str = Field(max_length=20)
    legal_basis: str = Field(max_length=200)
    act_vi: str = Field(max_length=300)
    act_en: str = Field(max_length=300)
    vehicle_class: str = Field(max_length=12)
    party: str = Field(max_length=8)
    fine_min: int
    fine_max: int
    points: int
    confiscation: str | None = Field(default=None, max_length=20)
    confidence: str = Field(max_length=8)
    proven: bool = True
    reason: str = Field(default="", max_length=500)
    plate: str = Field(max_length=24, index=True)
    plate_colour: str | None = Field(default=None, max_length=8)
    vehicle_kind: str = Field(max_length=20)
    site: str = Field(max_length=80)
    site_name: str = Field(max_length=200)
    occurred_at: datetime
    recorded_at: datetime
    operator_id: int = Field(foreign_key="app_user.id")
    officer_id: int = Field(foreign_key="app_user.id")


class OffenceChange(SQLModel, table=True):
    """A change of the charge by an officer before the decision: the earlier act, and the reason."""

    __tablename__ = "offence_change"

    id: int | None = Field(default=None, primary_key=True)
    offence_id: int = Field(foreign_key="offence.id", index=True)
    at: datetime
    by_id: int = Field(foreign_key="app_user.id")
    reason: str = Field(max_length=500)
    before: dict[str, Any] = Field(sa_type=JSON)
