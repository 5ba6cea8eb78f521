"""Types of input from people and other systems. Accepted values can be stored, compared and processed on
every database: no date that overflows time zones or deadlines, no text that a log can't show.

Use these in every model that is filled from outside; a test walks all routes with hostile values, and one all
models (`tests/central/test_values.py`).
"""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated

import httpx
from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from contract.local_time import VIETNAM

OUR_TIME = (2000, 2199)
"""Possible years of events of a case."""

LIFE_TIMES = (1850, 2199)
"""Possible years of a birth or of the issue of a plate."""

LARGEST_ID = 2**31 - 1
"""The largest id a database column holds."""

_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")

_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Embeddings, overrides and isolates of the bidirectional algorithm; telephones put them around numbers."""

_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that show nothing."""


def printable(text: str) -> bool:
    """False for characters that no database or log accepts: NUL and other control characters, halves of
    surrogate pairs.
    """
    return _CONTROL.search(text) is None


def _printable(text: str) -> str:
    if not printable(text):
        raise PydanticCustomError("characters", "control characters are not allowed")
    return text


def composed(text: str) -> str:
    """With each letter as one character (NFC), whichever keyboard it came from: Vietnamese letters typed in
    parts count, compare and sort like the others. Without marks that show the text after them backwards.
    """
    return unicodedata.normalize("NFC", text.translate(_TURNING))


def trimmed(text: str) -> str:
    """Without what shows nothing at both ends: spaces of every kind, marks of no width, line breaks."""
    first = next((place for place, letter in enumerate(text) if not _blank(letter)), len(text))
    ends = next((place for place, letter in enumerate(reversed(text)) if not _blank(letter)), 0)
    return text[first : len(text) - ends]


def _blank(letter: str) -> bool:
    return letter.isspace() or letter in _FILLERS or unicodedata.category(letter) == "Cf"


def _in(years: tuple[int, int], moment: date) -> None:
    first, last = years
    if not first <= moment.year <= last:
        raise PydanticCustomError("year", f"the year must be from {first} to {last}")


def _of_our_time(moment: date) -> date:
    _in(OUR_TIME, moment)
    return moment


def _of_a_life(moment: date) -> date:
    _in(LIFE_TIMES, moment)
    return moment


def visible(text: str, longest: int) -> str:
    """Text from outside made safe to store: shortened, with control characters and lone surrogates made
    visible.
    """
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:longest])
    return shown.encode("utf-8", "backslashreplace").decode()[:longest]


def moment_of_form(text: str) -> datetime:
    """Parses a form's date-time field, in Vietnam's time if it has no time zone.

    Raises:
        ValueError: not a moment, or in an impossible year for a case.
    """
    moment = datetime.fromisoformat(text)
    _in(OUR_TIME, moment)
    return in_vietnam(moment)


def in_vietnam(moment: datetime) -> datetime:
    """A moment of a form or a body (`LocalMoment`) with its time zone: Vietnam's if it names none."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=VIETNAM)


def _web_address(text: str) -> str:
    """Refuses an address that no browser opens as a page: another scheme, no host, not an address."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise PydanticCustomError("web_address", "must be an address that begins with https://")
    return text


Verbatim = Annotated[str, AfterValidator(_printable)]
"""A text from outside to the letter: a file, a password. Its maximum length must be set as well."""

Text = Annotated[Verbatim, AfterValidator(composed), AfterValidator(trimmed)]
"""A text from outside in composed letters, without the white space around it: one of nothing else is empty.
Its maximum length must be set as well; lengths count what is left.
"""

WebAddress = Annotated[Text, Field(max_length=500), AfterValidator(_web_address)]
"""An address to which a browser is redirected."""

Version = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""Version of the case on which a decision was based."""

Reference = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""The id of an object in a request body."""

Day = Annotated[date, AfterValidator(_of_our_time)]
"""A calendar day of a case."""

DayOfLife = Annotated[date, AfterValidator(_of_a_life)]
"""The day a person was born or died, or a plate was issued."""

Moment = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
"""A moment of a case, with its time zone."""

MomentOfLife = Annotated[AwareDatetime, AfterValidator(_of_a_life)]
"""The moment a plate was issued."""

LocalMoment = Annotated[datetime, AfterValidator(_of_our_time)]
"""A moment; without a time zone it is in Vietnam's time."""
