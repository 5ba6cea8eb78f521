"""Counting cases for the people who lead: by state, rule and place, and how old the backlog is."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from central.cases.lifecycle import OPEN, State
from central.cases.models import Case

AGE_STEPS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=10))
"""Upper bounds of the backlog's age classes; the last class is everything older."""


SHOWN = 20
"""Bars of one chart at most."""


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
    """The leader's figures: one reading of the open cases and one of those received lately."""
    bounds = [now, *(now - step for step in AGE_STEPS), None]
    ages = [_between(newer, older) for newer, older in pairwise(bounds)]
    counts = [func.count().filter(condition) for condition in (col(Case.notice_due_at) <= now, *ages)]
    backlog = select(func.min(Case.occurred_at), *counts).where(col(Case.state).in_(OPEN))
    found: Any = session.exec(backlog).one()
    oldest, late, *by_age = found
    recent = _received(session, since)
    return Overview(
        since=since,
        by_state=_most(recent, 0),
        by_rule=_most(recent, 1),
        by_site=_most(recent, 2),
        backlog_by_age=tuple(by_age),
        oldest_open_at=oldest,
        late=late,
    )


def latest_reasons(session: Session, state: State, latest: int = 500) -> Counter[tuple[str, str]]:
    """How often each reason was given for each rule, among the latest cases that ended so: (rule, reason)."""
    query = (
        select(Case.rule, Case.reason)
        .where(Case.state == state, col(Case.reason).is_not(None))
        .order_by(col(Case.limitation_at).desc())
        .limit(latest)
    )
    return Counter((rule, reason or "") for rule, reason in session.exec(query))


def _between(newer: datetime | None, older: datetime | None) -> ColumnElement[bool]:
    until = col(Case.occurred_at) <= newer
    return until if older is None else until & (col(Case.occurred_at) > older)


def _received(session: Session, since: datetime) -> list[tuple[tuple[str, str, str], int]]:
    """How many cases came since then, by state, rule and place together."""
    group = (Case.state, Case.rule, Case.site_name)
    query = select(*group, func.count()).where(col(Case.received_at) >= since).group_by(*group)
    return [((state, rule, site), count) for state, rule, site, count in session.exec(query)]


def _most(counted: list[tuple[tuple[str, str, str], int]], part: int) -> dict[str, int]:
    """Counts by one part of the group, the largest first, those of the same size by name."""
    totals: Counter[str] = Counter()
    for group, count in counted:
        totals[group[part]] += count
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:SHOWN])
