"""Viewing times: how long a case was on the screen before it was decided, as measured by the browser."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from central.cases.lifecycle import Action
from central.cases.models import CaseEvent

STEP_MS = 250
"""Viewing times are counted in classes of this length."""

DECISIONS = (Action.ACCEPT, Action.REJECT)


@dataclass(frozen=True)
class Look:
    """One decision and how long the case was on the screen, in milliseconds."""

    case_id: int
    person: int
    action: str
    at: datetime
    looked_ms: int


def counted(session: Session, since: datetime) -> list[tuple[int, int | None, int]]:
    """Decisions since then by person and class: (person, class, how many). Class 3 is from 3 to below 4 times
    `STEP_MS`; None were not measured (decided by a client of the API).
    """
    step = _looked() // STEP_MS
    query = select(col(CaseEvent.actor_id), step, func.count()).where(*_decided(since))
    rows: Any = session.exec(query.group_by(col(CaseEvent.actor_id), step))
    return [(person, looked, count) for person, looked, count in rows]


def shorter_than(session: Session, since: datetime, bound_ms: int, limit: int) -> list[Look]:
    """Decisions after a viewing time shorter than the bound, the latest first."""
    columns: Any = (CaseEvent.case_id, CaseEvent.actor_id, CaseEvent.action, CaseEvent.at, _looked())
    query: Any = select(*columns).where(*_decided(since), _looked() < bound_ms)
    rows = session.exec(query.order_by(col(CaseEvent.id).desc()).limit(limit))
    return [Look(*row) for row in rows]


def _looked() -> Any:
    detail: Any = col(CaseEvent.detail)
    return detail["looked_ms"].as_integer()


def _decided(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(CaseEvent.action).in_(DECISIONS),
        col(CaseEvent.at) >= since,
        col(CaseEvent.actor_id).is_not(None),
    )
