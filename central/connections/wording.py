"""Columns and choices of answers by hand in the reader's language, and back: a file may use either language
or the plain names.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from central.connections.by_hand import Asked, Column
from central.words.dictionary import has_word, translator
from central.words.languages import LANGUAGES, Language

KEY = "key"
MESSAGE = "message"

_DAY = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")


def column_word(name: str, language: Language) -> str:
    """The heading of a column."""
    return translator(language)(f"answer_column.{name}")


def option_word(column: str, option: str, language: Language) -> str:
    """One choice of a column; kinds and colours have their own texts."""
    keys = (f"{part}.{option}" for part in (column, "answer_option", "answer"))
    return translator(language)(next(key for key in keys if has_word(language, key)))


def value_word(name: str, value: str, language: Language) -> str:
    """The text of a question's value; some values are codes."""
    return translator(language)(f"dispatch.{value}") if name == MESSAGE else value


def column_named(head: str) -> str:
    """The column of a heading; the heading itself if it is unknown."""
    return _COLUMNS.get(_plain(head), head)


def rows_of(
    waiting: Sequence[Asked], asks: Sequence[str], columns: Sequence[Column], language: Language
) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a file of questions, with empty cells for the answers."""
    names = [KEY, *asks, *(column.name for column in columns)]
    empty = [""] * len(columns)
    rows = [
        [asked.key, *(value_word(name, asked.values[name], language) for name in asks), *empty]
        for asked in waiting
    ]
    return [column_word(name, language) for name in names], rows


def values_of(row: Mapping[str, str], columns: Sequence[Column]) -> dict[str, str]:
    """A row with choices and days in internal form; an unknown choice is left unchanged, to be refused
    later.
    """
    found = {name: value for name, value in row.items() if name != MESSAGE}
    for column in columns:
        text = row.get(column.name, "").strip()
        if column.kind == "choice":
            found[column.name] = _option(column, text)
        elif column.kind == "day":
            found[column.name] = _day(text)
    return found


def _option(column: Column, text: str) -> str:
    return _options(column).get(_plain(text), text)


@cache
def _options(column: Column) -> Mapping[str, str]:
    """The choices of a column by their texts; computed once, not for every row of a file."""
    return {
        _plain(option_word(column.name, option, language)): option
        for option in column.options
        for language in LANGUAGES
    }


def _day(text: str) -> str:
    found = _DAY.match(text)
    if found is None:
        return text
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


_NAMES = (
    KEY, "plate", "at", "site", "case", "identity", "name", "found", "registered_kind", "brand",
    "body_colour", "plate_colour", "owner_kind", "owner_name", "owner_identity", "owner_address",
    "owner_phone", "since", "until", "reference", "name_there", "birth", "address", "died", MESSAGE,
    "licence_number", "points", "decision", "told_there", "on", "receipt",
)  # fmt: skip
_COLUMNS = {_plain(column_word(name, language)): name for language in LANGUAGES for name in _NAMES}
_COLUMNS |= {name: name for name in _NAMES}
