"""Late fees to the day (tiền chậm nộp): 0.05 % a day of what was unpaid that day. Law Art 78.1; TT
18/2023/TT-BTC Art 5. Pure.

Money is counted towards the fine first; what is more pays the fee.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from configs.law_amounts import late_days
from configs.law_rows import Sanctions

Pause = tuple[date, date]
"""First and last day of a time in which no fee runs: while relief is considered or granted, or execution
is suspended."""


@dataclass(frozen=True)
class Paid:
    """Money that came in on a day; a refund is negative."""

    on: date
    amount: int


def fee_until(
    fine: int,
    last_day: date,
    payments: Iterable[Paid],
    until: date,
    pauses: Iterable[Pause],
    rules: Sanctions,
) -> int:
    """The fee that has accrued if the rest were paid on `until`, in whole dong rounded down once."""
    pauses = list(pauses)
    by_day = sorted((paid for paid in payments if paid.on < until), key=lambda paid: paid.on)
    weighted, counted, unpaid = 0, 0, fine
    for paid in by_day:
        days = late_days(last_day, paid.on, pauses)
        weighted += max(0, unpaid) * max(0, days - counted)
        counted = max(counted, days)
        unpaid -= paid.amount
    weighted += max(0, unpaid) * max(0, late_days(last_day, until, pauses) - counted)
    return weighted * rules.late_fee_per_100k_per_day // 100_000
