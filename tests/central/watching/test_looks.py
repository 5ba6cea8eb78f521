"""Times of looking: the shortest, the usual, and what was decided faster than anybody can look."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Role
from central.review import decisions, queue
from central.review.decisions import Sight
from central.watching import looks, rules
from central.watching.looks import Looks
from central.watching.rules import Rules
from tests.central.people import add_case, add_user


def decide(session: Session, user: User, now: datetime, sequence: int, looked_ms: int | None) -> int:
    add_case(session, now, sequence, occurred_at=now - timedelta(hours=sequence))
    case = queue.claim_next(session, user, "main", now)
    assert case is not None
    assert case.id is not None
    sight = Sight(case.id, case.version, looked_ms=looked_ms)
    if sequence % 2:
        decisions.reject(session, user, sight, now, "no_violation")
    else:
        decisions.accept(session, user, sight, now)
    return case.id


def test_looks_of_each_person(session: Session, now: datetime) -> None:
    lan, mai = (add_user(session, name, Role.OPERATOR, now) for name in ("lan", "mai"))
    for number, ms in enumerate([900, 1999, 2000, 8100, 30_000, None]):
        decide(session, lan, now, number + 1, ms)
    case_id = decide(session, mai, now, 7, 1200)
    decide(session, mai, now - timedelta(days=8), 8, 600)
    session.flush()
    since = now - timedelta(days=7)
    assert lan.id is not None
    assert mai.id is not None
    assert looks.by_person(session, since) == [
        Looks(mai.id, decided=1, measured=1, shortest=1.0, tenth=1.0, median=1.0, too_short=1),
        Looks(lan.id, decided=6, measured=5, shortest=0.75, tenth=0.75, median=2.0, too_short=2),
    ]
    latest, *others = looks.too_short(session, since)
    assert (latest.case_id, latest.person, latest.looked_ms, latest.action) == (
        case_id,
        mai.id,
        1200,
        "reject",
    )
    assert [look.looked_ms for look in others] == [1999, 900]


@pytest.mark.parametrize(("bound", "found"), [(0.5, 0), (2.0, 1), (2.25, 2)])
def test_the_bound_is_the_rules_(session: Session, now: datetime, bound: float, found: int) -> None:
    lan = add_user(session, "lan", Role.OPERATOR, now)
    rules.set_rules(session, lan, Rules(shortest_look=bound), now)
    for number, ms in enumerate([1500, 2100, 2300]):
        decide(session, lan, now, number + 1, ms)
    session.flush()
    (row,) = looks.by_person(session, now)
    assert row.too_short == len(looks.too_short(session, now)) == found


def test_without_decisions_there_is_nobody(session: Session, now: datetime) -> None:
    assert looks.by_person(session, now) == []
    assert looks.too_short(session, now) == []
