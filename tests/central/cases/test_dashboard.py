"""The leaders' figures, on both databases: the very cases that the list of the same days has."""

from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session

from central.accounts.permissions import Role
from central.cases.dashboard import DAYS, Work, dashboard
from central.review import decisions, queue
from tests.central.people import accepted_case, add_case, add_user, sight


def test_how_far_cases_came_where_and_when(session: Session, now: datetime) -> None:
    lan = add_user(session, "lan", Role.OPERATOR, now)
    accepted_case(session, lan, now, occurred_at=now - timedelta(hours=2))
    add_case(session, now, 2, occurred_at=now - timedelta(days=1), site="le-loi", site_name="Lê Lợi")
    held = queue.claim_next(session, lan, "main", now)
    assert held is not None
    decisions.reject(session, lan, sight(held), now, "no_violation")
    add_case(session, now, 3, occurred_at=now - timedelta(days=DAYS + 1))
    found = dashboard(session, now)
    assert found.funnel == {"received": 2, "reviewed": 2, "accepted": 1, "confirmed": 0, "recorded": 0}
    assert found.by_site["le-loi"] == 1
    assert found.site_names["le-loi"] == "Lê Lợi"
    assert found.today == 1
    assert {hour for hour, cases in found.by_hour.items() if cases} == {13, 15}
    assert found.operators == (Work(lan.id or 0, 2, 1, 2),)
    assert found.officers == ()


def test_each_open_case_is_in_one_class_of_age(session: Session, now: datetime) -> None:
    for sequence, days in enumerate((0, 1, 2, 3, 4, 7, 8, 10, 11, 60), 1):
        add_case(session, now, sequence, occurred_at=now - timedelta(days=days))
    backlog = dashboard(session, now).backlog
    assert [age.cases for age in backlog] == [2] * 5
    for newer, older in pairwise(backlog):
        assert newer.first == older.last + timedelta(days=1)
    assert backlog[-1].first is None
