"""Reasons as shown in the dialogs: each with a fixed key while there are keys, the most frequent first."""

from dataclasses import dataclass
from itertools import chain, repeat

from sqlmodel import Session

from central.cases.lifecycle import State
from central.cases.statistics import latest_reasons
from central.law.service import known_reasons
from central.review.reasons import Stage, reasons_for
from central.words.dictionary import word_or
from central.words.languages import Language
from configs.law_tables import shipped

_KEYS = "123456789QWERTYUIOPASDFGHJKLZXCVBNM"
_ENDED = {"operator": State.REJECTED, "officer": State.REFUSED}


@dataclass(frozen=True)
class ReasonChoice:
    """One line of the dialog; `key` is used by the script, `shown_key` is displayed; both empty for reasons
    beyond the last key.
    """

    code: str
    words: str
    needs_note: bool
    key: str
    shown_key: str


def reason_choices(session: Session, stage: Stage, rule: str, language: Language) -> list[ReasonChoice]:
    """The reasons of a stage in the browser's language, those most often given for this rule recently
    first.
    """
    given = latest_reasons(session, _ENDED[stage])
    reasons = reasons_for(session, stage)
    choices = [
        ReasonChoice(
            code=reason.code,
            words=reason.text_vi if language == "vi" else reason.text_en,
            needs_note=reason.note_required,
            key=f"Key{shown}" if shown.isalpha() else shown,
            shown_key=shown,
        )
        for reason, shown in zip(reasons, chain(_KEYS, repeat("")), strict=False)
    ]
    return sorted(choices, key=lambda choice: -given[(rule, choice.code)])


def reason_words(code: str, language: Language, session: Session | None = None) -> str:
    """The text of a stored reason code by the latest table that has it (without a session: as shipped), or
    of one that the programme gives; otherwise the code itself.
    """
    reason = (known_reasons(session) if session is not None else shipped().reasons).get(code)
    if reason is None:
        return word_or(language, f"own_reason.{code}", code)
    return reason.text_vi if language == "vi" else reason.text_en
