"""Late fees by the day (tiền chậm nộp): 0.05 % a day of the amount due and unpaid that day. Law Art 78.1; TT
18/2023/TT-BTC Art 5. Pure.

Payments count towards the fine first, then the fee. Of a fine in instalments only those whose last day is
over count as unpaid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from configs.law_rows import Sanctions

Pause = tuple[date, date]
"""First and last day of a period without fee: while relief is considered or granted, or execution is
suspended.
"""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Part:
    """An amount to be paid by a day, that day included: the whole fine, or an instalment."""

    amount: int
    last_day: date


@dataclass(frozen=True)
class Paid:
    """Money that came in on a day; a refund is negative."""

    on: date
    amount: int


def fee_until(
    parts: Sequence[Part],
    payments: Sequence[Paid],
    until: date,
    pauses: Iterable[Pause],
    rules: Sanctions,
) -> int:
    """The fee accrued if the rest is paid on `until`, in whole dong rounded down once: for each day from the
    one after a part's last day to the one before `until`, without pauses.
    """
    free = {day for first, last in pauses for day in _days(first, last)}
    changes = {part.last_day + _DAY for part in parts} | {paid.on for paid in payments}
    begins = sorted(day for day in changes if day < until)
    weighted = 0
    for first, after in pairwise([*begins, until]):
        due = sum(part.amount for part in parts if part.last_day < first)
        unpaid = due - sum(paid.amount for paid in payments if paid.on <= first)
        if unpaid > 0:
            weighted += unpaid * sum(day not in free for day in _days(first, after - _DAY))
    return weighted * rules.late_fee_per_100k_per_day // 100_000


def left_of(parts: Sequence[Part], paid: int) -> list[Part]:
    """The unpaid rest of every part, zero included: payments are allocated to the parts in their order."""
    found = []
    for part in parts:
        filled = max(0, min(part.amount, paid))
        found.append(Part(part.amount - filled, part.last_day))
        paid -= filled
    return found


def next_part(parts: Sequence[Part], paid: int, on: date) -> Part | None:
    """The next amount to pay: the unpaid rest of all overdue parts together; if none is overdue, that of the
    first unpaid part. None if everything is paid.
    """
    left = [part for part in left_of(parts, paid) if part.amount]
    late = sum(part.amount for part in left if part.last_day < on)
    return Part(late or left[0].amount, left[0].last_day) if left else None


def next_day(parts: Sequence[Part], paid: int) -> date:
    """The last day of the first unpaid part; of the last part if all are paid."""
    left = [part for part in left_of(parts, paid) if part.amount]
    return (left or parts[-1:])[0].last_day


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
