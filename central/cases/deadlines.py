"""Deadlines of a case (thời hạn) by the law tables, and how urgent the case is now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from configs.law_tables import LawBook, LawError

Urgency = Literal["calm", "soon", "urgent", "overdue"]


@dataclass(frozen=True)
class Terms:
    """The moments, in UTC, at which a case's two deadlines end."""

    notice_due_at: datetime
    limitation_at: datetime


def terms_of(book: LawBook, occurred_at: datetime) -> Terms:
    """The deadlines of a violation, by the law of its day, counted from the day of the act as the cautious
    reading of "detection"; the last day counts in full. Raises LawError: the tables know no law of that
    day.
    """
    deadlines = book.deadlines(occurred_at)
    if not {"notice", "limitation"} <= deadlines.keys():
        raise LawError(f"no deadlines for {occurred_at:%d/%m/%Y} in the table `deadlines`")
    count = book.calendar
    return Terms(
        notice_due_at=count.due_at(deadlines["notice"], occurred_at),
        limitation_at=count.due_at(deadlines["limitation"], occurred_at),
    )


def urgency(start: datetime, due: datetime, now: datetime) -> Urgency:
    """How a deadline is shown: calm in the first half of its time, urgent in the last fifth, then overdue."""
    if now >= due:
        return "overdue"
    spent = (now - start) / (due - start)
    if spent >= 0.8:
        return "urgent"
    return "soon" if spent >= 0.5 else "calm"
