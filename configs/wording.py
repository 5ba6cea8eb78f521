"""The text of a code in each language: a template with placeholders named like the values."""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any, Literal

from pydantic import field_validator

from configs.model import Configured

Language = Literal["vi", "en"]
_FORMS = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")

LANGUAGES: tuple[Language, ...] = ("vi", "en")


class Words(Configured):
    """The same text in each language."""

    vi: str
    en: str

    @field_validator("vi", "en")
    @classmethod
    def _is_a_template(cls, text: str) -> str:
        places_of(text)
        return text

    def in_language(self, language: Language) -> str:
        """The text in that language."""
        return self.vi if language == "vi" else self.en

    @property
    def places(self) -> set[str]:
        """Names of the placeholders."""
        return set(places_of(self.vi)) | set(places_of(self.en))


Dictionary = Mapping[str, Words]


def words(vi: str, en: str) -> Words:
    """Vietnamese, English."""
    return Words(vi=vi, en=en)


def plain(vi: str, en: str) -> Words:
    """Vietnamese, English of a finished sentence: no template, a brace stands for itself."""
    return Words.model_construct(vi=vi, en=en)


def with_forms(template: str, counts: Mapping[str, object]) -> str:
    """The template with each `{n:case|cases}` replaced by the form for that number; if it is missing, by the
    plural. Only English has such forms here; Vietnamese words don't change with a number."""
    return _FORMS.sub(lambda found: found[2] if counts.get(found[1]) == 1 else found[3], template)


def fill(template: str, shown: Mapping[str, Any], counts: Mapping[str, object]) -> str:
    """The template with its placeholders filled with the formatted values, and plural forms by the values."""
    return with_forms(template, counts).format(**shown)


def counted(number: int, one: str, others: str = "") -> str:
    """`1 package`, `2 packages`, in the English of the command line; `others`: the plural if it is not `one`
    with an s."""
    return f"{number} {one if number == 1 else others or one + 's'}"


def places_of(template: str) -> list[str]:
    """Names of the placeholders of a template. Raises ValueError if it is malformed."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]
