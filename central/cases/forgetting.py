"""Data of a case that remain after its retention period: counts for statistics, and hashes; nothing that
identifies a vehicle.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from central.cases.lifecycle import CHARGED, State
from central.cases.models import Case, CaseEvent
from central.cases.queries import evidence_row


def ended_before(
    session: Session,
    states: Collection[State],
    before: datetime,
    but_not: Sequence[SelectOfScalar[int]],
    limit: int | None,
) -> list[tuple[int, datetime]]:
    """Cases in these states whose last step was before that time, with its time, except those of the queries
    `but_not`; the earliest opened first.
    """
    last = (
        select(func.max(CaseEvent.at))
        .where(CaseEvent.case_id == Case.id, CaseEvent.from_state != CaseEvent.to_state)
        .scalar_subquery()
    )
    query = select(Case.id, last).where(col(Case.state).in_(states), last < before)
    for others in but_not:
        query = query.where(col(Case.id).not_in(others))
    rows = session.exec(query.order_by(col(Case.id)).limit(limit)).all()
    return [(case_id, ended_at) for case_id, ended_at in rows if case_id is not None]


def forget_vehicle(session: Session, case: Case) -> None:
    """Removes whatever identifies the vehicle: plates, the signed manifest, texts written by people. The
    manifest's hash stays.
    """
    assert case.id is not None
    # The database requires a plate for a charged case, so an empty one is stored instead.
    case.plate, case.plate_read = ("" if case.state in CHARGED else None), None
    case.version += 1
    evidence_row(session, case.id).jws = ""
    for event in session.exec(select(CaseEvent).where(CaseEvent.case_id == case.id)):
        event.note = ""
        event.detail = {name: value for name, value in event.detail.items() if name != "plate_was"}
