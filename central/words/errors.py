"""Errors in the reader's language: from their codes and values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.lists import format_list

from central.errors import DomainError
from central.words.dictionary import has_word, translator, word_or
from central.words.languages import Language, locale_of
from configs.wording import Words

VALUE_WORDS = {
    "action": "action",
    "event": "happened",
    "state": "state",
    "permission": "permission",
    "rule": "rule",
    "vehicle": "vehicle",
    "kinds": "plate_kind",
    "particular": "particular",
    "column": "answer_column",
    "form_state": "forms_page.state",
}
"""Values that are codes themselves (one or a tuple) and the part of the dictionary with their texts."""


@dataclass(frozen=True)
class Told:
    """An error as text: the kind of problem, and the exact circumstances (empty if there are none)."""

    title: str
    detail: str

    @property
    def sentence(self) -> str:
        """Both in one line."""
        return f"{self.title}: {self.detail}" if self.detail else self.title


def told(error: DomainError, language: Language) -> Told:
    """The error as text."""
    t = translator(language)
    key = f"error.{error.code}.{error.reason}"
    detail = t(key, **values_in_words(error.values, language)) if error.reason else ""
    return Told(t(f"error.{error.code}.title"), detail)


def values_in_words(values: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Values ready to be filled in, with codes replaced by their texts."""
    return {name: _shown(name, value, language) for name, value in values.items()}


def _shown(name: str, value: object, language: Language) -> object:
    if name in VALUE_WORDS:
        return _in_words(VALUE_WORDS[name], value, language)
    return in_language(value, language)


def in_language(value: object, language: Language) -> object:
    """A value that has a text in each language as that text; others as they are."""
    return value.in_language(language) if isinstance(value, Words) else value


def _in_words(part: str, value: object, language: Language) -> str:
    codes = value if isinstance(value, tuple) else (value,)
    words = [word_or(language, f"{part}.{code}", str(code)) for code in codes]
    return format_list(words, style="or", locale=locale_of(language))


def http_words(status: int, language: Language) -> str:
    """Text for an HTTP status that the framework itself answers."""
    return word_or(language, f"http.{status}", f"HTTP {status}")


def field_name(place: Sequence[object], language: Language) -> str:
    """The display name of a field: `place` is its location as given by pydantic (`("body", "plate")`)."""
    name = str(place[1] if len(place) > 1 else place[0])
    t = translator(language)
    is_typed = place[0] != "path" and has_word(language, f"form_field.{name}")
    return t(f"form_field.{name}") if is_typed else t("form_field.of_page", name=name)


def field_problem(kind: str, values: Mapping[str, Any], language: Language) -> str:
    """Why a field of a request is wrong: pydantic's error type and its values, as text."""
    key = f"field.{kind}" if has_word(language, f"field.{kind}") else "field.value_error"
    length = values.get("max_length", values.get("min_length"))
    return translator(language)(key, **values, n=length)
