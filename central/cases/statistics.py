"""Counts cases for leaders: by state, rule and site, and by age of the backlog."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Integer, cast
from sqlmodel import Session, col, func, select

from central.cases.lifecycle import OPEN, State
from central.cases.models import REAL, Case
from central.db import is_postgresql

AGE_STEPS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=10))
"""Upper bounds of the backlog's age classes; the last class is everything older."""


_AHEAD = timedelta(hours=7)  # Vietnam is seven hours ahead of UTC all year.
_AHEAD_WORDS = "+7 hours"
SHOWN = 20
"""Most bars in one chart."""


@dataclass(frozen=True)
class Overview:
    """All figures: counts of cases received since `since`, and the backlog whatever its age.

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
    """The leaders' figures: one query of the open cases and one of those received recently."""
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
    """How often each reason was given for each rule, among the latest cases that ended with it: (rule,
    reason).
    """
    query = (
        select(Case.rule, Case.reason)
        .where(Case.state == state, col(Case.reason).is_not(None))
        .order_by(col(Case.limitation_at).desc())
        .limit(latest)
    )
    return Counter((rule, reason or "") for rule, reason in session.exec(query))


def reasons_given(session: Session, codes: Collection[str]) -> dict[str, int]:
    """For how many cases each of these reasons stands."""
    reason = col(Case.reason)
    query = select(reason, func.count()).where(reason.in_(codes)).group_by(reason)
    return {code or "": n for code, n in session.exec(query)}


def by_hour(session: Session, counted: ColumnElement[bool]) -> dict[int, int]:
    """How many of these cases have their act in each hour of the Vietnamese day (0–23), zeros included."""
    hour, _ = hour_and_weekday(session)
    found = dict(session.exec(select(hour, func.count()).where(counted).group_by(hour)).all())
    return {each: found.get(each, 0) for each in range(24)}


def hour_and_weekday(session: Session) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Two columns of the cases: the hour (0–23) and the weekday (1 Monday … 7 Sunday) of the act in
    Vietnam."""
    occurred: Any = col(Case.occurred_at)
    if is_postgresql(session):
        local = func.timezone("UTC", occurred) + _AHEAD  # cheaper than a time zone lookup for each case
        return cast(func.date_part("hour", local), Integer), cast(func.date_part("isodow", local), Integer)
    hour = cast(func.strftime("%H", occurred, _AHEAD_WORDS), Integer)
    return hour, (cast(func.strftime("%w", occurred, _AHEAD_WORDS), Integer) + 6) % 7 + 1


def day_of(session: Session, moment: ColumnElement[Any]) -> ColumnElement[date]:
    """The day in Vietnam, from a column of timestamps."""
    if is_postgresql(session):
        return func.date(func.timezone("Asia/Ho_Chi_Minh", moment))
    return func.date(moment, _AHEAD_WORDS)


Series = tuple[str, str, str]
"""Node, camera and rule."""


def by_day(session: Session, first: datetime, until: datetime) -> dict[Series, dict[date, int]]:
    """Acts of each rule per camera and Vietnamese day from `first` to before `until`; days without any are
    omitted.
    """
    occurred: Any = col(Case.occurred_at)
    day = day_of(session, occurred)
    group: tuple[Any, ...] = (Case.node, Case.camera, Case.rule, day)
    counted = sqlalchemy.select(*group, func.count()).where(occurred >= first, occurred < until, REAL)
    found: dict[Series, dict[date, int]] = {}
    for node, camera, rule, at, count in session.execute(counted.group_by(*group)):
        days = found.setdefault((node, camera, rule), {})
        days[at if isinstance(at, date) else date.fromisoformat(at)] = count
    return found


def _between(newer: datetime | None, older: datetime | None) -> ColumnElement[bool]:
    until = col(Case.occurred_at) <= newer
    return until if older is None else until & (col(Case.occurred_at) > older)


def _received(session: Session, since: datetime) -> list[tuple[tuple[str, str, str], int]]:
    """How many cases arrived since then, by state, rule and site together."""
    group = (Case.state, Case.rule, Case.site_name)
    query = select(*group, func.count()).where(col(Case.received_at) >= since).group_by(*group)
    return [((state, rule, site), count) for state, rule, site, count in session.exec(query)]


def _most(counted: list[tuple[tuple[str, str, str], int]], part: int) -> dict[str, int]:
    """Counts by one part of the group, the largest first, equal ones by name."""
    totals: Counter[str] = Counter()
    for group, count in counted:
        totals[group[part]] += count
    return largest_first(totals, SHOWN)


def largest_first(counted: Counter[str], shown: int | None = None) -> dict[str, int]:
    """The largest first, equal ones by name; no more than are shown."""
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:shown])
