"""When a case has to be done (thời hạn): dates by the law's own counting, and how urgent that makes it now.

Days are counted in Vietnamese time from the day after the event; a period that ends on a day off ends with
the next working day (Civil Code 91/2015/QH13 Art. 147-148). Public holidays move each year: they are data.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

VIETNAM = timezone(timedelta(hours=7), "ICT")
"""Vietnamese time: no summer time since 1975."""
_SATURDAY = 5

Urgency = Literal["calm", "soon", "urgent", "overdue"]


@dataclass(frozen=True)
class WorkCalendar:
    """Which days offices work: Monday to Friday, less the public holidays given."""

    holidays: frozenset[date]

    @classmethod
    def of(cls, holidays: Collection[date]) -> "WorkCalendar":
        """A calendar with these days off beside Saturdays and Sundays."""
        return cls(frozenset(holidays))

    def is_working(self, day: date) -> bool:
        """False on Saturdays, Sundays and public holidays."""
        return day.weekday() < _SATURDAY and day not in self.holidays

    def first_working(self, day: date) -> date:
        """The day itself if offices work, else the next one on which they do."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def after_days(self, start: date, days: int) -> date:
        """The last day of a period of calendar days that begins the day after `start`."""
        return self.first_working(start + timedelta(days=days))

    def after_working_days(self, start: date, days: int) -> date:
        """The last day of a period of working days that begins the day after `start`."""
        day = start
        for _ in range(days):
            day = self.first_working(day + timedelta(days=1))
        return day


def local_day(moment: datetime) -> date:
    """The Vietnamese calendar day of a moment."""
    return moment.astimezone(VIETNAM).date()


def end_of_day(day: date) -> datetime:
    """The moment a Vietnamese day is over, in UTC: what a deadline is compared with."""
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM).astimezone(UTC)


def years_after(moment: datetime, years: int) -> datetime:
    """The end of the same day some years later, 29 February counting as the 28th (limitation, thời hiệu)."""
    day = local_day(moment)
    leap_safe = day.replace(day=28) if (day.month, day.day) == (2, 29) else day
    return end_of_day(leap_safe.replace(year=day.year + years))


def urgency(start: datetime, due: datetime, now: datetime) -> Urgency:
    """How a deadline looks: calm in the first half of its time, urgent in the last fifth, then overdue."""
    if now >= due:
        return "overdue"
    spent = (now - start) / (due - start)
    if spent >= 0.8:
        return "urgent"
    return "soon" if spent >= 0.5 else "calm"
