"""The periods of a report: whole days in Vietnam, and what each is compared with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from contract.local_time import VIETNAM

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


class Kind(StrEnum):
    """How long a report's period is: báo cáo tuần, báo cáo tháng."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both in it."""

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


@dataclass(frozen=True)
class CutOffs:
    """Where periods begin: the weekday of a week (1 Monday … 7 Sunday), the day of a month (1–28)."""

    weekday: int
    month_day: int

    def around(self, kind: Kind, day: date) -> Period:
        """The period a day lies in."""
        if kind == Kind.WEEKLY:
            first = day - timedelta(days=(day.isoweekday() - self.weekday) % 7)
            return Period(first, first + WEEK - DAY)
        start = day.replace(day=self.month_day)
        first = start if start <= day else _month(start, -1)
        return Period(first, _month(first, 1) - DAY)

    def latest(self, kind: Kind, today: date) -> Period:
        """The last period that is over."""
        return self.before(kind, self.around(kind, today))

    def before(self, kind: Kind, period: Period) -> Period:
        """The period that ended when this one began."""
        return self.around(kind, period.first - DAY)

    def year_before(self, kind: Kind, period: Period) -> Period:
        """The same period last year: of a week the same weekdays, 52 weeks earlier."""
        if kind == Kind.WEEKLY:
            return Period(period.first - 52 * WEEK, period.last - 52 * WEEK)
        first = period.first.replace(year=period.first.year - 1)
        return Period(first, _month(first, 1) - DAY)


def year_to_date(period: Period) -> Period:
    """From 1 January of the year the period ends in."""
    return Period(date(period.last.year, 1, 1), period.last)


def _month(first: date, step: int) -> date:
    months = first.year * 12 + first.month - 1 + step
    return first.replace(year=months // 12, month=months % 12 + 1)
