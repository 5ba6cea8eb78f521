"""The effect of a camera (J): violations per hour with a picture, compared with its first weeks.

Nothing is known of the time before the camera; its first four weeks, when few drivers knew of it, are used
instead.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, cast, func, select
from sqlmodel import Session

from central.cases.statistics import day_of
from central.db import is_postgresql, table_of
from central.fleet.models import Camera, CameraDay
from central.reports.counting import CASES, Periods, within
from central.reports.periods import DAY, Period
from central.reports.values import Figure

FIRST_DAYS = 28
"""After the day on which the node first reported the camera, which is incomplete."""
FEWEST = 10
"""Fewest violations in its first weeks for a camera to be compared: with fewer, chance would dominate."""
KEY = "acts_against_start"
TREND = frozenset({KEY})
"""Keys of a period's lines that are computed here."""

_DAY, _CAMERA = table_of(CameraDay), table_of(Camera)
_FIRST = (
    select(_DAY.c.node_id, _DAY.c.camera_id, func.min(_DAY.c.day).label("day"))
    .group_by(_DAY.c.node_id, _DAY.c.camera_id)
    .subquery("first")
)


class _Start(NamedTuple):
    """A camera's place and name, its first day, and its seconds with a picture: in its first weeks and in
    each period."""

    node: str
    camera: str
    site: str
    day: date
    seconds: tuple[int, ...]


def against_start(session: Session, periods: Periods, counted: Sequence[Figure]) -> list[Figure]:
    """A line for each camera that had enough violations in its first weeks; empty for periods that began
    before these ended.

    `counted`: the period's lines, of which those by camera are used.
    """
    acts = {
        figure.by: (figure.this, figure.before, figure.last_year, figure.year)
        for figure in counted
        if figure.key == "acts_by_camera"
    }
    first = _first_acts(session)
    lines = [
        _line(start, first[start.node, start.camera], periods, acts)
        for start in _starts(session, periods)
        if first.get((start.node, start.camera), 0) >= FEWEST
    ]
    return sorted((line for line in lines if line.this is not None), key=lambda line: line.by)


def _line(
    start: _Start, first: int, periods: Periods, acts: Mapping[tuple[tuple[str, str], ...], Sequence[Any]]
) -> Figure:
    by = (("site", start.site), ("camera", start.camera))
    at_first, *seconds = start.seconds
    found = acts.get(by, (0,) * len(periods))
    this, before, last_year, year = (
        _ratio(number or 0, lasted, first, at_first) if _is_after(start.day, period) else None
        for number, lasted, period in zip(found, seconds, periods, strict=True)
    )
    return Figure(
        group="J", key=KEY, by=by, unit="share", this=this, before=before, last_year=last_year, year=year
    )


def _is_after(first: date, period: Period) -> bool:
    return period.first > first + FIRST_DAYS * DAY


def _ratio(acts: int, seconds: int, first_acts: int, first_seconds: int) -> float | None:
    if not seconds or not first_seconds:
        return None
    return round(acts * first_seconds / (seconds * first_acts), 4)


def _starts(session: Session, periods: Periods) -> list[_Start]:
    age = _days_between(session, _DAY.c.day, _FIRST.c.day)
    seconds = [
        func.sum(_DAY.c.seen_seconds).filter(span)
        for span in (age.between(1, FIRST_DAYS), *(within(_DAY.c.day, period) for period in periods))
    ]
    same_day = and_(_FIRST.c.node_id == _DAY.c.node_id, _FIRST.c.camera_id == _DAY.c.camera_id)
    same = and_(_CAMERA.c.node_id == _DAY.c.node_id, _CAMERA.c.id == _DAY.c.camera_id)
    which = (_DAY.c.node_id, _DAY.c.camera_id, _CAMERA.c.site_name, _FIRST.c.day)
    query = select(*which, *seconds).select_from(_DAY.join(_FIRST, same_day).join(_CAMERA, same))
    return [
        _Start(node, camera, site, day, tuple(int(each or 0) for each in lasted))
        for node, camera, site, day, *lasted in session.execute(query.group_by(*which))
    ]


def _first_acts(session: Session) -> dict[tuple[str, str], int]:
    """Upheld violations of each camera in its first weeks."""
    age = _days_between(session, day_of(session, CASES.c.occurred_at), _FIRST.c.day)
    same = and_(_FIRST.c.node_id == CASES.c.node, _FIRST.c.camera_id == CASES.c.camera)
    upheld = CASES.c.state.in_(("confirmed", "recorded"))
    query = select(CASES.c.node, CASES.c.camera, func.count()).select_from(CASES.join(_FIRST, same))
    rows = session.execute(
        query.where(upheld, age.between(1, FIRST_DAYS)).group_by(CASES.c.node, CASES.c.camera)
    )
    return {(node, camera): number for node, camera, number in rows}


def _days_between(
    session: Session, later: ColumnElement[Any], earlier: ColumnElement[Any]
) -> ColumnElement[int]:
    if is_postgresql(session):
        return later - earlier
    return cast(func.julianday(later) - func.julianday(earlier), Integer)
