"""The clock on the wall: law, signs and people go by Vietnam's time, messages and tables by UTC."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(at: date) -> date:
    """The day in Vietnam; an aware datetime is taken to that time zone first, a plain date is that day."""
    return at.astimezone(VIETNAM).date() if isinstance(at, datetime) else at
