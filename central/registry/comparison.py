"""Compares the seen with the registered vehicle (đối chiếu xe): a plate on the wrong vehicle must never lead
to a notice unnoticed.

Cameras misread and plates are cloned; both appear as a vehicle other than the registered one. Any field that
is known on both sides and differs is a mismatch, which an officer must explain.
"""

from dataclasses import dataclass
from typing import Literal

from central.registry.port import RegisteredVehicle
from contract.plates import PlateColour
from contract.vehicles import VehicleKind

FieldName = Literal["kind", "plate_colour", "colour"]

_COLOUR_WORDS = {
    "white": "white", "trắng": "white",
    "silver": "silver", "bạc": "silver",
    "grey": "grey", "gray": "grey", "xám": "grey", "ghi": "grey",
    "black": "black", "đen": "black",
    "red": "red", "đỏ": "red",
    "brown": "brown", "nâu": "brown",
    "orange": "orange", "cam": "orange",
    "yellow": "yellow", "vàng": "yellow",
    "green": "green", "xanh lá": "green", "xanh lục": "green",
    "blue": "blue", "xanh": "blue", "xanh dương": "blue", "xanh lam": "blue",
}  # fmt: skip

_LOOK_ALIKE = (
    frozenset({"white", "silver"}),
    frozenset({"silver", "grey"}),
    frozenset({"grey", "black"}),
    frozenset({"red", "brown"}),
    frozenset({"red", "orange"}),
    frozenset({"orange", "yellow"}),
    frozenset({"green", "blue"}),  # "xanh" alone may be either
)
"""Pairs that light and white balance can turn into each other: a camera can't distinguish them reliably."""


def colour_code(words: str) -> str | None:
    """The code of a colour in a register's own words; None if they name no single colour."""
    word = words.strip().casefold()
    return None if word == "xanh" else _COLOUR_WORDS.get(word)


@dataclass(frozen=True)
class Seen:
    """The vehicle on the pictures; an unrecognised field is None and isn't compared."""

    kind: VehicleKind
    plate_colour: PlateColour | None
    colour: str | None


@dataclass(frozen=True)
class Difference:
    """One field in which the seen vehicle differs from the registered one."""

    field: FieldName
    seen: str
    registered: str


def compare(seen: Seen, registered: RegisteredVehicle) -> tuple[Difference, ...]:
    """Every difference; an empty tuple is a match."""
    found = []
    if seen.kind not in registered.kind.seen_as:
        found.append(Difference("kind", seen.kind, registered.kind))
    if seen.plate_colour is not None and seen.plate_colour != registered.plate_colour:
        found.append(Difference("plate_colour", seen.plate_colour, registered.plate_colour))
    if seen.colour and registered.colour and not _same_colour(seen.colour, registered.colour):
        found.append(Difference("colour", seen.colour, registered.colour))
    return tuple(found)


def compared(seen: Seen, registered: RegisteredVehicle) -> frozenset[str]:
    """The fields that could be compared: an unseen colour, or one in unknown words, is neither equal nor
    different.
    """
    found = {"plate", "kind"}
    if seen.plate_colour is not None:
        found.add("plate_colour")
    if None not in (_colour(seen.colour), _colour(registered.colour)):
        found.add("colour")
    return frozenset(found)


def _colour(word: str | None) -> str | None:
    return _COLOUR_WORDS.get(word.strip().lower()) if word else None


def _same_colour(one: str, other: str) -> bool:
    """True if the words name one colour, or two that a camera can't distinguish, or an unknown one."""
    names = {_colour(one), _colour(other)}
    return None in names or len(names) == 1 or frozenset(names) in _LOOK_ALIKE
