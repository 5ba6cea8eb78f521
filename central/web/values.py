"""Types of what requests carry. Whatever passes them can be stored and compared on every database.

Use these for every path, query, form and body value; a test walks all routes with hostile ones.
"""

import re
from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

LARGEST_ID = 2**31 - 1
"""The largest id a database column holds."""

_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")


def _printable(text: str) -> str:
    """Refuses what no database or log takes: NUL and other control characters, halves of surrogate pairs."""
    if _CONTROL.search(text):
        raise PydanticCustomError("characters", "control characters are not allowed")
    return text


def _of_our_time(moment: date) -> date:
    """Refuses years that arithmetic with time zones and deadlines can't take, and that no case can be of."""
    if not 2000 <= moment.year <= 2199:
        raise PydanticCustomError("year", "the year must be from 2000 to 2199")
    return moment


def _moment_of_our_time(moment: datetime) -> datetime:
    _of_our_time(moment)
    return moment


Text = Annotated[str, AfterValidator(_printable)]
"""A text of the request; give it its length beside."""

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
"""The number of a thing in the path."""

Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
"""Where an older page begins: the number of the last thing on the page before."""

Version = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""Version of the case a decision was taken on."""

Day = Annotated[date, AfterValidator(_of_our_time)]
"""A calendar day."""

Moment = Annotated[AwareDatetime, AfterValidator(_moment_of_our_time)]
"""A moment with its time zone."""
