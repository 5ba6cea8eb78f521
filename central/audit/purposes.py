"""Why personal data was read, as the log keeps it: what the programme itself reads for has phrases of its
own, with a code behind a colon where there are several; what a person typed stays as it was typed."""

from collections.abc import Mapping

from central.words.dictionary import translator, word_or
from central.words.languages import Language

PAPER, MESSAGE = "lập văn bản", "thông báo"
DECISION = "ra quyết định xử phạt vi phạm hành chính"
REPLY = "trả lời văn bản của công dân"
CASE_FILE = "lập hồ sơ xử lý vi phạm hành chính"
ON_THE_PORTAL = "xem trên cổng thông tin"

_WORDS: Mapping[str, tuple[str, str]] = {
    PAPER: ("paper", "step"),
    MESSAGE: ("message", "report.message"),
    DECISION: ("decision", ""),
    REPLY: ("reply", ""),
    CASE_FILE: ("case_file", ""),
    ON_THE_PORTAL: ("on_the_portal", ""),
}
"""Of each phrase: its words, and where the words of its codes are."""


def coded(phrase: str, code: str) -> str:
    """A phrase of the programme with what it is about."""
    return f"{phrase}: {code}"


def purpose_word(purpose: str, language: Language) -> str:
    """A purpose of the log in the reader's language."""
    phrase, _, code = purpose.partition(": ")
    if purpose.startswith("case:"):
        return translator(language)("read_for.case", n=purpose.removeprefix("case:"))
    if phrase not in _WORDS:
        return word_or(language, f"purpose.{purpose}", purpose)
    name, of_code = _WORDS[phrase]
    said = translator(language)(f"read_for.{name}")
    return f"{said}: {word_or(language, f'{of_code}.{code}', code)}" if code else said
