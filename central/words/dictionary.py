"""The dictionary: one or more files for each language, keys joined with dots, values formatted for the
language.

A text with plural forms is a mapping of CLDR categories chosen by its value `n`: `left: {one: "{n} day left",
other: "{n} days left"}`. Where a sentence has several numbers, each chooses its own form, for one and for all
others: `"{lost} {lost:act|acts} of {all}"`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from central.words.forms import local_time, number
from central.words.languages import Language, locale_of
from configs.rules import RULES
from configs.words import values

_FOLDER = Path(__file__).parent
_PLURALS = {"zero", "one", "two", "few", "many", "other"}

Forms = Mapping[str, str]
"""A text by plural category; one without plurals has `other` only."""

Translate = Callable[..., str]


@cache
def dictionary(language: Language) -> Mapping[str, Forms]:
    """All texts of a language: its main file, and one beside it for each large feature
    (`vi.proceedings.yaml`). The names of rules come from their descriptors, those of connected systems
    from the texts of values, where they are in mid-sentence form.
    """
    words: dict[str, Forms] = {
        f"rule.{rule.name}": {"other": rule.label.in_language(language)} for rule in RULES.values()
    }
    for system, name in values()["system"].items():
        text = name.in_language(language)
        words[f"connection.name.{system}"] = {"other": text[0].upper() + text[1:]}
    for path in sorted(_FOLDER.glob(f"{language}*.yaml")):
        words |= _flatten(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), "")
    return words


def _flatten(node: Mapping[Any, Any], prefix: str) -> list[tuple[str, Forms]]:
    found: list[tuple[str, Forms]] = []
    for key, value in node.items():
        name = f"{prefix}{key}"
        if not isinstance(value, dict):
            found.append((name, {"other": str(value)}))
        elif "other" in value and value.keys() <= _PLURALS:
            found.append((name, value))
        else:
            found += _flatten(value, f"{name}.")
    return found


_NAMES = frozenset({"id", "case", "number", "line"})
"""Values that are names: a number among them is written without separators."""


class _Filler(Formatter):
    """Fills `{n}`, `{seconds:.2f}` and `{at}`: numbers and times formatted for the language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._plural = locale_of(language).plural_form

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        value, first = super().get_field(field_name, args, kwargs)
        return (str(value) if first in _NAMES else value), first

    def format_field(self, value: Any, format_spec: str) -> str:
        one, is_choice, other = format_spec.partition("|")
        if is_choice:
            return one if self._plural(value) == "one" else other
        if isinstance(value, datetime):
            return local_time(value, self._language)
        if isinstance(value, int | float) and not isinstance(value, bool):
            digits = int(format_spec[1:-1]) if format_spec else 0 if isinstance(value, int) else 2
            return number(value, self._language, digits)
        return str(value)


@cache
def translator(language: Language) -> Translate:
    """`t("review.accept")`, `t("deadline.left", n=3)`. Raises KeyError for a missing text or value."""
    words = dictionary(language)
    filler = _Filler(language)
    plural = locale_of(language).plural_form

    def translate(key: str, /, **values: Any) -> str:
        forms = words[key]
        form = forms["other"]
        if len(forms) > 1:
            form = forms.get(plural(values["n"]), form)
        return filler.vformat(form, (), values) if values else form

    return translate


def has_word(language: Language, key: str) -> bool:
    """Whether the dictionary has the text."""
    return key in dictionary(language)


def word_or(language: Language, key: str, otherwise: str) -> str:
    """The text if the dictionary has it: for codes from nodes that may be newer than this software."""
    return translator(language)(key) if has_word(language, key) else otherwise
