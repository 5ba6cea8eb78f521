"""Reasons for ending a case (lý do loại hồ sơ): those in the dated table for this stage."""

from typing import Literal

from central.cases.errors import ReasonRequiredError
from central.errors import InvalidError
from configs.law_rows import Reason
from configs.law_tables import reasons

Stage = Literal["operator", "officer"]


def reasons_for(stage: Stage) -> list[Reason]:
    """The reasons of a stage in display order."""
    return [reason for reason in reasons().values() if reason.stage in (stage, "both")]


def check_reason(stage: Stage, code: str, note: str) -> None:
    """Checks that the table has the reason for this stage, and that a required note is given.

    Raises:
        InvalidError: no such reason.
        ReasonRequiredError: this reason requires a note.
    """
    reason = reasons().get(code)
    if reason is None or reason.stage not in (stage, "both"):
        raise InvalidError("reason", field="reason")
    if reason.note_required and not note.strip():
        raise ReasonRequiredError("note")
