"""The leader's figures, on both databases."""

from datetime import datetime, timedelta

from sqlmodel import Session

from central.accounts.permissions import Role
from central.cases.statistics import overview
from central.review import decisions, queue
from tests.central.people import add_case, add_user, sight


def test_counts_by_state_rule_and_place_and_the_age_of_the_backlog(session: Session, now: datetime) -> None:
    ages = [timedelta(hours=2), timedelta(days=2), timedelta(days=2), timedelta(days=5), timedelta(days=40)]
    for sequence, age in enumerate(ages, 1):
        add_case(session, now, sequence, occurred_at=now - age)
    rule = {"name": "solid_line", "version": 1}
    add_case(session, now, 6, occurred_at=now - timedelta(days=8), rule=rule, site_name="Lê Lợi")
    user = add_user(session, "lan", Role.OPERATOR, now)
    oldest = queue.claim_next(session, user, "main", now)
    assert oldest is not None
    decisions.reject(session, user, sight(oldest), now, "no_violation")
    found = overview(session, now, now - timedelta(days=30))
    assert found.by_state == {"received": 5, "rejected": 1}
    assert found.by_rule == {"red_light": 5, "solid_line": 1}
    assert found.by_site["Lê Lợi"] == 1
    assert found.backlog_by_age == (1, 2, 1, 1, 0)
    assert found.oldest_open_at == now - timedelta(days=8)
    assert found.late == 0


def test_what_is_past_its_notice_is_late(session: Session, now: datetime) -> None:
    add_case(session, now, occurred_at=now - timedelta(days=12))
    assert overview(session, now, now).late == 1
    assert overview(session, now, now + timedelta(days=1)).by_state == {}
