"""Open cases affected by a new law table: shown before it is activated, recalculated afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, func, select

from central.deadlines.service import cases_running_over, cases_with_codes
from central.law.service import RowChange, changes_of, table_of
from central.offences.service import ids_by_law
from central.proceedings.models import Proceeding, TrackState
from central.proceedings.tracks import Track

SHOWN = 50


@dataclass(frozen=True)
class Impact:
    """How many open cases a table affects, and the first of them."""

    total: int
    cases: tuple[int, ...]


def touched(session: Session, table_id: int) -> Impact:
    """The open cases whose acts, deadlines or signers a version changes compared with the law in use.

    Frozen values stay: an offence keeps its band, a decision its amounts. A case is affected if one of its
    future steps would depend on a changed row.
    """
    wanted = _where(session, table_id)
    if wanted is None:
        return Impact(0, ())
    total = session.exec(select(func.count()).select_from(Proceeding).where(_open(), wanted)).one()
    query = select(Proceeding.case_id).where(_open(), wanted).order_by(col(Proceeding.case_id))
    return Impact(total, tuple(session.exec(query.limit(SHOWN))))


def bring_into_step(session: Session, table_id: int) -> None:
    """Schedules new computation of deadlines and desks of the affected cases; called before the table is
    activated.
    """
    wanted = _where(session, table_id)
    if wanted is not None:
        session.connection().execute(update(Proceeding).where(_open(), wanted).values(waiting_at=None))


def _open() -> ColumnElement[bool]:
    """Cases that have not left their first state; a track without a row is at its start."""
    left = select(TrackState.proceeding_id).where(
        TrackState.track == Track.CASE, TrackState.state != "open", col(TrackState.proceeding_id).is_not(None)
    )
    return col(Proceeding.id).not_in(left)


def _where(session: Session, table_id: int) -> ColumnElement[bool] | None:
    name, changes = table_of(session, table_id).name, changes_of(session, table_id)
    if not changes:
        return None
    if name in ("offences", "acts"):
        return _with_offence(set(_values(changes, "code")), set(_values(changes, "act")))
    if name == "deadlines":
        return col(Proceeding.case_id).in_(cases_with_codes(set(_values(changes, "code"))))
    if name == "holidays":
        days = [date.fromisoformat(str(day)) for day in _values(changes, "day")]
        return col(Proceeding.case_id).in_(cases_running_over(min(days), max(days))) if days else None
    if name in ("signers", "sanctions"):
        return _undecided()
    return None


def _values(changes: Iterable[RowChange], key: str) -> Iterable[Any]:
    for change in changes:
        for row in (change.before, change.after):
            if row is not None and row.get(key):
                yield row[key]


def _with_offence(codes: set[str], acts: set[str]) -> ColumnElement[bool]:
    return col(Proceeding.offence_id).in_(ids_by_law(codes, acts)) & _undecided()


def _undecided() -> ColumnElement[bool]:
    signed = select(TrackState.proceeding_id).where(
        TrackState.track == Track.DECISION,
        col(TrackState.state).in_(("signed", "no_sanction")),
        col(TrackState.proceeding_id).is_not(None),
    )
    return col(Proceeding.id).not_in(signed)
