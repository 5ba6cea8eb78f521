"""Reasons as the dialogs show them: each with a key of its own that never changes, the likeliest first."""

from dataclasses import dataclass

from sqlmodel import Session

from central.cases.lifecycle import State
from central.cases.statistics import latest_reasons
from central.review.reasons import Stage, reasons_for
from central.words.languages import Language
from configs.law_tables import reasons

_KEYS = "123456789QWERTYUIOPASDFGHJKLZXCVBNM"
_ENDED = {"operator": State.REJECTED, "officer": State.REFUSED}


@dataclass(frozen=True)
class ReasonChoice:
    """One line of the dialog; `key` is what the script looks for, `shown_key` what people read."""

    code: str
    words: str
    needs_note: bool
    key: str
    shown_key: str


def reason_choices(session: Session, stage: Stage, rule: str, language: Language) -> list[ReasonChoice]:
    """The reasons of a stage in the browser's language, those given most for this rule lately first."""
    given = latest_reasons(session, _ENDED[stage])
    choices = [
        ReasonChoice(
            code=reason.code,
            words=reason.text_vi if language == "vi" else reason.text_en,
            needs_note=reason.note_required,
            key=shown if shown.isdigit() else f"Key{shown}",
            shown_key=shown,
        )
        for reason, shown in zip(reasons_for(stage), _KEYS, strict=False)
    ]
    return sorted(choices, key=lambda choice: -given[(rule, choice.code)])


def reason_words(code: str, language: Language) -> str:
    """A stored reason code in words; the code itself when the table no longer has it."""
    reason = reasons().get(code)
    if reason is None:
        return code
    return reason.text_vi if language == "vi" else reason.text_en
