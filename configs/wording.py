"""What a code means in each language: a template whose places are named as the values are."""

from collections.abc import Mapping
from string import Formatter
from typing import Literal

from pydantic import field_validator

from configs.model import Configured

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")


class Words(Configured):
    """The same in each language."""

    vi: str
    en: str

    @field_validator("vi", "en")
    @classmethod
    def _is_a_template(cls, text: str) -> str:
        places_of(text)
        return text

    def in_language(self, language: Language) -> str:
        """The words of that language."""
        return self.vi if language == "vi" else self.en

    @property
    def places(self) -> set[str]:
        """Names of the values it shows."""
        return set(places_of(self.vi)) | set(places_of(self.en))


Dictionary = Mapping[str, Words]


def words(vi: str, en: str) -> Words:
    """Vietnamese, English."""
    return Words(vi=vi, en=en)


def places_of(template: str) -> list[str]:
    """Names of the places of a template. Raises ValueError when it is none."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]
