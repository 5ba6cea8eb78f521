"""Stored counts of days some weeks ago, so that a report needn't read the whole year (PostgreSQL).

A stored day equals a count of its rows: triggers of the counted tables (migration 0058) record each changed
day, in the changing transaction; such a day is read from its rows until it is counted again. A transaction
that began before a day was stored may not have recorded its change: so a day is entered first and counted
once all transactions that could have missed its entry are over.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    delete,
    exists,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql import visitors
from sqlmodel import Session, col

from central.db import insert, is_postgresql, sort_in_memory
from central.reports.counting import Counting, day_of
from central.reports.cube import definition, lines
from central.reports.models import ReportChangedDay, ReportDay
from central.reports.periods import Period, without
from contract.local_time import local_day

SETTLED = timedelta(days=35)
"""Days younger than this change too often to be worth storing."""
MOST_DAYS = 100
"""Most days counted in one run."""
_OLDEST: Any = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_NEXT: Any = literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
"""The oldest running transaction, and the first that has not begun."""
WATCHED = frozenset(
    {
        "case_event", "case_file", "case_party", "deadline", "decision", "decision_act", "decision_payment",
        "document", "offence", "party", "proceeding", "proceeding_step",
    }
)  # fmt: skip
"""Tables whose triggers record the days with changes; counts that read any other table aren't stored."""

KeptLine = tuple[str, tuple[str, ...], int]
"""The key of a count, the values of the line's breakdown, its number."""


@dataclass(frozen=True)
class Kept:
    """Stored results of whole days: all lines of these counts on these days."""

    keys: frozenset[str]
    days: Mapping[date, Sequence[KeptLine]]


NOTHING = Kept(frozenset(), {})


def known(session: Session, countings: Sequence[Counting], spans: Iterable[Period]) -> Kept:
    """The days in these periods whose stored counts are up to date."""
    if not is_postgresql(session):
        return NOTHING
    some = watched(countings)
    inside = or_(*(col(ReportDay.day).between(span.first, span.last) for span in spans))
    query = select(col(ReportDay.day), col(ReportDay.lines)).where(
        inside, col(ReportDay.definition) == definition(session, some, day_of), ~_changed()
    )
    return Kept(
        frozenset(each.key for each in some),
        {day: _read(told) for day, told in session.execute(query)},
    )


def keep(session: Session, countings: Sequence[Counting], now: datetime) -> int:
    """Counts days some weeks ago that aren't stored or have changed; enters new ones, to be counted later.

    Returns how many days were counted.
    """
    if not is_postgresql(session):
        return 0
    today = local_day(now)
    done = _count(session, watched(countings))
    _watch(session, Period(date(today.year - 1, 1, 1), today - SETTLED))
    return done


def to_count(session: Session) -> bool:
    """Whether there are entered days that aren't counted, or have changed since."""
    if not is_postgresql(session):
        return False
    left = or_(col(ReportDay.definition) == "", _changed())
    return session.execute(select(col(ReportDay.day)).where(left).limit(1)).first() is not None


def _count(session: Session, countings: Sequence[Counting]) -> int:
    meaning = definition(session, countings, day_of)
    wanted = (
        select(col(ReportDay.day))
        .where(
            col(ReportDay.watched_from) <= _OLDEST,
            or_(col(ReportDay.definition) != meaning, _changed()),
        )
        .order_by(col(ReportDay.day).desc())
        .limit(MOST_DAYS)
    )
    days = set(session.execute(wanted).scalars())
    if not days:
        return 0
    # Before the rows are read: changes recorded from now on remain recorded.
    session.execute(delete(ReportChangedDay).where(col(ReportChangedDay.day).in_(days)))
    sort_in_memory(session)
    found: dict[date, dict[str, list[tuple[tuple[str, ...], int]]]] = {day: {} for day in days}
    wanted_days = without([Period(day, day) for day in days])
    for key, day, values, number in lines(session, countings, wanted_days, day_of):
        found[day].setdefault(key, []).append((values, number))
    for day, told in found.items():
        row = update(ReportDay).where(col(ReportDay.day) == day)
        session.execute(row.values(definition=meaning, lines=json.dumps(told, separators=(",", ":"))))
    return len(days)


def _watch(session: Session, wanted: Period) -> None:
    """Enters days, and sets for those entered before from when on their changes are recorded."""
    # A database restored elsewhere numbers its transactions from the start.
    elsewhere = and_(col(ReportDay.definition) == "", col(ReportDay.watched_from) > _NEXT)
    entered = update(ReportDay).where(or_(col(ReportDay.watched_from).is_(None), elsewhere))
    session.execute(entered.values(watched_from=_NEXT))
    session.execute(delete(ReportDay).where(col(ReportDay.day) < wanted.first))
    rows = [{"day": day, "definition": ""} for day in wanted.days]
    session.execute(insert(session, ReportDay).on_conflict_do_nothing(), rows)


def watched(countings: Iterable[Counting]) -> list[Counting]:
    """The counts that read only watched tables."""
    return [each for each in countings if _tables(each) <= WATCHED]


def _tables(counting: Counting) -> set[str]:
    return {part.name for part in visitors.iterate(counting.table) if isinstance(part, Table)}


def _changed() -> ColumnElement[bool]:
    return exists().where(col(ReportChangedDay.day) == col(ReportDay.day))


def _read(told: str) -> list[KeptLine]:
    found: dict[str, list[tuple[list[str], int]]] = json.loads(told)
    return [(key, tuple(values), number) for key, some in found.items() for values, number in some]
