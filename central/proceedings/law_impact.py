"""Open cases affected by a new law table: shown before it is activated, recalculated afterwards."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, update
from sqlmodel import Session, col, func, select

from central.accounts.models import User
from central.cases.lifecycle import OPEN
from central.cases.queries import CaseFilter, count_cases
from central.cases.service import renew_terms
from central.deadlines.service import cases_running_over, cases_with_codes
from central.law import service as law
from central.law.models import LawTable
from central.law.service import RowChange, book, changes_of, table_of
from central.offences.service import ids_by_law
from central.proceedings.models import Proceeding, TrackState
from central.proceedings.tracks import Track
from contract.local_time import bounds_of_days

SHOWN = 50
MOST_COUNTED = 100_000

Days = tuple[date, date]
"""From one day to another, both included."""

EVER: Days = (date.min, date.max)


@dataclass(frozen=True)
class Impact:
    """How many open cases a table affects, and the first of them; `unrecorded`: how many more, still under
    review, it might be applied to (counted up to `MOST_COUNTED`).
    """

    total: int
    cases: tuple[int, ...]
    unrecorded: int = 0


def touched(session: Session, table_id: int) -> Impact:
    """The open cases whose acts, deadlines or signers a version changes compared with the law in use.

    Frozen values stay: an offence keeps its band, a decision its amounts. A case is affected if one of its
    future steps would depend on a changed row.
    """
    unrecorded = _unrecorded(session, table_id)
    wanted = _where(session, table_id)
    if wanted is None:
        return Impact(0, (), unrecorded)
    total = count_open(session, wanted)
    query = select(Proceeding.case_id).where(open_cases(), wanted).order_by(col(Proceeding.case_id))
    return Impact(total, tuple(session.exec(query.limit(SHOWN))), unrecorded)


def activate(session: Session, table_id: int, by: User, now: datetime) -> LawTable:
    """Makes a draft the law in use, and has the deadlines and desks of affected open cases computed anew.
    Raises as `law.service.activate` does.
    """
    _bring_into_step(session, table_id)  # compares with the table still in use
    table = law.activate(session, table_id, by, now)
    if table.name in ("deadlines", "holidays"):
        renew_terms(session)
    return table


def _bring_into_step(session: Session, table_id: int) -> None:
    wanted = _where(session, table_id)
    if wanted is not None:
        session.connection().execute(update(Proceeding).where(open_cases(), wanted).values(waiting_at=None))


def open_cases() -> ColumnElement[bool]:
    """Cases that have not left their first state; a track without a row is at its start."""
    left = select(TrackState.proceeding_id).where(
        TrackState.track == Track.CASE, TrackState.state != "open", col(TrackState.proceeding_id).is_not(None)
    )
    return col(Proceeding.id).not_in(left)


def count_open(session: Session, wanted: ColumnElement[bool]) -> int:
    """How many open cases there are of those wanted."""
    return session.exec(select(func.count()).select_from(Proceeding).where(open_cases(), wanted)).one()


def _where(session: Session, table_id: int) -> ColumnElement[bool] | None:
    name, changes = table_of(session, table_id).name, changes_of(session, table_id)
    if not changes:
        return None
    if name in ("offences", "acts"):
        acts = set(_values(changes, "act"))
        return _with_offence(set(_values(changes, "code")), acts) & captured_in(_days(changes))
    if name == "deadlines":
        return col(Proceeding.case_id).in_(cases_with_codes(set(_values(changes, "code"))))
    if name == "holidays":
        days = [date.fromisoformat(str(day)) for day in _values(changes, "day")]
        return col(Proceeding.case_id).in_(cases_running_over(min(days), max(days))) if days else None
    if name in ("signers", "sanctions"):
        return undecided()
    return None


def _unrecorded(session: Session, table_id: int) -> int:
    """Cases under review whose rule may be charged with a changed act, on a day for which it changed."""
    name, changes = table_of(session, table_id).name, changes_of(session, table_id)
    if name not in ("offences", "acts"):
        return 0
    acts, rules = set(_values(changes, "act")), set(_values(changes, "rule"))
    return under_review(session, rules | rules_of(session, acts), _days(changes))


def rules_of(session: Session, acts: Collection[str]) -> set[str]:
    """The rules whose findings may be charged as one of these acts."""
    return {
        finding.rule
        for finding in book(session).acts_table.findings
        if "accident" in acts or not set(acts).isdisjoint((*finding.acts, *finding.officer))
    }


def under_review(session: Session, rules: Iterable[str], periods: Collection[Days]) -> int:
    """How many cases of these rules and days are still under review, counted up to a bound."""
    wanted = (
        CaseFilter(states=OPEN, rule=rule, first=begins, until=ends)
        for rule in sorted(rules)
        for begins, ends in map(_moments_of, periods)
    )
    return sum(count_cases(session, each, MOST_COUNTED) for each in wanted)


def _moments_of(days: Days) -> tuple[datetime | None, datetime | None]:
    """The moments between which these days lie; None at either end of time."""
    first, last = (None if day in EVER else day for day in days)
    return bounds_of_days(first, last)


def _days(changes: Iterable[RowChange]) -> list[Days]:
    """The days of the act for which rows changed: of a row that only ends earlier or later, the days between.
    Periods that overlap or touch are one.
    """
    merged: list[Days] = []
    for first, last in sorted(days for change in changes for days in _days_of(change)):
        if merged and (merged[-1][1] == date.max or first <= merged[-1][1] + timedelta(days=1)):
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _days_of(change: RowChange) -> list[Days]:
    rows = [row for row in (change.before, change.after) if row is not None]
    periods = [_period(row) for row in rows]
    if len(rows) == 2 and rows[0] | {"valid_to": None} == rows[1] | {"valid_to": None}:
        ends = sorted(last for _, last in periods)
        return [(ends[0] + timedelta(days=1), ends[1])]
    return periods


def _period(row: dict[str, Any]) -> Days:
    if "valid_from" not in row:
        return EVER
    last = row["valid_to"]
    return date.fromisoformat(row["valid_from"]), date.fromisoformat(last) if last else date.max


def captured_in(periods: Iterable[Days]) -> ColumnElement[bool]:
    """Cases of acts on these days."""
    found: ColumnElement[bool] = false()
    for first, last in periods:
        found |= col(Proceeding.captured_on).between(first, last)
    return found


def _values(changes: Iterable[RowChange], key: str) -> Iterable[Any]:
    for change in changes:
        for row in (change.before, change.after):
            if row is not None and row.get(key):
                yield row[key]


def _with_offence(codes: set[str], acts: set[str]) -> ColumnElement[bool]:
    return col(Proceeding.offence_id).in_(ids_by_law(codes, acts)) & undecided()


def undecided() -> ColumnElement[bool]:
    """Cases in which nobody has decided yet."""
    signed = select(TrackState.proceeding_id).where(
        TrackState.track == Track.DECISION,
        col(TrackState.state).in_(("signed", "no_sanction")),
        col(TrackState.proceeding_id).is_not(None),
    )
    return col(Proceeding.id).not_in(signed)
