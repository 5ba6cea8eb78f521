"""The languages of the centre, and the choice for a reader."""

from functools import cache
from typing import Literal

from babel import Locale, negotiate_locale

Language = Literal["vi", "en"]

LANGUAGES: tuple[Language, ...] = ("vi", "en")
"""Vietnamese first: the default without a preference."""


def language_of(code: str | None) -> Language:
    """The language of a code (a cookie's value, a path's part); Vietnamese for an unknown one."""
    return next((known for known in LANGUAGES if known == code), LANGUAGES[0])


def wanted_language(accept_language: str) -> Language:
    """The best of our languages for an `Accept-Language` header; Vietnamese if it names none of them."""
    weighted = []
    for place, part in enumerate(accept_language[:200].split(",")):
        tag, _, parameters = part.partition(";")
        weighted.append((-_weight(parameters), place, tag.strip()))
    wanted = [tag for _, _, tag in sorted(weighted) if tag]
    return language_of(negotiate_locale(wanted, LANGUAGES, sep="-"))


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


@cache
def locale_of(language: Language) -> Locale:
    """Babel's locale of the language."""
    return Locale.parse(language)
