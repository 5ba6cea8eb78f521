"""The dated tables of the plate grammar, `configs/law/plates.yaml`, read as data without importing
`configs`."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProvinceTable(_Table):
    """Which codes (mã số) each province had, from `valid_from` to `valid_to`, both days included."""

    source: str
    valid_from: date
    valid_to: date | None
    codes: dict[str, tuple[Annotated[str, Field(pattern=r"^[0-9]{2}$")], ...]]

    def covers(self, at: date) -> bool:
        """True if this table holds on that day."""
        return self.valid_from <= at and (self.valid_to is None or at <= self.valid_to)


class SeriesTable(_Table):
    """Letters and letter pairs allowed in a series (sê-ri)."""

    source: str
    letters: str
    second_motorbike_letters: str
    old_motorbike_letters: str
    state_letters: str
    special: tuple[str, ...]
    electric: str
    missions: dict[str, Literal["diplomatic", "international", "mission_staff", "foreign"]]


class PlateTables(_Table):
    """Everything in `plates.yaml`."""

    provinces: tuple[ProvinceTable, ...]
    series: SeriesTable

    def province(self, code: str, at: date) -> str | None:
        """The province that `code` stood for on that day, or None."""
        for table in self.provinces:
            if table.covers(at):
                return next((name for name, codes in table.codes.items() if code in codes), None)
        return None

    @property
    def issued_codes(self) -> frozenset[str]:
        """Every province code ever issued; old plates stay valid."""
        return frozenset(code for table in self.provinces for codes in table.codes.values() for code in codes)


@cache
def plate_tables() -> PlateTables:
    """Reads the tables once. Raises pydantic.ValidationError if the shipped file is broken."""
    text = (files("configs") / "law" / "plates.yaml").read_text(encoding="utf-8")
    return PlateTables.model_validate(yaml.safe_load(text))
