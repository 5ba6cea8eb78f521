"""The events and their schema (`docs/api/sharing-event-1.schema.json`): CloudEvents 1.0 in JSON.

POST {base}/v1/events    as in `central.connections.http`; one after the other, `sequence` without gaps; the
same `id` again is the same event

No name, plate, case number, picture, amount, or time of day of a single act: only what happened, on which
day, under which rule, with which class of vehicle. Run this module to write the schema's file.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

SYSTEM = "sharing"
PATH = "/v1/events"
SMALLEST = 10
"""Smaller counts are not reported outside of the police."""

SCHEMA = "sharing-event-1.schema.json"

HappenedType = Literal[
    "violation.recorded", "notice.sent", "decision.signed", "fine.paid", "alert.raised", "alert.lifted",
    "case.executed",
]  # fmt: skip
Word = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Happened(_Value):
    """One step of one case, which is not named."""

    day: date
    rule: Word
    vehicle_class: Literal["car", "motorbike", "specialised"]


class Cell(_Value):
    """How many violations of a rule at a place, or in an hour of the day (`00` to `23`); null: too few to
    tell, or hidden so that others can't be worked out."""

    where: Word
    rule: Word
    count: Annotated[int, Field(ge=SMALLEST)] | None


class Counts(_Value):
    """The violations that were recorded on a day. Cells of zero are left out."""

    day: date
    smallest: int = SMALLEST
    by_site: tuple[Cell, ...]
    by_hour: tuple[Cell, ...]


class Event(_Value):
    """The envelope. `source`: the centre; `time`: when the event was made known."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
    source: Word
    type: HappenedType | Literal["violations.counted"]
    time: AwareDatetime
    sequence: Annotated[int, Field(ge=1)]
    datacontenttype: Literal["application/json"] = "application/json"
    data: Happened | Counts


def schema() -> str:
    """The published schema."""
    return json.dumps(Event.model_json_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) / SCHEMA).write_text(schema(), encoding="utf-8")
