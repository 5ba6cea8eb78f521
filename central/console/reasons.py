"""Reasons as the reject dialog shows them: the first nine have a digit, those needing words a field."""

from dataclasses import dataclass

from central.review.reasons import Stage, reasons_for
from central.words.languages import Language
from configs.law_tables import reasons

_DIGITS = 9


@dataclass(frozen=True)
class ReasonChoice:
    """One line of the dialog; `digit` is the key that chooses it."""

    code: str
    words: str
    needs_note: bool
    digit: str


def reason_choices(stage: Stage, language: Language) -> list[ReasonChoice]:
    """The reasons of a stage in the browser's language."""
    return [
        ReasonChoice(
            code=reason.code,
            words=reason.text_vi if language == "vi" else reason.text_en,
            needs_note=reason.note_required,
            digit=str(place) if place <= _DIGITS and not reason.note_required else "",
        )
        for place, reason in enumerate(reasons_for(stage), 1)
    ]


def reason_words(code: str, language: Language) -> str:
    """A stored reason code in words; the code itself when the table no longer has it."""
    reason = reasons().get(code)
    if reason is None:
        return code
    return reason.text_vi if language == "vi" else reason.text_en
