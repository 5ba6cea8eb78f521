"""The values every message is made of.

Conventions: times are UTC with milliseconds (`...Z`); durations are integer milliseconds; coordinates are
normalised to 0..1 of the detect stream's picture, x to the right, y down; probabilities and coordinates are
written with four digits; hashes are SHA-256 in lower-case hex; whole numbers stay within ±(2^53 - 1), as in
JSON (RFC 7493). These types are part of every version of every message: they may be widened, never narrowed.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Times outside are not valid in evidence: beyond them, zones and deadlines can't be computed."""


def _to_milliseconds(value: datetime) -> datetime:
    try:
        value = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time outside of all years") from None
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"a time of the year {value.year}: only {FIRST_YEAR} to {LAST_YEAR} are taken")
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def format_utc(value: datetime) -> str:
    """`2026-11-24T08:30:00.123Z`: the only form of a time in a message."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _four_digits(value: float) -> float:
    return round(value, 4)


_ROUNDED = PlainSerializer(_four_digits, return_type=float)

Utc = Annotated[AwareDatetime, AfterValidator(_to_milliseconds), PlainSerializer(format_utc, return_type=str)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
NodeId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Name of a rule. The existing rules are defined by their descriptors (`configs.rules`), not by the
contract."""
Milliseconds = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Ordinal = Annotated[int, Field(ge=1, le=2**53 - 1)]
Probability = Annotated[float, Field(ge=0, le=1), _ROUNDED]
Part = Annotated[float, Field(ge=0, le=2), _ROUNDED]
Coordinate = Annotated[float, Field(ge=-1, le=2), _ROUNDED]
Point = tuple[Coordinate, Coordinate]
Box = tuple[Coordinate, Coordinate, Coordinate, Coordinate]

DecisionName = Literal["violation", "borderline", "undecidable"]
ClockSource = Literal["prft", "host", "file"]
LampColour = Literal["red", "amber", "green", "off", "flashing", "unknown", "fault"]
FileRole = Literal["before", "over", "continuing", "plate", "context", "clip"]


class Message(BaseModel):
    """Base of every message: immutable, finite numbers, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)
