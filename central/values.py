"""Types of what people type and other systems say. Whatever passes them can be stored and compared on every
database, and worked with: no date beyond which zones and deadlines overflow, no text that a log can't show.

Use these in every model that is filled from outside; a test walks all routes with hostile values, and one all
models (`tests/central/test_values.py`).
"""

import re
from datetime import date, datetime
from typing import Annotated

import httpx
from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from contract.local_time import VIETNAM

OUR_TIME = (2000, 2199)
"""Years that something of a case can be of."""

LIFE_TIMES = (1850, 2199)
"""Years that somebody can be born in, or get a plate."""

LARGEST_ID = 2**31 - 1
"""The largest id a database column holds."""

_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")


def _printable(text: str) -> str:
    """Refuses what no database or log takes: NUL and other control characters, halves of surrogate pairs."""
    if _CONTROL.search(text):
        raise PydanticCustomError("characters", "control characters are not allowed")
    return text


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
    """Text from outside that is kept whatever it is: cut, with control characters and lone surrogates made
    visible."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:longest])
    return shown.encode("utf-8", "backslashreplace").decode()[:longest]


def moment_of_form(text: str) -> datetime:
    """What a form's field of date and time says, in Vietnam's time where it names no other.

    Raises:
        ValueError: not a moment, or in no year that a case can be of.
    """
    moment = datetime.fromisoformat(text)
    _in(OUR_TIME, moment)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=VIETNAM)


def _web_address(text: str) -> str:
    """Refuses what no browser opens as a page: another scheme, no host, no address at all."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise PydanticCustomError("web_address", "must be an address that begins with https://")
    return text


Text = Annotated[str, AfterValidator(_printable)]
"""A text from outside; give it its length beside."""

WebAddress = Annotated[Text, Field(max_length=500), AfterValidator(_web_address)]
"""Where a browser is sent on."""

Version = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""Version of the case a decision was taken on."""

Reference = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""The number of a thing in a body."""

Day = Annotated[date, AfterValidator(_of_our_time)]
"""A calendar day of a case."""

DayOfLife = Annotated[date, AfterValidator(_of_a_life)]
"""The day somebody was born, died, or got a plate."""

Moment = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
"""A moment of a case, with its time zone."""

MomentOfLife = Annotated[AwareDatetime, AfterValidator(_of_a_life)]
"""The moment somebody got a plate."""

LocalMoment = Annotated[datetime, AfterValidator(_of_our_time)]
"""A moment; one without a zone is Vietnam's."""
