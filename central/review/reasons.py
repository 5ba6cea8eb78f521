"""Reasons for ending a case (lý do loại hồ sơ): those of the law in use for this stage."""

from typing import Literal

from sqlmodel import Session

from central.cases.errors import ReasonRequiredError
from central.errors import InvalidError
from central.law.service import book
from configs.law_rows import Reason

Stage = Literal["operator", "officer"]


def reasons_for(session: Session, stage: Stage) -> list[Reason]:
    """The reasons of a stage in display order."""
    return [reason for reason in book(session).reasons.values() if reason.stage in (stage, "both")]


def check_reason(session: Session, stage: Stage, code: str, note: str) -> None:
    """Checks that the table has the reason for this stage, and that a required note is given.

    Raises:
        InvalidError: no such reason.
        ReasonRequiredError: this reason requires a note.
    """
    reason = book(session).reasons.get(code)
    if reason is None or reason.stage not in (stage, "both"):
        raise InvalidError("reason", field="reason")
    if reason.note_required and not note.strip():
        raise ReasonRequiredError("note")
