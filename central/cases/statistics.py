"""Counting cases for the people who lead: by state, rule and place, and how old the backlog is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session, col, func, select

from central.cases.lifecycle import OPEN
from central.cases.models import Case

AGE_STEPS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=10))
"""Upper bounds of the backlog's age classes; the last class is everything older."""


@dataclass(frozen=True)
class Overview:
    """One look at the whole: counts of cases received since `since`, and the backlog whatever its age.

    `backlog_by_age` has one number for each of `AGE_STEPS` and one for older; `late` are open cases past the
    deadline of their notice.
    """

    since: datetime
    by_state: dict[str, int]
    by_rule: dict[str, int]
    by_site: dict[str, int]
    backlog_by_age: tuple[int, ...]
    oldest_open_at: datetime | None
    late: int


def overview(session: Session, now: datetime, since: datetime) -> Overview:
    """The leader's figures."""
    open_cases = col(Case.state).in_(OPEN)
    oldest, late = session.exec(
        select(func.min(Case.occurred_at), func.count().filter(col(Case.notice_due_at) <= now)).where(
            open_cases
        )
    ).one()
    bounds = [now, *(now - step for step in AGE_STEPS), None]
    ages = tuple(_count_between(session, newer, older) for newer, older in pairwise(bounds))
    return Overview(
        since=since,
        by_state=_group(session, Case.state, since),
        by_rule=_group(session, Case.rule, since),
        by_site=_group(session, Case.site_name, since),
        backlog_by_age=ages,
        oldest_open_at=oldest,
        late=late,
    )


def _group(session: Session, column: str, since: datetime) -> dict[str, int]:
    query = select(column, func.count()).where(col(Case.received_at) >= since).group_by(column)
    return dict(session.exec(query.order_by(func.count().desc()).limit(20)).all())


def _count_between(session: Session, newer: datetime | None, older: datetime | None) -> int:
    query = (
        select(func.count())
        .select_from(Case)
        .where(col(Case.state).in_(OPEN), col(Case.occurred_at) <= newer)
    )
    return session.exec(query if older is None else query.where(col(Case.occurred_at) > older)).one()
