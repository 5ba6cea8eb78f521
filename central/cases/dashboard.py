"""Figures for the leaders' page: states of the recent cases, age of the backlog, decisions per person. Days
are whole days in Vietnam, by the moment of the act, so that the list of cases for the same days shows
exactly the cases that were counted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from central.cases.lifecycle import OPEN, State
from central.cases.models import Case
from central.cases.statistics import by_hour, largest_first
from contract.local_time import VIETNAM, bounds_of_days, local_day

DAYS = 30
AGE_DAYS = (0, 2, 4, 8, 11)
"""From how many days ago each class of the backlog's age begins; the last one is open."""

_NOT_REVIEWED = frozenset({State.RECEIVED, State.IN_REVIEW, State.EXPIRED, State.WITHDRAWN})
FUNNEL: Mapping[str, frozenset[State]] = {
    "received": frozenset(State),
    "reviewed": frozenset(State) - _NOT_REVIEWED,
    "accepted": frozenset(State) - _NOT_REVIEWED - {State.REJECTED, State.RETURNED, State.DISPUTED},
    "confirmed": frozenset({State.CONFIRMED, State.RECORDED}),
    "recorded": frozenset({State.RECORDED}),
}
"""The stages, and which states have reached each."""


@dataclass(frozen=True)
class AgeClass:
    """Open cases whose act was from `first` (None: no lower bound) to `last`."""

    first: date | None
    last: date
    cases: int


@dataclass(frozen=True)
class Work:
    """What a person decided since a moment: `turned_down` counts their rejections or refusals."""

    user_id: int
    decided: int
    turned_down: int
    today: int


@dataclass(frozen=True)
class Dashboard:
    """All figures of the page. `by_site`: cases by the node's code of the site; `site_names` has the display
    names.
    """

    first: date
    by_state: dict[str, int]
    by_rule: dict[str, int]
    by_site: dict[str, int]
    site_names: dict[str, str]
    by_hour: dict[int, int]
    backlog: tuple[AgeClass, ...]
    today: int
    operators: tuple[Work, ...]
    officers: tuple[Work, ...]

    @property
    def funnel(self) -> dict[str, int]:
        """How many cases reached each stage."""
        return {step: sum(self.by_state.get(state, 0) for state in states) for step, states in FUNNEL.items()}


def dashboard(session: Session, now: datetime) -> Dashboard:
    """The figures of the last `DAYS` days, today included."""
    today = local_day(now)
    first = today - timedelta(days=DAYS - 1)
    since, midnight = (datetime.combine(day, time(), VIETNAM) for day in (first, today))
    states, rules, sites, names = _by_place(session, since)
    return Dashboard(
        first=first,
        by_state=largest_first(states),
        by_rule=largest_first(rules),
        by_site=largest_first(sites),
        site_names=names,
        by_hour=by_hour(session, col(Case.occurred_at) >= since),
        backlog=_backlog(session, today),
        today=session.exec(select(func.count()).where(col(Case.occurred_at) >= midnight)).one(),
        operators=_work(session, Case.operator_id, Case.operator_at, State.REJECTED, since, midnight),
        officers=_work(session, Case.officer_id, Case.officer_at, State.REFUSED, since, midnight),
    )


def _by_place(
    session: Session, since: datetime
) -> tuple[Counter[str], Counter[str], Counter[str], dict[str, str]]:
    group: tuple[Any, ...] = (Case.state, Case.rule, Case.site, Case.site_name)
    query = sqlalchemy.select(*group, func.count()).where(col(Case.occurred_at) >= since).group_by(*group)
    states, rules, sites = Counter[str](), Counter[str](), Counter[str]()
    names: dict[str, str] = {}
    for state, rule, site, name, count in session.execute(query):
        states[state] += count
        rules[rule] += count
        sites[site] += count
        names[site] = name
    return states, rules, sites, names


def _backlog(session: Session, today: date) -> tuple[AgeClass, ...]:
    days = [
        (today - timedelta(days=older - 1) if older else None, today - timedelta(days=newer))
        for newer, older in zip(AGE_DAYS, (*AGE_DAYS[1:], None), strict=True)
    ]
    counts = [func.count().filter(_on_days(first, last)) for first, last in days]
    found: Any = session.exec(select(*counts).where(col(Case.state).in_(OPEN))).one()
    return tuple(AgeClass(*span, cases) for span, cases in zip(days, found, strict=True))


def _on_days(first: date | None, last: date) -> ColumnElement[bool]:
    begin, end = bounds_of_days(first, last)
    until = col(Case.occurred_at) < end
    return until if begin is None else until & (col(Case.occurred_at) >= begin)


def _work(
    session: Session, person: Any, at: Any, turned_down: State, since: datetime, midnight: datetime
) -> tuple[Work, ...]:
    """Decisions per person, the highest number first."""
    counts = (
        func.count(),
        func.count().filter(col(Case.state) == turned_down),
        func.count().filter(at >= midnight),
    )
    query = select(person, *counts).where(at >= since, person.is_not(None)).group_by(person)
    rows = [Work(*row) for row in session.exec(query)]
    return tuple(sorted(rows, key=lambda work: (-work.decided, work.user_id)))
