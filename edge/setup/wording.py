"""The words of the page, Vietnamese first: `words/*.yaml`, a key with its two languages."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import RootModel

from configs.loading import load_yaml
from configs.wording import Language, Words, fill
from configs.words import number, say
from contract.reasons import Reason
from edge.setup.places import SetupError

Translate = Callable[..., str]
_FOLDER = Path(__file__).parent / "words"


class _Table(RootModel[dict[str, Words]]):
    """One file of words."""


@cache
def words() -> Mapping[str, Words]:
    """All words of the page by key."""
    found: dict[str, Words] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        found |= load_yaml(path, _Table).root
    return found


def translator(language: Language) -> Translate:
    """`t("record.start", seconds=60)`. Raises KeyError for a missing word or value."""

    def translate(key: str, /, **values: Any) -> str:
        template = words()[key].in_language(language)
        return fill(template, {name: shown(v, language) for name, v in values.items()}, values)

    return translate


def script_words(language: Language) -> dict[str, str]:
    """The words used by the page's script."""
    return {key: text.in_language(language) for key, text in words().items() if key.startswith("js.")}


def told(error: SetupError, language: Language) -> str:
    """The error in words."""
    return translator(language)(f"error.{error.code}", **error.values)


def shown(value: Any, language: Language) -> Any:
    """A value formatted for reading."""
    if isinstance(value, Reason):
        return say(value, language)
    if isinstance(value, SetupError):
        return told(value, language)
    if isinstance(value, float):
        return number(value, language, 0 if abs(value) >= 100 else 1)
    return value
