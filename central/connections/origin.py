"""Source of an answer: the system itself, or entry by hand while there is no system."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Field, SQLModel

Kind = Literal["system", "file", "person"]


@dataclass(frozen=True)
class Origin:
    """`note`: the letter or list with the answer, if entered by hand; `by`: who entered it."""

    kind: Kind = "system"
    note: str = ""
    by: str = ""


SYSTEM = Origin()


class OriginColumns(SQLModel):
    """Columns that store the origin of an answer."""

    origin: str = Field(default="system", max_length=8)
    origin_note: str = Field(default="", max_length=200)
    entered_by: str = Field(default="", max_length=120)

    def set_origin(self, origin: Origin) -> None:
        """Sets the origin of the answer."""
        self.origin, self.origin_note, self.entered_by = origin.kind, origin.note[:200], origin.by[:120]
