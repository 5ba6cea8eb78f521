"""Words for the codes of `contract.reasons`, in Vietnamese and English: one place for node and centre.

Each file of this folder maps codes to templates, whose placeholders are named like the reason's values; the
end of a name is its unit (`{elapsed_red_ms}` is shown in seconds); `{packages:package|packages}` is the form
for a number. `values.yaml` has the words for values that are words themselves, by the value's name. The words
of a rule are in its descriptor in `configs.rules`.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import RootModel

from configs.loading import load_yaml
from configs.rules import RULES
from configs.wording import Language, Words, fill, places_of
from contract.reasons import Reason, Value

_FOLDER = Path(__file__).parent
_VALUES = "values.yaml"
_UNITS = {"_ms": (1000.0, 2, " s"), "_bytes": (1e6, 1, " MB"), "_heights": (1.0, 1, "")}
"""End of a value's name: divisor, digits, and the unit shown."""


class _Catalogue(RootModel[dict[str, Words]]):
    """One file of words."""


class _Values(RootModel[dict[str, dict[str, Words]]]):
    """Words for values, by the value's name."""


@cache
def catalogue() -> Mapping[str, Words]:
    """Templates of every code."""
    found: dict[str, Words] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        if path.name != _VALUES:
            found |= load_yaml(path, _Catalogue).root
    for rule in RULES.values():
        found |= rule.reasons
    return found


@cache
def values() -> Mapping[str, Mapping[str, Words]]:
    """Words for values, by the value's name."""
    bases = {code: words for rule in RULES.values() for code, words in rule.bases.items()}
    labels = {rule.name: rule.label for rule in RULES.values()}
    return {**load_yaml(_FOLDER / _VALUES, _Values).root, "basis": bases, "rule": labels}


def say(reason: Reason, language: Language) -> str:
    """The reason in words. An unknown code (from a newer sender) is shown as it is, with its values."""
    words = catalogue().get(reason.code)
    if words is None:
        told = ", ".join(f"{name} {value_words(name, v, language)}" for name, v in reason.values.items())
        return f"{reason.code} ({told})" if told else reason.code
    template = words.in_language(language)
    shown = {name: _shown(name, reason, language) for name in places_of(template)}
    return fill(template, shown, reason.values)


def say_both(reason: Reason) -> str:
    """Vietnamese and English with a dash between, as version 1 of the messages had it."""
    return f"{say(reason, 'vi')} — {say(reason, 'en')}"


_ISO_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")


def value_words(name: str, value: Value, language: Language) -> str:
    """A value for display: with its unit, in words if it is a word, dates (ISO 8601) in local form."""
    if isinstance(value, tuple):
        return ", ".join(value_words(name.removesuffix("s"), item, language) for item in value)
    if isinstance(value, str):
        if name in ("day", "month") and language == "vi" and _ISO_DAY.fullmatch(value):
            return "/".join(reversed(value.split("-")))
        known = values().get(name, {}).get(value)
        return known.in_language(language) if known else value
    for ending, (divisor, digits, unit) in _UNITS.items():
        if name.endswith(ending):
            return number(value / divisor, language, digits) + unit
    return str(value) if isinstance(value, int) else number(value, language, 2)


def number(value: float, language: Language, digits: int) -> str:
    """`18.000,5` in Vietnamese, `18,000.5` in English."""
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def _shown(name: str, reason: Reason, language: Language) -> str:
    if name not in reason.values:
        return "?"
    value = reason.values[name]
    if name == "because":  # a reason inside a reason: its values are passed along
        inner = {key: v for key, v in reason.values.items() if key != name}
        return say(Reason(code=str(value), values=inner), language)
    return value_words(name, value, language)
