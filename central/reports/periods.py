"""The periods of a report: whole days in Vietnam, and the periods to compare with."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from contract.local_time import VIETNAM

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
MOST_STRETCHES = 12


class Kind(StrEnum):
    """Length of a report's period: báo cáo tuần, báo cáo tháng."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        """The moment it begins."""
        return datetime.combine(self.first, time(), VIETNAM)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + DAY, time(), VIETNAM)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> list[date]:
        """Its days in their order."""
        return [self.first + DAY * number for number in range((self.last - self.first).days + 1)]


@dataclass(frozen=True)
class CutOffs:
    """Where periods begin: the weekday of a week (1 Monday … 7 Sunday), the day of a month (1–28)."""

    weekday: int
    month_day: int

    def around(self, kind: Kind, day: date) -> Period:
        """The period that contains a day."""
        if kind == Kind.WEEKLY:
            first = day - timedelta(days=(day.isoweekday() - self.weekday) % 7)
            return Period(first, first + WEEK - DAY)
        start = day.replace(day=self.month_day)
        first = start if start <= day else _month(start, -1)
        return Period(first, _month(first, 1) - DAY)

    def latest(self, kind: Kind, today: date) -> Period:
        """The latest period that has ended."""
        return self.before(kind, self.around(kind, today))

    def before(self, kind: Kind, period: Period) -> Period:
        """The previous period."""
        return self.around(kind, period.first - DAY)

    def year_before(self, kind: Kind, period: Period) -> Period:
        """The same period last year: for a week the same weekdays, 52 weeks earlier."""
        if kind == Kind.WEEKLY:
            return Period(period.first - 52 * WEEK, period.last - 52 * WEEK)
        first = period.first.replace(year=period.first.year - 1)
        return Period(first, _month(first, 1) - DAY)


def year_to_date(period: Period) -> Period:
    """From 1 January of the year in which the period ends."""
    return Period(date(period.last.year, 1, 1), period.last)


def joined(days_of: Iterable[Period]) -> list[Period]:
    """The ranges of days covered by any of the periods."""
    return _stretches({day for period in days_of for day in period.days})


@dataclass(frozen=True)
class Days:
    """Days to read: ranges that contain them and don't overlap; if the ranges contain others too, `only`
    names those to read.
    """

    spans: Sequence[Period]
    only: Sequence[date] = ()


def without(spans: Iterable[Period], left_out: Collection[date] = ()) -> Days:
    """The days that remain without these; if there are many ranges of them, the shortest gaps between the
    ranges are filled.
    """
    days = sorted({day for span in spans for day in span.days if day not in left_out})
    rest = _stretches(days)
    if len(rest) <= MOST_STRETCHES:
        return Days(rest)
    while len(rest) > MOST_STRETCHES:
        gaps = [after.first - before.last for before, after in pairwise(rest)]
        place = gaps.index(min(gaps))
        rest[place : place + 2] = [Period(rest[place].first, rest[place + 1].last)]
    return Days(rest, days)


def _stretches(days: Collection[date]) -> list[Period]:
    found: list[Period] = []
    for day in sorted(days):
        if found and found[-1].last + DAY == day:
            found[-1] = Period(found[-1].first, day)
        else:
            found.append(Period(day, day))
    return found


def _month(first: date, step: int) -> date:
    months = first.year * 12 + first.month - 1 + step
    return first.replace(year=months // 12, month=months % 12 + 1)
