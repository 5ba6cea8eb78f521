"""Local time: law, signs and people use Vietnam's time, messages and tables UTC."""

from datetime import date, datetime, time, timedelta
from typing import overload
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(at: date) -> date:
    """The day in Vietnam; an aware datetime is converted to that time zone first, a plain date is that
    day."""
    return at.astimezone(VIETNAM).date() if isinstance(at, datetime) else at


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


@overload
def bounds_of_days(first: date, last: date) -> tuple[datetime, datetime]: ...
@overload
def bounds_of_days(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]: ...
def bounds_of_days(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """The start of the first day and the end of the last one; None where it is open."""
    begin = datetime.combine(first, time(), VIETNAM) if first is not None else None
    end = datetime.combine(last, time(), VIETNAM) + timedelta(days=1) if last is not None else None
    return begin, end
