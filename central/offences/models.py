"""Recorded offences (hành vi vi phạm đã lập hồ sơ), with the law as it stood frozen into each."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel


class NumberSeries(SQLModel, table=True):
    """The last case number given out by a unit in a year. Its row is locked while a number is taken, and the
    number is only taken if the offence is stored: no gaps, none twice."""

    __tablename__ = "offence_number_series"

    unit: str = Field(primary_key=True, max_length=20)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int = 0


class Offence(SQLModel, table=True):
    """An act one vehicle is charged with (VND; points as in Decree 168/2024).

    Legal basis, band and points are copies from the law table that was in force when the act happened
    (NĐ 238/2026 Art. 21): a later change of the table changes nothing here. `fine` is the middle of the band,
    the amount imposed without aggravating or mitigating circumstances (Law 15/2012 Art. 23.4).
    """

    __tablename__ = "offence"
    __table_args__ = (
        UniqueConstraint("unit", "year", "sequence"),
        CheckConstraint("fine_min <= fine AND fine <= fine_max", name="fine_in_band"),
        CheckConstraint("points >= 0", name="points"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", unique=True)
    number: str = Field(max_length=40, unique=True)
    unit: str = Field(max_length=20)
    year: int
    sequence: int
    rule: str = Field(max_length=20)
    law_code: str = Field(max_length=40)
    legal_basis: str = Field(max_length=200)
    act_vi: str = Field(max_length=300)
    fine_min: int
    fine_max: int
    fine: int
    points: int
    plate: str = Field(max_length=24, index=True)
    plate_colour: str | None = Field(default=None, max_length=8)
    vehicle_kind: str = Field(max_length=12)
    site: str = Field(max_length=80)
    site_name: str = Field(max_length=200)
    occurred_at: datetime
    recorded_at: datetime
    operator_id: int = Field(foreign_key="app_user.id")
    officer_id: int = Field(foreign_key="app_user.id")
