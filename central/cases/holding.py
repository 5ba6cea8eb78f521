"""Cases of cameras in quarantine: which cases are held, and the steps in and out.

Their state and deadlines stay as they are; they are only not given to operators.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from central.cases.intake import ATTENTION, HELD, MAIN, usual_queue
from central.cases.lifecycle import Action, State
from central.cases.models import REAL, Case
from central.cases.service import take_step
from central.db import among_pairs

Camera = tuple[str, str]
"""Its node and its name."""


@dataclass(frozen=True)
class Reviewed:
    """How many cases of a camera were reviewed since a moment, and how many of those an operator rejected or
    an officer refused."""

    camera: Camera
    reviewed: int
    rejected: int

    @property
    def share(self) -> float:
        """Share of the reviewed cases; zero if there were none."""
        return self.rejected / self.reviewed if self.reviewed else 0.0


@dataclass(frozen=True)
class Waiting:
    """Held cases of a camera, and when the first notice is due."""

    cases: int
    first_due_at: datetime


def reviewed_since(session: Session, since: datetime, camera: Camera | None = None) -> list[Reviewed]:
    """Operators' decisions since then by camera, the most rejected first."""
    turned_down = col(Case.state).in_((State.REJECTED, State.REFUSED))
    counts = (func.count(), func.count().filter(turned_down))
    query = select(Case.node, Case.camera, *counts).where(col(Case.operator_at) >= since, REAL)
    if camera is not None:
        query = query.where(Case.node == camera[0], Case.camera == camera[1])
    rows = session.exec(query.group_by(col(Case.node), col(Case.camera)))
    found = [Reviewed((node, name), reviewed, rejected) for node, name, reviewed, rejected in rows]
    return sorted(found, key=lambda each: (-each.share, each.camera))


def hold_waiting(session: Session, cameras: Collection[Camera], now: datetime, limit: int) -> int:
    """Holds the waiting cases of these cameras; returns how many: if it is `limit`, there may be more."""
    if not cameras:
        return 0
    of_these = among_pairs(session, (col(Case.node), col(Case.camera)), cameras)
    found = _received(session, (MAIN, ATTENTION), of_these, limit)
    for case in found:
        take_step(session, case, Action.HOLD, None, now, queue=HELD)
    return len(found)


def let_on(session: Session, but_not: Collection[Camera], now: datetime, limit: int) -> int:
    """Returns held cases to their queue, except those of some cameras; returns how many."""
    of_these = among_pairs(session, (col(Case.node), col(Case.camera)), but_not)
    found = _received(session, (HELD,), ~of_these, limit)
    for case in found:
        take_step(session, case, Action.LET_ON, None, now, queue=usual_queue(case.node_decision, case.flags))
    return len(found)


def held(session: Session) -> dict[Camera, Waiting]:
    """The held cases, by camera."""
    query = select(Case.node, Case.camera, func.count(), func.min(Case.notice_due_at)).where(
        Case.state == State.RECEIVED, Case.queue == HELD, REAL
    )
    rows: Any = session.exec(query.group_by(col(Case.node), col(Case.camera)))
    return {(node, camera): Waiting(count, due) for node, camera, count, due in rows}


def _received(session: Session, queues: Collection[str], wanted: Any, limit: int) -> list[Case]:
    query = select(Case).where(Case.state == State.RECEIVED, col(Case.queue).in_(queues), REAL, wanted)
    return list(session.exec(query.order_by(col(Case.id)).limit(limit).with_for_update(skip_locked=True)))
