"""Durations of the stages of a case: median and 90th percentile, in hours.

The database counts cases by duration in steps of a tenth of an hour; the ranks are computed here, the same on
every database. A stage counts in the period in which it ended.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, cast, func, select
from sqlalchemy.sql.selectable import FromClause
from sqlmodel import Session

from central.cases.lifecycle import OPEN
from central.db import table_of
from central.proceedings.models import (
    Decision,
    DecisionAct,
    DecisionPayment,
    Proceeding,
    ProceedingEvent,
    ProceedingStep,
)
from central.reports.counting import CASES as _CASE
from central.reports.counting import Counting
from central.reports.values import Figure

STEPS_AN_HOUR = 10
TIMED = frozenset({"median_hours", "ninety_hours"})
NEAR_NOTICE, NEAR_LIMITATION = timedelta(days=2), timedelta(days=60)


_STEP, _PROCEEDING = table_of(ProceedingStep), table_of(Proceeding)
_DECISION, _ACT, _PAID = table_of(Decision), table_of(DecisionAct), table_of(DecisionPayment)
_SOLVED, _LIFTED = table_of(ProceedingEvent).alias("solved"), table_of(ProceedingEvent).alias("lifted")
_STEPS = _STEP.join(_PROCEEDING, _STEP.c.proceeding_id == _PROCEEDING.c.id)


@dataclass(frozen=True)
class Stage:
    """From `begins` to `ends` of the rows of `table` that hold `where`: two moments or two days."""

    name: str
    table: FromClause
    begins: ColumnElement[Any]
    ends: ColumnElement[Any]
    where: tuple[ColumnElement[bool], ...] = ()


STAGES = (
    Stage("review", _CASE, _CASE.c.occurred_at, _CASE.c.operator_at),
    Stage("confirmation", _CASE, _CASE.c.operator_at, _CASE.c.officer_at),
    Stage("notice", _STEPS, _PROCEEDING.c.captured_on, _STEP.c.day, (_STEP.c.action == "send_notice",)),
    Stage("record", _STEPS, _PROCEEDING.c.captured_on, _STEP.c.day, (_STEP.c.action == "make_record",)),
    Stage(
        "decision",
        _ACT.join(_DECISION, _ACT.c.decision_id == _DECISION.c.id).join(
            _PROCEEDING, _ACT.c.proceeding_id == _PROCEEDING.c.id
        ),
        _PROCEEDING.c.captured_on,
        _DECISION.c.signed_on,
    ),
    Stage(
        "payment",
        _PAID.join(_DECISION, _PAID.c.decision_id == _DECISION.c.id),
        _DECISION.c.signed_on,
        _PAID.c.paid_on,
    ),
    Stage(
        "alert_lifting",
        _SOLVED.join(_LIFTED, _SOLVED.c.proceeding_id == _LIFTED.c.proceeding_id),
        _SOLVED.c.moment,
        _LIFTED.c.moment,
        (
            _SOLVED.c.event == "solved",
            _LIFTED.c.event == "alert_lifted",
            _SOLVED.c.ended_at.is_(None),
            _LIFTED.c.ended_at.is_(None),
            _LIFTED.c.moment >= _SOLVED.c.moment,
        ),
    ),
)


def lengths(session: Session) -> list[Counting]:
    """Number of rows of each duration, by stage."""
    return [
        Counting(
            group="G",
            key=_key(stage),
            table=stage.table,
            when=stage.ends,
            by=(("length", _length(session, stage)),),
            where=(stage.begins.is_not(None), *stage.where),
            apart="lengths",
        )
        for stage in STAGES
    ]


def _key(stage: Stage) -> str:
    return f"lengths_of_{stage.name}"


def times(counted: list[Figure]) -> list[Figure]:
    """Two lines for each stage, from its durations: `median_hours` and `ninety_hours`."""
    return [
        _figure(key, stage, [figure for figure in counted if figure.key == _key(stage)], share)
        for key, share in (("median_hours", 0.5), ("ninety_hours", 0.9))
        for stage in STAGES
    ]


def near_limits(session: Session, now: datetime) -> list[Figure]:
    """Open cases whose notice or decision is due soon, late ones included."""
    limits = (
        ("near_notice", _CASE.c.notice_due_at, NEAR_NOTICE),
        ("near_limitation", _CASE.c.limitation_at, NEAR_LIMITATION),
    )
    return [
        Figure(group="G", key=key, standing=True, this=_due(session, due, now + within_time))
        for key, due, within_time in limits
    ]


def _due(session: Session, due: ColumnElement[Any], until: datetime) -> int:
    query = select(func.count()).select_from(_CASE).where(_CASE.c.state.in_(OPEN), due <= until)
    number: int = session.execute(query).scalar_one()
    return number


def _length(session: Session, stage: Stage) -> ColumnElement[Any]:
    """The duration of a row in steps; days are counted as days, see `_steps`."""
    lite = session.get_bind().dialect.name == "sqlite"
    if isinstance(stage.ends.type, Date):
        days = (
            func.julianday(stage.ends) - func.julianday(stage.begins) if lite else stage.ends - stage.begins
        )
        return cast(days, Integer)
    if lite:
        seconds = (func.julianday(stage.ends) - func.julianday(stage.begins)) * 86400
    else:
        seconds = func.date_part("epoch", stage.ends - stage.begins)
    return cast(func.floor(seconds * STEPS_AN_HOUR / 3600), Integer)


def _steps(stage: Stage) -> int:
    """The number of steps in one of its durations."""
    return 24 * STEPS_AN_HOUR if isinstance(stage.ends.type, Date) else 1


def _rank(counts: dict[int, int], share: float) -> float | None:
    """The duration that this share of the rows doesn't exceed (nearest rank); None without rows."""
    wanted = ceil(share * sum(counts.values()))
    if not wanted:
        return None
    reached = 0
    for length in sorted(counts):
        reached += counts[length]
        if reached >= wanted:
            return length / STEPS_AN_HOUR
    return None


def _figure(key: str, stage: Stage, counted: list[Figure], share: float) -> Figure:
    steps = _steps(stage)

    def told(number_of: Callable[[Figure], float | None]) -> float | None:
        return _rank({int(each.by[0][1]) * steps: int(number_of(each) or 0) for each in counted}, share)

    return Figure(
        group="G",
        key=key,
        by=(("stage", stage.name),),
        unit="hours",
        this=told(lambda each: each.this),
        before=told(lambda each: each.before),
        last_year=told(lambda each: each.last_year),
        year=told(lambda each: each.year),
    )
