"""The purpose of reading personal data, as the log stores it.

Purposes of the software itself are fixed phrases, followed by a colon and a code where there are several; a
purpose typed by a person is stored as typed.
"""

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
"""For each phrase: its text key, and where the texts of its codes are."""


def coded(phrase: str, code: str) -> str:
    """A phrase of the software with its code."""
    return f"{phrase}: {code}"


def purpose_word(purpose: str, language: Language) -> str:
    """A stored purpose in the reader's language."""
    phrase, _, code = purpose.partition(": ")
    if purpose.startswith("case:"):
        return translator(language)("read_for.case", n=purpose.removeprefix("case:"))
    if phrase not in _WORDS:
        return word_or(language, f"purpose.{purpose}", purpose)
    name, of_code = _WORDS[phrase]
    said = translator(language)(f"read_for.{name}")
    return f"{said}: {word_or(language, f'{of_code}.{code}', code)}" if code else said
