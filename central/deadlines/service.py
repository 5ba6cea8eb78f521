"""Keeps the rows of deadlines up to date with events, and finds those that are near or late."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from central.deadlines.models import DeadlineRow
from central.deadlines.rules import Running
from configs.law_calendar import WorkingCalendar, end_of_day
from contract.local_time import local_day

NEAR: Mapping[str, timedelta] = dict.fromkeys(
    ("limitation", "enforcement", "enforcement_restarted"), timedelta(days=60)
)
"""How long before its end a deadline counts as near; `NEAR_WORKING_DAYS` for the others."""
NEAR_WORKING_DAYS = 2
"""How many working days may be left after today: a deadline on a day off counts as near while people still
work.
"""


def sync(
    session: Session, case_id: int, found: Mapping[tuple[str, int | None], Running], now: datetime
) -> None:
    """Makes the rows of a case match `found` (by code and decision).

    A changed row is ended and kept, and a new one added. Ended rows say why: `recomputed`, `replaced` by
    another deadline, or `not_needed`.
    """
    query = select(DeadlineRow).where(DeadlineRow.case_id == case_id, col(DeadlineRow.ended_at).is_(None))
    present = {(row.code, row.decision_id): row for row in session.exec(query.with_for_update())}
    for key, row in present.items():
        wanted = found.get(key)
        if wanted is None:
            row.ended_at, row.ended_reason = now, _why_gone(key, found)
        elif (row.start, row.due_at) != (wanted.start, wanted.due_at):
            row.ended_at, row.ended_reason = now, "recomputed"
        else:
            row.met_on = wanted.met_on
    session.flush()
    for key, wanted in found.items():
        if key not in present or present[key].ended_at is not None:
            session.add(_row(case_id, key, wanted, now))
    session.flush()


def _why_gone(key: tuple[str, int | None], found: Mapping[tuple[str, int | None], Running]) -> str:
    code, decision = key
    takers = {row.row.instead_of for (_, of), row in found.items() if of == decision}
    return "replaced" if code in takers else "not_needed"


def _row(case_id: int, key: tuple[str, int | None], wanted: Running, now: datetime) -> DeadlineRow:
    code, decision_id = key
    return DeadlineRow(
        case_id=case_id,
        decision_id=decision_id,
        code=code,
        whose=wanted.row.whose,
        start=wanted.start,
        last_day=wanted.last_day,
        due_at=wanted.due_at,
        met_on=wanted.met_on,
        legal_basis=wanted.row.legal_basis,
        set_at=now,
    )


def of_case(session: Session, case_id: int, *, ended: bool = False) -> list[DeadlineRow]:
    """The deadlines of a case by due time; with `ended`, also those that no longer apply."""
    query = select(DeadlineRow).where(DeadlineRow.case_id == case_id)
    if not ended:
        query = query.where(col(DeadlineRow.ended_at).is_(None))
    return list(session.exec(query.order_by(col(DeadlineRow.due_at), col(DeadlineRow.id))))


@dataclass(frozen=True)
class Count:
    """How many open deadlines of a code are near, and how many are late."""

    code: str
    near: int
    late: int


def cases_with_codes(codes: Collection[str]) -> SelectOfScalar[int]:
    """A subquery: the cases in which one of these deadlines runs."""
    return select(DeadlineRow.case_id).where(_open(), col(DeadlineRow.code).in_(codes))


def count_running(session: Session, code: str, first: date, last: date) -> int:
    """How many open deadlines of a kind count from one of these days."""
    started = col(DeadlineRow.start).between(first, last)
    query = select(func.count()).select_from(DeadlineRow).where(_open(), DeadlineRow.code == code, started)
    return session.exec(query).one()


def cases_running_over(first: date, last: date) -> SelectOfScalar[int]:
    """A subquery: the cases with a deadline that runs on one of these days."""
    over = (col(DeadlineRow.last_day) >= first) & (col(DeadlineRow.start) <= last)
    return select(DeadlineRow.case_id).where(_open(), over)


def _open() -> ColumnElement[bool]:
    return col(DeadlineRow.ended_at).is_(None) & col(DeadlineRow.met_on).is_(None)


def near_until(calendar: WorkingCalendar, now: datetime) -> datetime:
    """Deadlines due until then count as near: up to the end of the days off that follow the remaining working
    days.
    """
    return end_of_day(calendar.after(local_day(now), NEAR_WORKING_DAYS + 1) - timedelta(days=1))


def _horizon(calendar: WorkingCalendar, now: datetime) -> ColumnElement[datetime]:
    long = ((col(DeadlineRow.code) == code, now + span) for code, span in NEAR.items())
    return case(*long, else_=near_until(calendar, now))


def counts(
    session: Session, calendar: WorkingCalendar, now: datetime, whose: str = "authority"
) -> list[Count]:
    """Number of near and of late deadlines the authority (or the citizen) must meet, by code."""
    horizon = _horizon(calendar, now)
    near = func.count().filter((col(DeadlineRow.due_at) > now) & (col(DeadlineRow.due_at) <= horizon))
    late = func.count().filter(col(DeadlineRow.due_at) <= now)
    last = now + max(NEAR.values())
    query = (
        select(DeadlineRow.code, near, late)
        .where(_open(), DeadlineRow.whose == whose, col(DeadlineRow.due_at) <= last)
        .group_by(col(DeadlineRow.code))
        .order_by(col(DeadlineRow.code))
    )
    return [Count(*row) for row in session.exec(query) if row[1] or row[2]]


def to_do(
    session: Session,
    calendar: WorkingCalendar,
    now: datetime,
    code: str | None = None,
    whose: str = "authority",
    skip: int = 0,
    limit: int = 100,
) -> list[DeadlineRow]:
    """Open deadlines, first those that can still be met (the nearest first), then the late ones, the latest
    late first. Without a code only those that are near or late.
    """
    query = select(DeadlineRow).where(_open(), DeadlineRow.whose == whose)
    if code is not None:
        query = query.where(DeadlineRow.code == code)
    ahead = query.where(col(DeadlineRow.due_at) > now)
    if code is None:
        last = now + max(NEAR.values())  # a bound that allows use of the index
        due = col(DeadlineRow.due_at)
        ahead = ahead.where(due <= last, due <= _horizon(calendar, now))
    late = query.where(col(DeadlineRow.due_at) <= now)
    found: list[DeadlineRow] = []
    for part, order in ((ahead, col(DeadlineRow.due_at)), (late, col(DeadlineRow.due_at).desc())):
        wanted = skip + limit - len(found)
        if wanted > 0:
            found += session.exec(part.order_by(order, col(DeadlineRow.id)).limit(wanted))
    return found[skip : skip + limit]


def over(session: Session, code: str, now: datetime, limit: int = 100) -> list[DeadlineRow]:
    """Open deadlines of a code that have passed, for a sweep to act on."""
    query = select(DeadlineRow).where(_open(), DeadlineRow.code == code, col(DeadlineRow.due_at) <= now)
    return list(session.exec(query.order_by(col(DeadlineRow.due_at)).limit(limit)))
