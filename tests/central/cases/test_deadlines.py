"""A case's dates, counted in Vietnamese days by the law of the day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from central.cases.deadlines import terms_of, urgency
from configs.law_calendar import end_of_day
from configs.law_tables import shipped
from contract.local_time import local_day


@pytest.mark.parametrize(
    ("occurred_at", "notice", "limitation"),
    [
        # 23:30 in Hanoi, still the 10th there and here
        (datetime(2026, 11, 10, 16, 30, tzinfo=UTC), date(2026, 11, 20), date(2027, 11, 10)),
        # half past midnight in Hanoi: already the 11th there
        (datetime(2026, 11, 10, 17, 30, tzinfo=UTC), date(2026, 11, 21), date(2027, 11, 11)),
        (datetime(2028, 2, 29, 3, 0, tzinfo=UTC), date(2028, 3, 10), date(2029, 2, 28)),
    ],
)
def test_notice_in_ten_days_and_limitation_after_a_year(
    occurred_at: datetime, notice: date, limitation: date
) -> None:
    terms = terms_of(shipped(), occurred_at)
    assert terms.notice_due_at == end_of_day(notice)
    assert terms.limitation_at == end_of_day(limitation)


def test_a_day_is_a_vietnamese_day() -> None:
    assert local_day(datetime(2026, 11, 23, 17, 30, tzinfo=UTC)) == date(2026, 11, 24)
    assert end_of_day(date(2026, 11, 24)) == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, "calm"), (49, "calm"), (50, "soon"), (80, "urgent"), (100, "overdue")]
)
def test_urgency_grows_with_the_time_spent(hours: int, expected: str) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    assert urgency(start, start + timedelta(hours=100), start + timedelta(hours=hours)) == expected
