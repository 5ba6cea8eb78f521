"""Counting days: the shipped deadlines on known calendars, worked Saturdays, months, hours, rolling on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.law_calendar import end_of_day, months_later
from configs.law_tables import shipped
from contract.local_time import local_day

BOOK = shipped()
COUNT = BOOK.calendar
DAYS = st.dates(date(2025, 1, 1), date(2027, 10, 1))


@pytest.mark.parametrize(
    ("code", "start", "due"),
    [
        ("notice", date(2026, 11, 24), date(2026, 12, 4)),
        ("notice", date(2026, 11, 26), date(2026, 12, 6)),  # a Sunday: the authority's last day does not roll
        ("limitation", date(2026, 11, 24), date(2027, 11, 24)),
        ("limitation", date(2028, 2, 29), date(2029, 2, 28)),
        ("record", date(2026, 11, 19), date(2026, 11, 27)),  # over 24/11, a holiday since 2026
        ("record", date(2026, 3, 31), date(2026, 4, 3)),  # three working days by the decree before
        ("record", date(2026, 4, 1), date(2026, 4, 8)),  # five since 01/04/2026
        ("record", date(2026, 2, 13), date(2026, 2, 25)),  # over Tết
        ("service", date(2025, 6, 30), date(2025, 7, 2)),  # two working days until 30/06/2025
        ("service", date(2025, 7, 1), date(2025, 7, 4)),  # three since
        ("service", date(2026, 11, 20), date(2026, 11, 26)),
        ("decision", datetime(2026, 9, 3, 18, 0, tzinfo=UTC), date(2026, 9, 15)),
        ("decision", date(2026, 8, 19), date(2026, 8, 27)),  # the worked Saturday 22/08/2026 counts
        ("decision_transferred", date(2026, 11, 20), date(2026, 12, 7)),
        ("decision_verified", date(2027, 1, 31), date(2027, 2, 28)),
        ("decision_complex", date(2026, 11, 24), date(2027, 1, 24)),
        ("explanation", date(2026, 11, 20), date(2026, 11, 30)),
        ("explanation_oral", date(2026, 11, 20), date(2026, 11, 25)),
        ("payment", date(2026, 11, 18), date(2026, 11, 30)),  # 28/11 is a Saturday
        ("complaint", date(2026, 11, 24), date(2027, 2, 22)),
        ("court", date(2026, 11, 24), date(2027, 11, 25)),  # 24/11/2027 is a holiday
        ("complaint_accept", date(2026, 6, 30), date(2026, 7, 10)),
        ("complaint_accept", date(2026, 7, 1), date(2026, 7, 10)),
        ("delivery_posting", date(2026, 11, 25), date(2026, 12, 4)),
        ("deferral", date(2026, 11, 30), date(2027, 3, 1)),  # 28/02/2027 is a Sunday
        ("instalments", date(2026, 11, 24), date(2027, 5, 24)),
    ],
)
def test_a_deadline_falls_on(code: str, start: date, due: date) -> None:
    assert COUNT.last_day(BOOK.deadlines(start)[code], start) == due


def test_the_row_is_the_one_of_the_day_of_the_event() -> None:
    captured, identified = date(2026, 3, 30), date(2026, 4, 2)
    assert BOOK.deadlines(captured)["record"].amount == 3
    assert BOOK.deadlines(identified)["record"].amount == 5


def test_hours_are_counted_from_the_moment() -> None:
    found = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    report = BOOK.deadlines(found)["breach_report"]
    assert COUNT.due_at(report, found) == found + timedelta(hours=72)
    with pytest.raises(ValueError, match="moment"):
        COUNT.due_at(report, date(2026, 11, 24))
    with pytest.raises(ValueError, match="hours"):
        COUNT.last_day(report, found)


def test_the_last_day_counts_whole() -> None:
    notice = BOOK.deadlines(date(2026, 11, 24))["notice"]
    assert COUNT.due_at(notice, date(2026, 11, 24)) == datetime(2026, 12, 4, 17, 0, tzinfo=UTC)


def test_every_deadline_stands_for_one_that_exists_and_its_events_have_names() -> None:
    for row in BOOK.deadlines_table.deadlines:
        assert row.counted_from != row.met_by


@given(DAYS, st.integers(1, 30))
def test_working_days_end_on_a_worked_day_and_never_go_back(start: date, amount: int) -> None:
    due = COUNT.after(start, amount)
    assert COUNT.is_working(due)
    assert start + timedelta(days=amount) <= due <= COUNT.after(start + timedelta(days=1), amount)
    passed = (due - start).days
    assert sum(COUNT.is_working(start + timedelta(days=n)) for n in range(1, passed + 1)) == amount


@given(DAYS)
def test_a_citizens_last_day_is_never_a_free_day(start: date) -> None:
    for code in ("payment", "explanation", "complaint", "court"):
        assert COUNT.is_working(COUNT.last_day(BOOK.deadlines(start)[code], start))


@given(DAYS, st.integers(0, 40))
def test_months_end_in_the_month_they_lead_to(start: date, months: int) -> None:
    later = months_later(start, months)
    assert (later.year * 12 + later.month) - (start.year * 12 + start.month) == months
    assert later.day <= start.day


def test_days_are_days_in_vietnam() -> None:
    assert local_day(datetime(2026, 11, 23, 17, 30, tzinfo=UTC)) == date(2026, 11, 24)
    assert end_of_day(date(2026, 11, 24)) == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
