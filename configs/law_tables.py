"""The law as dated data (configs/law/*.yaml): offences, deadlines, holidays, reject reasons.

A day is a day in Vietnam; an aware datetime given instead is taken to that time zone first.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from configs.loading import load_yaml
from contract.local_time import local_day
from contract.messages import RuleName
from contract.vehicles import VehicleKind

FOLDER = Path(__file__).parent / "law"

OffenceRule = RuleName | Literal["plate_mismatch"]
VehicleClass = Literal["car", "motorbike", "specialised"]
Confidence = Literal["sure", "likely", "unsure"]
DeadlineCode = Literal[
    "notice",
    "appearance",
    "record",
    "explanation",
    "decision",
    "service",
    "payment",
    "complaint",
    "limitation",
    "enforcement",
]
_Text = Annotated[str, Field(min_length=1)]


class LawError(LookupError):
    """The tables hold nothing for what was asked; the message says what."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _DatedRow(_Row):
    valid_from: date
    valid_to: date | None

    def holds(self, day: date) -> bool:
        """True if the row is law on that day (both ends included)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Offence(_DatedRow):
    """One offence (hành vi): fine band in dong for an individual, licence points, legal basis."""

    rule: OffenceRule
    vehicle: VehicleClass
    code: _Text
    name_vi: _Text
    name_en: _Text
    legal_basis: _Text
    fine_min: Annotated[int, Field(gt=0)]
    fine_max: Annotated[int, Field(gt=0)]
    points: Annotated[int, Field(ge=0, le=12)]

    @property
    def usual_fine(self) -> int:
        """The middle of the band: the fine without circumstances (Law on Admin. Violations, Art. 23.4)."""
        return (self.fine_min + self.fine_max) // 2


class Deadline(_DatedRow):
    """A deadline (thời hạn): `amount` of `unit` counted from the event `counted_from`."""

    code: DeadlineCode
    name_vi: _Text
    name_en: _Text
    amount: Annotated[int, Field(gt=0)]
    unit: Literal["days", "working_days", "years"]
    counted_from: _Text
    legal_basis: _Text
    confidence: Confidence

    def due(self, start: date) -> date:
        """The last day, counted from `start` as day 0; working days skip weekends and public holidays."""
        day = local_day(start)
        if self.unit == "years":
            return _years_later(day, self.amount)
        if self.unit == "days":
            return day + timedelta(days=self.amount)
        free = {holiday.day for holiday in holidays()}
        left = self.amount
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5 and day not in free
        return day


class Holiday(_Row):
    """A public holiday on a weekday."""

    day: date
    name: _Text
    confidence: Confidence


class Reason(_Row):
    """A reason for rejecting a case."""

    code: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    text_vi: _Text
    text_en: _Text
    attributable_to: Literal["device", "ocr", "model", "scene", "legal", "registry", "operator"]
    stage: Literal["operator", "officer", "both"]
    note_required: bool


class _Offences(_Row):
    offences: tuple[Offence, ...]


class _Deadlines(_Row):
    deadlines: tuple[Deadline, ...]


class _Holidays(_Row):
    holidays: tuple[Holiday, ...]


class _Reasons(_Row):
    reasons: tuple[Reason, ...]


class _Dated(Protocol):
    def holds(self, day: date) -> bool: ...


DatedT = TypeVar("DatedT", bound=_Dated)


def vehicle_class(kind: VehicleKind) -> VehicleClass | None:
    """The article's class of a vehicle: 6 for cars, buses and trucks, 7 for motorbikes; None for bicycles."""
    if kind is VehicleKind.BICYCLE:
        return None
    return "motorbike" if kind.is_motorbike else "car"


def offence(rule: OffenceRule, kind: VehicleKind | Literal["specialised"], at: date) -> Offence:
    """The offence of breaking `rule` with that vehicle on that day. Raises LawError if there is none."""
    wanted = vehicle_class(kind) if isinstance(kind, VehicleKind) else kind
    day = local_day(at)
    for row in offences(day):
        if (row.rule, row.vehicle) == (rule, wanted):
            return row
    raise LawError(f"no offence for {rule} by {kind} on {day:%d/%m/%Y} in {FOLDER / 'offences.yaml'}")


def offences(at: date) -> tuple[Offence, ...]:
    """Every offence that is law on that day."""
    table: _Offences = _read("offences.yaml", _Offences)
    return tuple(_holding(table.offences, local_day(at)))


def deadlines(at: date) -> dict[DeadlineCode, Deadline]:
    """The deadlines that hold on that day, by code."""
    table: _Deadlines = _read("deadlines.yaml", _Deadlines)
    return {row.code: row for row in _holding(table.deadlines, local_day(at))}


def holidays() -> tuple[Holiday, ...]:
    """Public holidays on weekdays, in order."""
    table: _Holidays = _read("holidays.yaml", _Holidays)
    return table.holidays


def reasons() -> dict[str, Reason]:
    """Reject reasons by code, in the order shown to people."""
    table: _Reasons = _read("reasons.yaml", _Reasons)
    return {row.code: row for row in table.reasons}


TableT = TypeVar("TableT", bound=BaseModel)


@cache
def _read(name: str, model: type[TableT]) -> TableT:
    return load_yaml(FOLDER / name, model)


def _holding(rows: Iterable[DatedT], day: date) -> list[DatedT]:
    return [row for row in rows if row.holds(day)]


def _years_later(day: date, years: int) -> date:
    """The same day, years later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
