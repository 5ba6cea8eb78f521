"""Which deadlines run (thời hạn), computed from the days of events alone: pure, so that correcting a day
corrects all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from configs.law_calendar import end_of_day
from configs.law_rows import Deadline
from configs.law_tables import LawBook
from contract.local_time import local_day

EventDays = Mapping[str, date]
"""The day (or, for deadlines in hours, the moment) each event happened on, the latest of its kind."""


@dataclass(frozen=True)
class Running:
    """One deadline of a case: the law's row for the day it counts from, when it ends, and when it was met."""

    row: Deadline
    start: date
    last_day: date
    due_at: datetime
    met_on: date | None

    @property
    def late(self) -> bool:
        """True if it was met after its last day."""
        return self.met_on is not None and self.met_on > self.last_day


def running(
    book: LawBook, days: EventDays, last_days: Mapping[str, date] | None = None
) -> dict[str, Running]:
    """Every deadline these events start, by code; `last_days` holds those a person gave another last day.

    The law's row is that of the day of the event it counts from. A deadline with `instead_of` replaces the
    other, and any that the other replaced.
    """
    found = {}
    for code in sorted({row.code for row in book.deadlines_table.deadlines}):
        deadline = _start(book, code, days, (last_days or {}).get(code))
        if deadline is not None:
            found[code] = deadline
    replaced = {other for row in found.values() for other in _chain(book, row)}
    return {code: row for code, row in found.items() if code not in replaced}


def _start(book: LawBook, code: str, days: EventDays, last_day: date | None) -> Running | None:
    for row in book.deadlines_table.deadlines:
        start = days.get(row.counted_from) if row.code == code else None
        if start is None or not row.holds(local_day(start)):
            continue
        if row.only_after is not None and row.only_after not in days:
            continue
        # Hours from a day without a recorded time count from the end of that day.
        moment = start if isinstance(start, datetime) or row.unit != "hours" else end_of_day(start)
        due_at = book.calendar.due_at(row, moment)
        met = days.get(row.met_by)
        met_on = local_day(met) if met is not None and local_day(met) >= local_day(start) else None
        if last_day is not None:
            return Running(row, local_day(start), last_day, end_of_day(last_day), met_on)
        return Running(row, local_day(start), _last_day(book, row, start, due_at), due_at, met_on)
    return None


def _last_day(book: LawBook, row: Deadline, start: date, due_at: datetime) -> date:
    return local_day(due_at) if row.unit == "hours" else book.calendar.last_day(row, start)


def _chain(book: LawBook, found: Running) -> set[str]:
    """Codes that a deadline replaces, one after another."""
    ended: set[str] = set()
    code = found.row.instead_of
    while code is not None and code not in ended:
        ended.add(code)
        code = next((row.instead_of for row in book.deadlines_table.deadlines if row.code == code), None)
    return ended
