"""Deadlines met and open matters: notices, owners who came, fines paid (C, D), alerts (E).

A deadline counts on the day it was met; owners who came are counted for the notices sent in the period.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from central.db import table_of
from central.deadlines.models import DeadlineRow
from central.proceedings.models import Decision, DecisionPayment, TrackState
from central.reports.counting import Counting, Share
from central.reports.values import Figure, Unit

_ROW, _TRACK = table_of(DeadlineRow), table_of(TrackState)
_DECISION, _PAID = table_of(Decision), table_of(DecisionPayment)
_TO_LIFT_WITHIN = timedelta(hours=24)
_TO_ANOTHER = (_ROW.c.code == "notice") & (_ROW.c.ended_reason == "replaced") & _ROW.c.met_on.is_not(None)
_COUNTS = _ROW.c.ended_reason.in_(("", "not_needed")) | _TO_ANOTHER
"""Neither recomputed nor replaced by another: deadlines met count even if the case has ended.

A notice that was sent counts even if another person was notified afterwards.
"""
_MET = _ROW.c.met_on.is_not(None)
_IN_TIME = _ROW.c.met_on <= _ROW.c.last_day
_PAYMENT = ("payment", "deferral", "instalments")


def _rows(
    group: str, key: str, when: ColumnElement[Any], codes: Sequence[str], *where: ColumnElement[bool]
) -> Counting:
    return Counting(group, key, _ROW, when, (), (_ROW.c.code.in_(codes), _COUNTS, *where))


COUNTINGS = (
    _rows("C", "notices_sent", _ROW.c.met_on, ["notice"], _MET),
    _rows("C", "notices_in_time", _ROW.c.met_on, ["notice"], _IN_TIME),
    _rows("C", "owners_asked", _ROW.c.start, ["appearance"]),
    _rows("C", "owners_came", _ROW.c.start, ["appearance"], _MET),
    _rows("C", "owners_came_in_time", _ROW.c.start, ["appearance"], _IN_TIME),
    _rows("D", "decisions_paid", _ROW.c.met_on, _PAYMENT, _MET),
    _rows("D", "decisions_paid_in_time", _ROW.c.met_on, _PAYMENT, _IN_TIME),
)

SHARES = (
    Share("C", "notices_in_time_share", "notices_in_time", "notices_sent"),
    Share("C", "owners_came_share", "owners_came", "owners_asked"),
    Share("C", "owners_came_in_time_share", "owners_came_in_time", "owners_asked"),
    Share("D", "paid_in_time_share", "decisions_paid_in_time", "decisions_paid"),
)

INNER = frozenset({"notices_in_time", "owners_came_in_time", "decisions_paid_in_time"})
"""Counted only to compute a share."""


def standings(session: Session, now: datetime) -> list[Figure]:
    """Open alerts and overdue fines at present."""
    alert = _TRACK.c.track == "alert"
    to_lift = (alert, _TRACK.c.state == "to_lift", _TRACK.c.since < now - _TO_LIFT_WITHIN)
    open_ones = (alert, _TRACK.c.state.in_(("raised", "to_lift")))
    decisions, fines = _overdue(session)
    return [
        _standing("D", "decisions_overdue", decisions),
        _standing("D", "fines_overdue", fines, "dong"),
        _standing("E", "alerts_open", _one(session, *open_ones)),
        _standing("E", "alerts_to_lift_long", _one(session, *to_lift)),
    ]


def _one(session: Session, *where: ColumnElement[bool]) -> int:
    number: int = session.execute(select(func.count()).select_from(_TRACK).where(*where)).scalar_one()
    return number


def _overdue(session: Session) -> tuple[int, int]:
    """Decisions in force whose fine is overdue, and the unpaid amounts."""
    late = (
        select(_TRACK.c.decision_id)
        .join(_DECISION, _TRACK.c.decision_id == _DECISION.c.id)
        .where(_TRACK.c.track == "payment", _TRACK.c.state == "overdue", _DECISION.c.ended_on.is_(None))
    )
    found = select(func.count(), func.coalesce(func.sum(_DECISION.c.fine), 0)).where(_DECISION.c.id.in_(late))
    decisions, fines = session.execute(found).one()
    paid = select(func.coalesce(func.sum(_PAID.c.amount - _PAID.c.fee), 0)).where(
        _PAID.c.decision_id.in_(late)
    )
    return decisions, int(fines) - int(session.execute(paid).scalar_one())


def _standing(group: str, key: str, number: int, unit: Unit = "count") -> Figure:
    return Figure(group=group, key=key, unit=unit, standing=True, this=number)
