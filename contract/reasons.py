"""Reasons as codes with values: a machine's statements about its findings, health and answers.

A code is a constant of the software that uses it (`red_light.crossed`); values fill in the rest. The end of a
value's name is its unit: `_ms` milliseconds, `_bytes` bytes, `_heights` heights of the vehicle's box; without
one it is a count, a name or a word. The words in each language are in `configs.words`.
"""

from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, StringConstraints

from contract.types import Message

LEGACY_TEXT = "legacy.text"
"""Code of free text from before reasons were codes; its values are the texts `vi` and `en`."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=80)]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
_Text = Annotated[str, StringConstraints(max_length=1000)]
_Whole = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
_Real = Annotated[float, PlainSerializer(lambda value: round(value, 4), return_type=float)]
Value = (
    Annotated[bool, Field(strict=True)]
    | Annotated[_Whole, Field(strict=True)]
    | _Real
    | _Text
    | tuple[_Text, ...]
)
"""A text, a number, a truth value, or a list of texts."""


class Reason(Message):
    """One statement, as a code with its values."""

    code: Code
    values: Annotated[dict[_Name, Value], Field(max_length=30)] = Field(default_factory=dict)


class Doubt(Reason):
    """One argument against a finding.

    `weight`: a `note` is only information, a `doubt` leaves the decision to an operator, a `disproof` shows
    that it did not happen. `source` names the part of the software that raised it (`rule`, `second_look`,
    `plate`, `clock`).
    """

    weight: Literal["note", "doubt", "disproof"]
    source: _Name


def reason(code: str, **values: Value) -> Reason:
    """`reason("red_light.crossed", line="S1")`: a code with its values."""
    return Reason(code=code, values=values)


def legacy(text: str) -> Reason:
    """Free text from before there were codes, Vietnamese and English separated at a dash."""
    vi, dash, en = text.partition(" — ")
    return Reason(code=LEGACY_TEXT, values={"vi": vi[:1000], "en": (en if dash else text)[:1000]})
