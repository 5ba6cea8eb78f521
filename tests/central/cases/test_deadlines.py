"""A case's dates, counted in Vietnamese days by the law of the day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from central.cases.deadlines import terms_of, urgency
from central.cases.lifecycle import State
from central.cases.service import renew_terms
from configs.law_calendar import end_of_day
from configs.law_tables import shipped
from contract.local_time import local_day
from tests.central.people import add_case


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


def test_open_cases_follow_the_law_in_use_and_ended_ones_stay(session: Session, now: datetime) -> None:
    waiting, ended = add_case(session, now), add_case(session, now, 2)
    wrong = now + timedelta(days=1)
    for case in (waiting, ended):
        case.notice_due_at = case.limitation_at = wrong
    ended.state = State.EXPIRED
    session.flush()
    renew_terms(session)
    terms = terms_of(shipped(), waiting.occurred_at)
    assert (waiting.notice_due_at, waiting.limitation_at) == (terms.notice_due_at, terms.limitation_at)
    assert ended.notice_due_at == wrong


def test_a_day_is_a_vietnamese_day() -> None:
    assert local_day(datetime(2026, 11, 23, 17, 30, tzinfo=UTC)) == date(2026, 11, 24)
    assert end_of_day(date(2026, 11, 24)) == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, "calm"), (49, "calm"), (50, "soon"), (80, "urgent"), (100, "overdue")]
)
def test_urgency_grows_with_the_time_spent(hours: int, expected: str) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    assert urgency(start, start + timedelta(hours=100), start + timedelta(hours=hours)) == expected
