"""A register's own terms, for readers of another language."""

from central.registry.comparison import colour_code
from central.words.dictionary import translator
from central.words.languages import Language


def colour_words(words: str | None, language: Language) -> str | None:
    """A registered colour in the register's words; in another language by its code, if it has one."""
    code = colour_code(words) if words and language != "vi" else None
    return translator(language)(f"colour.{code}") if code else words
