"""Vietnamese number plates (biển số xe) as a value: parse, normalise, print, kind, series, province.

Grammar: TT 79/2024/TT-BCA as amended by TT 51/2025/TT-BCA; the letters and codes are dated data in
`configs/law/plates.yaml`. A string alone may be several plates (`98A12345` is a car or an old motorbike), so
the layout, the ground colour and the vehicle decide; where they don't, parsing refuses rather than guesses.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from string import ascii_lowercase, ascii_uppercase
from typing import Literal

from contract.plate_tables import plate_tables
from contract.vehicles import VehicleKind

PlateColour = Literal["white", "yellow", "blue", "red"]
"""Ground: white ordinary, yellow commercial transport, blue state body, red military (Law 36/2024, 36)."""

LONGEST = 24
"""No printed plate is longer; longer texts are refused unread."""

_SEPARATORS = re.compile(r"[\s.\-·•,:;_/|‐‑‒–—−]+")
_NO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u2060\ufeff"
_CYRILLIC = "АВЕКМНОРСТУХЅІЈавекмнорстухѕіј", "ABEKMHOPCTYXSIJ" * 2
_GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"
_FULL_WIDTH = {0xFEE0 + code: chr(code).upper() for code in range(0x21, 0x7F)} | {0x3000: " "}
_AS_SEEN = (
    str.maketrans(ascii_lowercase, ascii_uppercase, _NO_WIDTH)
    | str.maketrans(*_CYRILLIC)
    | str.maketrans(*_GREEK)
    | str.maketrans("ĐđÐðƉɖ", "D" * 6)
    | _FULL_WIDTH
)


class PlateError(ValueError):
    """The text is not a plate; `code` says why, `values` give the details. The caller has the words for it.

    Codes: `too_long` (length), `empty`, `characters` (characters), `does_not_go` (kinds: what plates the text
    is, none of which fits the other observations), `province` (province), `number`, `letters` (letters),
    `form` (length); of `AmbiguousPlateError`: `ambiguous` (kinds).
    """

    def __init__(self, code: str, text: str, **values: str | int | tuple[str, ...]) -> None:
        self.code = code
        self.values = values
        told = ", ".join(f"{name} {value}" for name, value in values.items())
        problem = code.replace("_", " ") + (f" ({told})" if told else "")
        super().__init__(f"{text[:LONGEST]!r} is no plate: {problem}")


class AmbiguousPlateError(PlateError):
    """Several plates fit the text and the other observations: `candidates`."""

    def __init__(self, text: str, candidates: tuple["Plate", ...]) -> None:
        self.candidates = candidates
        super().__init__("ambiguous", text, kinds=tuple(plate.kind.value for plate in candidates))


class PlateKind(StrEnum):
    """Kind of plate (loại biển)."""

    CAR = "car"
    CAR_OLD = "car_old"
    MOTORBIKE = "motorbike"
    MOTORBIKE_OLD = "motorbike_old"
    STATE_CAR = "state_car"
    STATE_MOTORBIKE = "state_motorbike"
    SPECIAL = "special"
    ELECTRIC_MOTORBIKE = "electric_motorbike"
    DIPLOMATIC = "diplomatic"
    INTERNATIONAL = "international"
    MISSION_STAFF = "mission_staff"
    FOREIGN = "foreign"
    TEMPORARY = "temporary"
    MILITARY = "military"


@dataclass(frozen=True)
class Plate:
    """One plate. `normalised` is the key for look-ups (upper case, no separators, Đ as D); `printed` is the
    text on the plate, two-line motorbike plates with a blank between the lines."""

    normalised: str
    kind: PlateKind
    province_code: str | None
    series: str
    number: str
    printed: str

    def __str__(self) -> str:
        return self.printed

    def province(self, at: date) -> str | None:
        """The province (or national body) the code stood for on that day; None for military plates."""
        return None if self.province_code is None else plate_tables().province(self.province_code, at)


_Carrier = Literal["car", "motorbike", "any"]
_ORDINARY = frozenset({"white", "yellow"})
_WHITE = frozenset({"white"})
_BLUE = frozenset({"blue"})
_RED = frozenset({"red"})
_MOTORBIKES = frozenset({PlateKind.MOTORBIKE, PlateKind.MOTORBIKE_OLD})

IMMUNE = frozenset({PlateKind.DIPLOMATIC, PlateKind.INTERNATIONAL, PlateKind.MISSION_STAFF})
"""Plates NG, QT and CV: immune by treaty (Law on handling administrative violations, Art 5.1.c)."""


@dataclass(frozen=True)
class _Form:
    """One form a plate may have: pattern over the normalised text (groups p, s, n, and m for a mission)."""

    kind: PlateKind
    pattern: re.Pattern[str]
    printed: str
    colours: frozenset[str]
    on: _Carrier

    def allows(self, lines: int | None, colour: str | None, vehicle: VehicleKind | None) -> bool:
        """False if an observation rules this form out."""
        # Only the blue ground shows that an ordinary-looking plate is a state one: with unknown colour it is
        # called ordinary.
        fits_colour = self.colours != _BLUE if colour is None else colour in self.colours
        two_wheels = vehicle in (VehicleKind.MOTORBIKE, VehicleKind.BICYCLE)
        fits_vehicle = vehicle is None or self.on == "any" or (self.on == "motorbike") == two_wheels
        return fits_colour and fits_vehicle and not (lines == 1 and self.on == "motorbike")


@cache
def _forms() -> tuple[_Form, ...]:
    tables = plate_tables()
    letters = tables.series
    p = f"(?P<p>{'|'.join(sorted(tables.issued_codes))})"
    letter = f"[{letters.letters}]"
    state = f"[{letters.state_letters}]"
    old = f"[{letters.old_motorbike_letters}]"
    second = f"[{letters.second_motorbike_letters}]"
    special = "|".join(letters.special)
    four, five = r"(?P<n>(?!0000)[0-9]{4})", r"(?P<n>(?!00000)[0-9]{5})"
    m, two = "(?P<m>[0-9]{3})", "(?P<n>[0-9]{2})"
    either = r"(?P<n>(?!0000$)[0-9]{4}|(?!00000)[0-9]{5})"
    long, spaced = "{p}{s}-{n}", "{p}-{s} {n}"
    kinds = PlateKind

    def form(kind: PlateKind, pattern: str, printed: str, colours: frozenset[str], on: _Carrier) -> _Form:
        return _Form(kind, re.compile(pattern), printed, colours, on)

    return (
        form(kinds.CAR, f"{p}(?P<s>{letter}){five}", long, _ORDINARY, "car"),
        form(kinds.CAR_OLD, f"{p}(?P<s>{letter}){four}", long, _ORDINARY, "car"),
        form(
            kinds.MOTORBIKE,
            f"{p}(?P<s>(?!{letters.electric}){letter}{second}){five}",
            spaced,
            _ORDINARY,
            "motorbike",
        ),
        form(kinds.MOTORBIKE_OLD, f"{p}(?P<s>{old}[1-9]){either}", spaced, _ORDINARY, "motorbike"),
        form(kinds.MOTORBIKE_OLD, f"{p}(?P<s>{letter}{letter}){four}", spaced, _ORDINARY, "motorbike"),
        form(kinds.STATE_CAR, f"{p}(?P<s>{state}){either}", long, _BLUE, "car"),
        form(kinds.STATE_MOTORBIKE, f"{p}(?P<s>{state}[1-9]){five}", spaced, _BLUE, "motorbike"),
        form(kinds.SPECIAL, f"{p}(?P<s>{special}){either}", long, _ORDINARY | _BLUE, "car"),
        form(
            kinds.ELECTRIC_MOTORBIKE,
            f"{p}(?P<s>{letters.electric}[1-9]?){five}",
            spaced,
            _ORDINARY,
            "motorbike",
        ),
        *(
            form(kinds(kind), f"{p}{m}(?P<s>{series}){two}", "{p}-{m}-{s}-{n}", _WHITE, "any")
            for series, kind in letters.missions.items()
        ),
        *(
            form(kinds(kind), f"{p}(?P<s>{series}){m}{two}", "{p}-{s}-{m}-{n}", _WHITE, "car")
            for series, kind in letters.missions.items()
        ),
        form(kinds.TEMPORARY, f"(?P<s>T){p}{five}", "{s}{p}-{n}", _ORDINARY, "any"),
        form(kinds.MILITARY, r"(?P<s>[A-Z]{2})(?P<n>[0-9]{4})", "{s}-{n}", _RED, "any"),
        form(kinds.MILITARY, r"(?P<s>[A-Z]{2})(?P<n>[0-9]{3})", "{s}-{n}", _RED, "motorbike"),
    )


def _printed_number(kind: PlateKind, number: str) -> str:
    if kind is PlateKind.MILITARY and len(number) == 4:
        return f"{number[:2]}-{number[2:]}"
    return f"{number[:3]}.{number[3:]}" if len(number) == 5 else number


def _plate(form: _Form, text: str) -> Plate | None:
    found = form.pattern.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    electric = form.kind is PlateKind.ELECTRIC_MOTORBIKE or (
        form.kind is PlateKind.SPECIAL and parts["s"] == "TD"
    )
    series = parts["s"].replace("D", "Đ") if electric else parts["s"]
    printed = form.printed.format(
        p=parts.get("p"), m=parts.get("m"), s=series, n=_printed_number(form.kind, parts["n"])
    )
    number = (parts.get("m") or "") + parts["n"]
    return Plate(text, form.kind, parts.get("p"), series, number, printed)


def normalise(text: str) -> str:
    """Upper case, without separators, Đ as D: the form for storing, comparing and looking up. Never raises.

    Characters that look identical on a plate are merged: Cyrillic and Greek capitals that look like Latin
    ones, full-width letters and digits; zero-width marks are dropped. Plates have Latin letters and European
    digits only, so such a text was typed or copied from elsewhere and means no other vehicle. Merely similar
    characters (О for 0, З for 3, a digit of another script) stay unchanged: replacing them would be a guess.
    Normalising is idempotent for every text.
    """
    return unicodedata.normalize("NFC", _SEPARATORS.sub("", _as_seen(text)))


def strange_characters(text: str) -> str:
    """The characters of a text that occur on no plate, written so that they differ from look-alikes; empty if
    there are none."""
    return " ".join(map(ascii, sorted(set(re.findall(r"[^A-Z0-9]", normalise(text))))))


def _as_seen(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_AS_SEEN)


def _breaks(text: str) -> set[int]:
    """Positions in the normalised text of a separator or a new line."""
    groups = [normalise(group) for group in _SEPARATORS.split(_as_seen(text)) if group]
    ends = [sum(map(len, groups[: index + 1])) for index in range(len(groups))]
    return set(ends[:-1])


def fits_rows(plate: Plate, rows: tuple[str, ...]) -> bool:
    """Whether the plate may be printed in these rows: its text breaks where they do."""
    return _breaks(" ".join(rows)) <= _breaks(plate.printed)


def near_mission(plate: Plate) -> bool:
    """Whether a motorbike's series differs from a foreigner's by one confusable letter: MN, NM or HN for
    NN."""
    missions = plate_tables().series.missions
    as_n = plate.series.translate(str.maketrans("MH", "NN"))
    return plate.kind in _MOTORBIKES and plate.series not in missions and as_n in missions


def interpretations(
    text: str,
    *,
    lines: int | None = None,
    colour: PlateColour | None = None,
    vehicle: VehicleKind | None = None,
) -> list[Plate]:
    """Every plate the text can be, given the other observations; empty if it is none.

    `lines` is the number of text lines on the plate (1 rules out motorbikes), `colour` its ground, `vehicle`
    what carries it. Separators in the text are evidence too (`98A 12345` is a car, `98-A1 2345` an old
    motorbike), as long as they fit one of the plates at all; a text exactly as printed is that plate (`11-NG
    123.45` a motorbike, `11-NG-123-45` a diplomat's car). State plates need `colour="blue"`.
    """
    if len(text) > LONGEST:
        return []
    bare = normalise(text)
    allowed = [form for form in _forms() if form.allows(lines, colour, vehicle)]
    plates = [plate for form in allowed if (plate := _plate(form, bare)) is not None]
    if verbatim := [plate for plate in plates if plate.printed == text]:
        return verbatim
    seen = _breaks(text)
    exact = [plate for plate in plates if _breaks(plate.printed) == seen]
    return exact or [plate for plate in plates if seen <= _breaks(plate.printed)] or plates


def parse(
    text: str,
    *,
    lines: int | None = None,
    colour: PlateColour | None = None,
    vehicle: VehicleKind | None = None,
) -> Plate:
    """The plate the text is; arguments as for `interpretations`.

    Raises PlateError naming what is wrong, AmbiguousPlateError if more than one plate remains.
    """
    plates = interpretations(text, lines=lines, colour=colour, vehicle=vehicle)
    if len(plates) == 1:
        return plates[0]
    if plates:
        raise AmbiguousPlateError(normalise(text), tuple(plates))
    raise _problem(text)


def _problem(text: str) -> PlateError:
    """The error when nothing fits."""
    if len(text) > LONGEST:
        return PlateError("too_long", text, length=len(text))
    bare = normalise(text)
    if not bare:
        return PlateError("empty", text)
    if strange := strange_characters(text):
        return PlateError("characters", bare, characters=strange)
    if elsewhere := [plate for form in _forms() if (plate := _plate(form, bare)) is not None]:
        kinds = tuple(dict.fromkeys(plate.kind.value for plate in elsewhere))
        return PlateError("does_not_go", bare, kinds=kinds)
    code = re.match(r"T?([0-9]{2})", bare)
    if code is not None and code[1] not in plate_tables().issued_codes:
        return PlateError("province", bare, province=code[1])
    if bare.endswith("0000"):
        return PlateError("number", bare)
    if never := sorted(set(bare) & set("IJOQW")):
        return PlateError("letters", bare, letters=", ".join(never))
    return PlateError("form", bare, length=len(bare))
