"""Legal counting of time (Law on Administrative Violations Art 8, Civil Code 147-148): the day of the event
is day 0.

Days are days in Vietnam. Working days exclude weekends and public holidays; a Saturday worked instead of a
bridging day is one.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from configs.law_rows import Deadline
from contract.local_time import VIETNAM, local_day


def end_of_day(day: date) -> datetime:
    """The end of a Vietnamese day, in UTC: deadlines are compared with it."""
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM).astimezone(UTC)


@dataclass(frozen=True)
class WorkingCalendar:
    """The working days: `free` weekdays are holidays, `worked` Saturdays replace a bridging day."""

    free: frozenset[date]
    worked: frozenset[date]

    def is_working(self, day: date) -> bool:
        """True on a working day."""
        return day in self.worked or (day.weekday() < 5 and day not in self.free)

    def after(self, day: date, amount: int) -> date:
        """The `amount`-th working day after `day`."""
        while amount:
            day += timedelta(days=1)
            amount -= self.is_working(day)
        return day

    def next_working(self, day: date) -> date:
        """The day itself, or the first working day after it."""
        return day if self.is_working(day) else self.after(day, 1)

    def last_day(self, deadline: Deadline, start: date) -> date:
        """The last day of a deadline counted from `start`, rolled on where the row says so.

        Raises:
            ValueError: a deadline in hours has no last day: see `due_at`.
        """
        day = local_day(start)
        if deadline.unit == "hours":
            raise ValueError(f"{deadline.code} is counted in hours from a moment, not from a day")
        if deadline.unit == "working_days":
            return self.after(day, deadline.amount)
        if deadline.unit == "days":
            last = day + timedelta(days=deadline.amount)
        else:
            last = months_later(day, deadline.amount * (12 if deadline.unit == "years" else 1))
        return self.next_working(last) if deadline.rolls_on else last

    def due_at(self, deadline: Deadline, start: date) -> datetime:
        """The moment, in UTC, at which a deadline ends; its last day counts whole.

        Raises:
            ValueError: hours are counted from a moment, and `start` is only a day.
        """
        if deadline.unit != "hours":
            return end_of_day(self.last_day(deadline, start))
        if not isinstance(start, datetime):
            raise ValueError(f"{deadline.code} is counted in hours: give the moment of the event")
        return start.astimezone(UTC) + timedelta(hours=deadline.amount)


def months_later(day: date, months: int) -> date:
    """The same day of the month, months later; the last of the month if there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def calendar_of(free: Iterable[date], worked: Iterable[date]) -> WorkingCalendar:
    """A calendar from lists of days."""
    return WorkingCalendar(frozenset(free), frozenset(worked))
