"""How long stages take, counted the same on both databases."""

from datetime import datetime, timedelta

from sqlmodel import Session

from central.accounts.permissions import Role
from central.reports.counting import Periods
from central.reports.periods import CutOffs, Kind, Period, year_to_date
from central.reports.times import lengths, near_limits, times
from central.reports.totals import count
from central.reports.values import Figure
from tests.central.people import accepted_case, add_case, add_user
from tests.central.reports.samples import WEEK

CUT_OFFS = CutOffs(3, 14)


def periods() -> Periods:
    week = Period(WEEK.first, WEEK.last)
    before, last_year = CUT_OFFS.before(Kind.WEEKLY, week), CUT_OFFS.year_before(Kind.WEEKLY, week)
    return week, before, last_year, year_to_date(week)


def told(figures: list[Figure], key: str, stage: str) -> tuple[float | None, ...]:
    found = next(f for f in figures if f.key == key and f.by == (("stage", stage),))
    return found.this, found.before, found.last_year, found.year


def test_median_and_nine_in_ten_of_the_reviews_of_each_period(session: Session, now: datetime) -> None:
    lan = add_user(session, "lan", Role.OPERATOR, now)
    for sequence, hours in enumerate((1, 2, 3, 50), 1):
        case = accepted_case(session, lan, now, sequence)
        case.occurred_at = now - timedelta(hours=hours, minutes=3)
        case.operator_at = now
    case.operator_at = now - timedelta(days=7)
    case.occurred_at = now - timedelta(days=8)
    session.flush()
    found = times(count(session, lengths(session), periods()))
    assert told(found, "median_hours", "review") == (2.0, 24.0, None, 2.0)
    assert told(found, "ninety_hours", "review") == (3.0, 24.0, None, 24.0)
    assert told(found, "median_hours", "payment") == (None,) * 4


def test_cases_near_their_limits(session: Session, now: datetime) -> None:
    for sequence, days in enumerate((-1, 1, 3), 1):
        case = add_case(session, now, sequence)
        case.notice_due_at = now + timedelta(days=days)
        case.limitation_at = now + timedelta(days=59 + days)
    session.flush()
    assert [figure.this for figure in near_limits(session, now)] == [2, 2]
