"""When a case has to be done (thời hạn): the dates of the law table, and how urgent they make it now."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from configs import law_tables
from contract.local_time import VIETNAM, local_day

Urgency = Literal["calm", "soon", "urgent", "overdue"]


@dataclass(frozen=True)
class Terms:
    """The moments, in UTC, at which a case's two deadlines are over."""

    notice_due_at: datetime
    limitation_at: datetime


def terms_of(occurred_at: datetime) -> Terms:
    """The deadlines of a violation, by the law of its day, counted from its day as the safe reading of
    "detection"; the last day counts whole."""
    deadlines = law_tables.deadlines(occurred_at)
    day = local_day(occurred_at)
    return Terms(
        notice_due_at=end_of_day(deadlines["notice"].due(day)),
        limitation_at=end_of_day(deadlines["limitation"].due(day)),
    )


def end_of_day(day: date) -> datetime:
    """The moment a Vietnamese day is over, in UTC: what a deadline is compared with."""
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM).astimezone(UTC)


def urgency(start: datetime, due: datetime, now: datetime) -> Urgency:
    """How a deadline looks: calm in the first half of its time, urgent in the last fifth, then overdue."""
    if now >= due:
        return "overdue"
    spent = (now - start) / (due - start)
    if spent >= 0.8:
        return "urgent"
    return "soon" if spent >= 0.5 else "calm"
