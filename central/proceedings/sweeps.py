"""Steps that are due by time alone: found by expired deadlines, taken one case per job, checked by the tables
like any step.

A sweep only enqueues jobs (`find`); `run` takes the step of one case, or none if it is no longer due.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from central.deadlines import service as deadlines
from central.deadlines.models import DeadlineRow
from central.jobs import queue as jobs
from central.proceedings.models import DecisionAct, Proceeding, TrackState
from central.proceedings.service import Doing, by_programme, of_case
from central.proceedings.tracks import DECISION_TRACKS, Track

STEP = "proceedings.step"
"""Kind of the jobs that take one step of one case."""

_OVER: Mapping[str, str] = {
    "limitation": "expire",
    "decision": "decision_time_over",
    "decision_transferred": "decision_time_over",
    "decision_verified": "decision_time_over",
    "decision_complex": "decision_time_over",
    "explanation": "explanation_over",
    "explanation_extended": "explanation_over",
    "delivery_electronic": "deliver",
    "delivery_returned": "deliver",
    "delivery_posting": "deliver",
    "payment": "fall_overdue",
    "deferral": "fall_overdue",
    "instalments": "fall_overdue",
    "enforcement": "enforcement_expires",
    "enforcement_restarted": "enforcement_expires",
}
"""The step taken when a deadline ends."""

_DEEMED = ("delivery_electronic", "delivery_returned", "delivery_posting")
"""Deemed delivered by law, on the last day of the deadline."""


@dataclass(frozen=True)
class _Follow:
    """A step triggered by a state of a track."""

    track: Track
    state: str
    action: str


_FOLLOWS = (_Follow(Track.PAYMENT, "paid", "execute"), _Follow(Track.ALERT, "to_lift", "lift_alert"))
"""Paid in full: executed at once; solved: alerts are lifted at once (NĐ 168 Art 47.11.c)."""


def find(session: Session, now: datetime, limit: int = 200) -> int:
    """Enqueues a job for every case with a due step; returns how many."""
    found = 0
    for code, action in _OVER.items():
        for row in deadlines.over(session, code, now, limit):
            _ask_for(session, row.case_id, action, code, now)
            found += 1
    for follow in _FOLLOWS:
        for proceeding in _at(session, follow, limit):
            _ask_for(session, proceeding.case_id, follow.action, "", now)
            found += 1
    return found


def _ask_for(session: Session, case_id: int, action: str, code: str, now: datetime) -> None:
    payload = {"case": case_id, "action": action, "deadline": code}
    jobs.enqueue(session, STEP, f"{action}:{case_id}", payload, now)


def _at(session: Session, follow: _Follow, limit: int) -> list[Proceeding]:
    """Cases whose own track is in that state; open ones whose decision's track is."""
    if follow.track not in DECISION_TRACKS:
        own = (TrackState.track == follow.track, TrackState.state == follow.state)
        joined = select(Proceeding).join(TrackState, col(TrackState.proceeding_id) == col(Proceeding.id))
        return list(session.exec(joined.where(*own).order_by(col(Proceeding.id)).limit(limit)))
    query = (
        select(Proceeding)
        .join(DecisionAct, col(DecisionAct.proceeding_id) == col(Proceeding.id))
        .join(TrackState, col(TrackState.decision_id) == col(DecisionAct.decision_id))
        .where(TrackState.track == follow.track, TrackState.state == follow.state)
        .where(col(DecisionAct.living).is_(True), col(Proceeding.id).not_in(_not_open()))
        .order_by(col(Proceeding.id))
        .limit(limit)
    )
    return list(session.exec(query))


def _not_open() -> Any:
    """Cases that have left their first state; a track without a row is at its start."""
    return select(TrackState.proceeding_id).where(
        TrackState.track == Track.CASE, TrackState.state != "open", col(TrackState.proceeding_id).is_not(None)
    )


def run(session: Session, payload: Mapping[str, Any], now: datetime) -> bool:
    """Takes the step of one job; False if it is no longer due."""
    proceeding = of_case(session, int(payload["case"]))
    if proceeding is None or proceeding.id is None:
        return False
    day = None
    if payload["deadline"] in _DEEMED:
        row = _open_row(session, int(payload["case"]), str(payload["deadline"]))
        day = row.last_day if row is not None else None
    doing = Doing(str(payload["action"]), day=day, detail={"deadline": payload["deadline"]})
    return by_programme(session, proceeding.id, doing, now) is not None


def _open_row(session: Session, case_id: int, code: str) -> DeadlineRow | None:
    rows = [row for row in deadlines.of_case(session, case_id) if row.code == code]
    return rows[0] if rows else None
