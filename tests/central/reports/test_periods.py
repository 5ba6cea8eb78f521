"""Weeks from Wednesday, months from the 14th, and what each is compared with."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.reports.periods import MOST_STRETCHES, CutOffs, Kind, Period, without, year_to_date

CUT_OFFS = CutOffs(3, 14)
WEEKLY, MONTHLY = Kind.WEEKLY, Kind.MONTHLY


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        (WEEKLY, date(2026, 11, 24), date(2026, 11, 18), date(2026, 11, 24)),
        (WEEKLY, date(2026, 11, 25), date(2026, 11, 25), date(2026, 12, 1)),
        (MONTHLY, date(2026, 11, 13), date(2026, 10, 14), date(2026, 11, 13)),
        (MONTHLY, date(2026, 11, 14), date(2026, 11, 14), date(2026, 12, 13)),
        (MONTHLY, date(2026, 1, 5), date(2025, 12, 14), date(2026, 1, 13)),
    ],
)
def test_the_period_around_a_day(kind: Kind, day: date, first: date, last: date) -> None:
    assert CUT_OFFS.around(kind, day) == Period(first, last)


@pytest.mark.parametrize(
    ("kind", "today", "last"),
    [
        (WEEKLY, date(2026, 11, 25), date(2026, 11, 24)),
        (WEEKLY, date(2026, 11, 24), date(2026, 11, 17)),
        (MONTHLY, date(2026, 11, 14), date(2026, 11, 13)),
    ],
)
def test_the_last_period_that_is_over(kind: Kind, today: date, last: date) -> None:
    assert CUT_OFFS.latest(kind, today).last == last


def test_a_period_begins_at_midnight_in_vietnam() -> None:
    week = CUT_OFFS.around(WEEKLY, date(2026, 11, 24))
    assert week.begins == datetime(2026, 11, 17, 17, tzinfo=UTC)
    assert week.ends == datetime(2026, 11, 24, 17, tzinfo=UTC)


def test_last_year_and_year_to_date() -> None:
    week = CUT_OFFS.around(WEEKLY, date(2026, 11, 24))
    assert CUT_OFFS.year_before(WEEKLY, week) == Period(date(2025, 11, 19), date(2025, 11, 25))
    month = CUT_OFFS.around(MONTHLY, date(2026, 1, 13))
    assert CUT_OFFS.year_before(MONTHLY, month) == Period(date(2024, 12, 14), date(2025, 1, 13))
    assert year_to_date(month) == Period(date(2026, 1, 1), date(2026, 1, 13))


@given(
    st.dates(date(2000, 1, 1), date(2190, 1, 1)),
    st.sampled_from(Kind),
    st.integers(1, 7),
    st.integers(1, 28),
)
def test_periods_follow_one_another_without_gap(day: date, kind: Kind, weekday: int, month_day: int) -> None:
    cut_offs = CutOffs(weekday, month_day)
    period = cut_offs.around(kind, day)
    assert period.first <= day <= period.last
    assert cut_offs.around(kind, period.first) == cut_offs.around(kind, period.last) == period
    assert cut_offs.before(kind, period).last + timedelta(days=1) == period.first
    year = cut_offs.year_before(kind, period)
    assert cut_offs.around(kind, year.first) == year


@given(st.sets(st.integers(0, 199)), st.integers(1, 200))
def test_the_days_that_remain_are_read_and_no_other(left_out: set[int], length: int) -> None:
    first = date(2026, 1, 1)
    year = [first + timedelta(days=number) for number in range(length)]
    gone = {first + timedelta(days=number) for number in left_out}
    days = without([Period(year[0], year[-1])], gone)
    inside = [day for span in days.spans for day in span.days]
    assert len(days.spans) <= MOST_STRETCHES
    assert len(inside) == len(set(inside))
    assert [day for day in inside if not days.only or day in days.only] == [
        day for day in year if day not in gone
    ]
