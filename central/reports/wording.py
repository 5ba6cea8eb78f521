"""A report's lines in the reader's language."""

from collections.abc import Mapping

from central.reports.values import Entered, Figure
from central.words.dictionary import translator, word_or
from central.words.forms import money, number
from central.words.languages import Language

_WORDS_OF = {
    "rule": "rule",
    "vehicle": "vehicle",
    "step": "step",
    "event": "action",
    "paper": "paper",
    "organisation": "report.organisation",
    "device_paper": "report.device_paper",
    "stage": "report.stage",
    "weekday": "report.weekday",
    "light": "report.light",
    "answer": "report.answer",
    "message": "report.message",
    "system": "connection.name",
}


_DIGITS = {"hours": 1, "per_thousand": 2}


def group_title(group: str, language: Language) -> str:
    """The title of a group of figures."""
    return translator(language)(f"report.group.{group}")


def title_of(figure: Figure, language: Language) -> str:
    """The title of a line, without its breakdown."""
    return translator(language)(f"report.figure.{figure.key}")


Reasons = Mapping[str, tuple[str, str]]
"""The Vietnamese and English words of reasons, by their codes."""


def split_of(figure: Figure, language: Language, reasons: Reasons) -> str:
    """A line's breakdown as text: `Running a red light · Car`."""
    return " · ".join(_part(name, value, language, reasons) for name, value in figure.by)


def _part(name: str, value: str, language: Language, reasons: Reasons) -> str:
    if name == "reason":
        return reasons.get(value, (value, value))[language == "en"]
    if name == "hour":
        return translator(language)("report.hour", hour=value)
    if name == "area" and not value:
        return translator(language)("report.area_unknown")
    if name == "sent":
        return word_or(language, f"portal.answer.{value}.title", value)
    return word_or(language, f"{_WORDS_OF[name]}.{value}", value) if name in _WORDS_OF else value


def value_of(figure: Figure, value: float | None, language: Language) -> str:
    """A number of a line in written form; a dash if there is none."""
    if value is None:
        return "–"
    if figure.unit == "share":
        return f"{number(value * 100, language, 1)} %"
    return number(value, language, _DIGITS.get(figure.unit, 0))


def unit_of(figure: Figure, language: Language) -> str:
    """The unit of a line."""
    return translator(language)(f"report.unit.{figure.unit}")


def entered_title(line: Entered, language: Language) -> str:
    """The title of a manually entered line."""
    return translator(language)(f"report.figure.{line.key}")


def entered_value(line: Entered, language: Language) -> str:
    """The entry, a number in written form."""
    if line.unit is None:
        return line.text
    if line.unit == "dong" and line.number is not None:
        return money(round(line.number), language)
    return value_of(line.figure, line.number, language)


def entered_before(line: Entered, language: Language) -> str:
    """The entry for the previous period; a dash if there is none."""
    return "" if line.unit is None else value_of(line.figure, line.before, language)
