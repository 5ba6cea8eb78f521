"""The console's words: one dictionary a language, Vietnamese first; a cookie remembers the choice."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contract.local_time import VIETNAM

LANGUAGES = ("vi", "en")
COOKIE = "lang"
_FOLDER = Path(__file__).parent / "words"

Translate = Callable[..., str]


@cache
def dictionary(language: str) -> dict[str, str]:
    """All words of a language, nested keys joined with dots."""
    content = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return dict(_flatten(content, ""))


def _flatten(node: dict[Any, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in node.items():
        name = f"{prefix}{key}"
        found += _flatten(value, f"{name}.") if isinstance(value, dict) else [(name, str(value))]
    return found


def language_of(cookie: str | None) -> str:
    """The language of a cookie's value; Vietnamese when there is none or it is none of ours."""
    return cookie if cookie in LANGUAGES else LANGUAGES[0]


def translator(language: str) -> Translate:
    """`t("review.accept")`, with `{name}` places filled from keywords. Raises KeyError for a missing word."""
    words = dictionary(language)

    def translate(key: str, **values: Any) -> str:
        return words[key].format(**values) if values else words[key]

    return translate


def word_or(language: str, key: str, otherwise: str) -> str:
    """The word if the dictionary has it: for codes from nodes that may be newer than this programme."""
    return dictionary(language).get(key, otherwise)


def local_time(moment: datetime, language: str, *, seconds: bool = False) -> str:
    """Vietnamese time for people: `24/11/2026 15:30` or, in English, `24 Nov 2026 15:30`."""
    day = "%d/%m/%Y" if language == "vi" else "%d %b %Y"
    return moment.astimezone(VIETNAM).strftime(f"{day} %H:%M:%S" if seconds else f"{day} %H:%M")


def signed_seconds(value: float, language: str) -> str:
    """`+0,75 s`, `−1,20 s`: a time before or after the violation."""
    return f"{'−' if value < 0 else '+'}{number(abs(value), language, 2)} s"


def number(value: float, language: str, digits: int = 0) -> str:
    """`18.000.000` and `1,84` in Vietnamese, `18,000,000` and `1.84` in English."""
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text
