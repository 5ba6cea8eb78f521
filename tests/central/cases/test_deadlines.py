"""Counting days as the Civil Code does, holidays included."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.cases.deadlines import WorkCalendar, end_of_day, local_day, urgency, years_after

NATIONAL_DAY_2026 = [date(2026, 9, 1), date(2026, 9, 2)]
CALENDAR = WorkCalendar.of(NATIONAL_DAY_2026)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 11, 10), 10, date(2026, 11, 20)),  # a Friday
        (date(2026, 11, 11), 10, date(2026, 11, 23)),  # would end on a Saturday
        (date(2026, 8, 22), 10, date(2026, 9, 3)),  # would end on a public holiday
    ],
)
def test_a_period_that_ends_on_a_day_off_ends_with_the_next_working_day(
    start: date, days: int, last: date
) -> None:
    assert CALENDAR.after_days(start, days) == last


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 8, 28), 2, date(2026, 9, 3)),  # Friday, then a weekend and two holidays
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
    ],
)
def test_working_days(start: date, days: int, last: date) -> None:
    assert CALENDAR.after_working_days(start, days) == last


@given(start=st.dates(date(2025, 1, 1), date(2030, 1, 1)), days=st.integers(1, 40))
def test_working_days_end_on_a_working_day_and_are_counted_one_by_one(start: date, days: int) -> None:
    last = CALENDAR.after_working_days(start, days)
    between = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert sum(map(CALENDAR.is_working, between)) == days
    assert CALENDAR.is_working(last)


def test_a_day_is_a_vietnamese_day() -> None:
    assert local_day(datetime(2026, 11, 23, 17, 30, tzinfo=UTC)) == date(2026, 11, 24)
    assert end_of_day(date(2026, 11, 24)) == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (datetime(2026, 3, 1, 2, tzinfo=UTC), datetime(2027, 3, 1, 17, tzinfo=UTC)),
        (datetime(2028, 2, 29, 2, tzinfo=UTC), datetime(2029, 2, 28, 17, tzinfo=UTC)),
    ],
)
def test_limitation_is_the_same_day_a_year_later(moment: datetime, end: datetime) -> None:
    assert years_after(moment, 1) == end


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, "calm"), (49, "calm"), (50, "soon"), (80, "urgent"), (100, "overdue")]
)
def test_urgency_grows_with_the_time_spent(hours: int, expected: str) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    assert urgency(start, start + timedelta(hours=100), start + timedelta(hours=hours)) == expected
