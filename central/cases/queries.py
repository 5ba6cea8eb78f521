"""Reading cases: one, its evidence and history, pages of a list, the oldest that waits for something."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from central.cases.lifecycle import State
from central.cases.models import Case, CaseEvent, CaseEvidence
from central.errors import NotFoundError
from contract.manifest import ViolationManifest, read
from contract.signing import payload_of


@dataclass(frozen=True)
class CaseFilter:
    """What a list is narrowed to; None leaves a field open. `plate` (normalised) matches from its start.
    Without `with_police` only cases that operators still see."""

    states: frozenset[State] | None = None
    rule: str | None = None
    site: str | None = None
    plate: str | None = None
    queue: str | None = None
    with_police: bool = True


def get_case(session: Session, case_id: int) -> Case:
    """The case. Raises NotFoundError."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFoundError("case", id=case_id)
    return case


def cases_by_id(session: Session, case_ids: Collection[int]) -> dict[int, Case]:
    """These cases by their numbers."""
    rows = session.exec(select(Case).where(col(Case.id).in_(case_ids))).all() if case_ids else []
    return {case.id: case for case in rows if case.id is not None}


def evidence_row(session: Session, case_id: int) -> CaseEvidence:
    """The stored manifest of a case with its hash."""
    row = session.get(CaseEvidence, case_id)
    if row is None:
        raise NotFoundError("case", id=case_id)
    return row


def manifest_of(session: Session, case_id: int) -> ViolationManifest:
    """What the node sent about a case, as the newest version of the manifest has it."""
    return read(signed_bytes(session, case_id))


def signed_bytes(session: Session, case_id: int) -> bytes:
    """The very bytes the node signed about a case: canonical JSON of its manifest."""
    return payload_of(evidence_row(session, case_id).jws)


def history_of(session: Session, case_id: int) -> list[CaseEvent]:
    """Every step of a case, oldest first."""
    return list(
        session.exec(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(col(CaseEvent.id)))
    )


def neighbours(session: Session, case_id: int, *, with_police: bool = True) -> tuple[int | None, int | None]:
    """The numbers of the cases before and after this one; see `CaseFilter.with_police`."""
    older = select(func.max(Case.id)).where(col(Case.id) < case_id)
    newer = select(func.min(Case.id)).where(col(Case.id) > case_id)
    if not with_police:
        older, newer = (query.where(col(Case.police_only_from).is_(None)) for query in (older, newer))
    return session.exec(older).one(), session.exec(newer).one()


def list_cases(
    session: Session, wanted: CaseFilter, before: int | None = None, limit: int = 50
) -> list[Case]:
    """Newest first; `before` is the id of the last case of the page before."""
    query = select(Case).order_by(col(Case.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Case.id) < before)
    if not wanted.with_police:
        query = query.where(col(Case.police_only_from).is_(None))
    if wanted.states is not None:
        query = query.where(col(Case.state).in_(wanted.states))
    if wanted.plate:
        # A range, not LIKE: an index serves it on every database, and nothing has to be escaped.
        query = query.where(col(Case.plate) >= wanted.plate, col(Case.plate) < wanted.plate + "\uffff")
    for column, value in ((Case.rule, wanted.rule), (Case.site, wanted.site), (Case.queue, wanted.queue)):
        if value is not None:
            query = query.where(column == value)
    return list(session.exec(query))


def cases_of_camera(
    session: Session, node: str, camera: str, from_at: datetime, until_at: datetime, rule: str | None = None
) -> list[Case]:
    """What a camera found from a moment (included) until another (excluded), of one rule or all."""
    query = select(Case).where(
        Case.node == node,
        Case.camera == camera,
        col(Case.occurred_at) >= from_at,
        col(Case.occurred_at) < until_at,
    )
    if rule is not None:
        query = query.where(Case.rule == rule)
    return list(session.exec(query.order_by(col(Case.id))))


def same_plate_elsewhere(session: Session, case: Case, within: timedelta, limit: int = 50) -> list[Case]:
    """Cases of the same plate and colour at other sites, not further in time than `within`; none where the
    plate is not known."""
    if case.plate is None:
        return []
    query = select(Case).where(
        Case.plate == case.plate,
        Case.plate_colour == case.plate_colour,
        Case.site != case.site,
        col(Case.occurred_at).between(case.occurred_at - within, case.occurred_at + within),
    )
    return list(session.exec(query.order_by(col(Case.id)).limit(limit)))


def oldest_waiting(session: Session, state: State, not_decided_by: int, limit: int = 50) -> list[Case]:
    """Cases in a state by the nearest deadline, less those this person decided in the first stage."""
    return list(
        session.exec(
            select(Case)
            .where(Case.state == state, col(Case.operator_id) != not_decided_by)
            .order_by(col(Case.notice_due_at), col(Case.id))
            .limit(limit)
        )
    )
