"""Cases with proceedings, and those whose proceedings are closed."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from central.proceedings.models import DecisionAct, Proceeding, TrackState
from central.proceedings.tracks import Track

_CLOSED = (TrackState.track == Track.CASE, TrackState.state == "closed")


def with_proceedings() -> SelectOfScalar[int]:
    """A subquery: cases that have proceedings."""
    return select(Proceeding.case_id)


def closed_before(
    session: Session, before: datetime, but_not: Sequence[SelectOfScalar[int]], limit: int | None
) -> list[tuple[int, datetime]]:
    """Cases whose proceedings were closed before that time, with when, except those of the queries
    `but_not`.
    """
    query = select(Proceeding.case_id, TrackState.since).join(
        TrackState, col(TrackState.proceeding_id) == col(Proceeding.id)
    )
    query = query.where(*_CLOSED, col(TrackState.since) < before)
    for others in but_not:
        query = query.where(col(Proceeding.case_id).not_in(others))
    return list(session.exec(query.order_by(col(Proceeding.case_id)).limit(limit)))


def is_closed(session: Session, case_id: int) -> bool:
    """Whether the proceedings of the case are closed."""
    query = select(Proceeding.id).join(TrackState, col(TrackState.proceeding_id) == col(Proceeding.id))
    return session.exec(query.where(Proceeding.case_id == case_id, *_CLOSED)).first() is not None


def decided_together(session: Session, case_id: int) -> set[int]:
    """The other cases covered by a decision of this case: its paper belongs to them too."""
    mine = (
        select(DecisionAct.decision_id)
        .join(Proceeding, col(Proceeding.id) == col(DecisionAct.proceeding_id))
        .where(Proceeding.case_id == case_id)
    )
    query = (
        select(Proceeding.case_id)
        .join(DecisionAct, col(DecisionAct.proceeding_id) == col(Proceeding.id))
        .where(col(DecisionAct.decision_id).in_(mine), Proceeding.case_id != case_id)
    )
    return set(session.exec(query))
