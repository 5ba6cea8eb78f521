"""Reading cases: single ones, evidence and history, pages of a list, and the oldest waiting case."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from central.cases.errors import DisposedError
from central.cases.lifecycle import State
from central.cases.models import REAL, Case, CaseEvent, CaseEvidence
from central.errors import NotFoundError
from contract.manifest import ViolationManifest, read
from contract.signing import payload_of


@dataclass(frozen=True)
class CaseFilter:
    """Filter of a list; None leaves a field open. `plate` (normalised) matches from its start, `plate_part`
    anywhere in it. Without `with_police` only cases that operators still see. `first` and `until` bound the
    moment of the act, the latter not included; `received_from` the arrival of the evidence. `camera` is its
    node and name; `person` decided one of the two stages.
    """

    states: frozenset[State] | None = None
    rule: str | None = None
    site: str | None = None
    camera: tuple[str, str] | None = None
    person: int | None = None
    plate: str | None = None
    plate_part: str | None = None
    queue: str | None = None
    first: datetime | None = None
    until: datetime | None = None
    received_from: datetime | None = None
    with_police: bool = True


def get_case(session: Session, case_id: int) -> Case:
    """The case with that number. Raises NotFoundError."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFoundError("case", id=case_id)
    return case


def cases_by_id(session: Session, case_ids: Collection[int]) -> dict[int, Case]:
    """Cases by their numbers."""
    rows = session.exec(select(Case).where(col(Case.id).in_(case_ids))).all() if case_ids else []
    return {case.id: case for case in rows if case.id is not None}


def decided_since(
    session: Session, stage: Literal["operator", "officer"], user_id: int, since: datetime
) -> int:
    """How many cases a person decided since then, as an operator or as an officer."""
    as_operator = Case.operator_id == user_id, col(Case.operator_at) >= since
    as_officer = Case.officer_id == user_id, col(Case.officer_at) >= since
    query = select(func.count()).where(*(as_operator if stage == "operator" else as_officer))
    return session.exec(query).one()


def without_owner(session: Session, decided_before: datetime, limit: int) -> list[Case]:
    """Cases whose owner has not been found yet, the earliest accepted first; those accepted after
    `decided_before` can still be taken back and don't count.
    """
    query = select(Case).where(*_without_owner(decided_before))
    return list(session.exec(query.order_by(col(Case.operator_at), col(Case.id)).limit(limit)))


def count_without_owner(session: Session, decided_before: datetime) -> int:
    """Number of cases without an owner."""
    return session.exec(select(func.count()).where(*_without_owner(decided_before))).one()


def _without_owner(decided_before: datetime) -> tuple[ColumnElement[bool], ...]:
    states = (State.ACCEPTED, State.OWNER_NOT_FOUND)
    return col(Case.state).in_(states), col(Case.operator_at) <= decided_before, REAL


def of_plate(session: Session, plate: str) -> list[Case]:
    """Every case of exactly this plate (normalised), the oldest first."""
    return list(session.exec(select(Case).where(Case.plate == plate, REAL).order_by(col(Case.id))))


def evidence_row(session: Session, case_id: int) -> CaseEvidence:
    """The stored manifest of a case with its hash."""
    row = session.get(CaseEvidence, case_id)
    if row is None:
        raise NotFoundError("case", id=case_id)
    return row


def manifest_of(session: Session, case_id: int) -> ViolationManifest:
    """What the node sent about a case, from the newest version of the manifest."""
    return read(signed_bytes(session, case_id))


def signed_bytes(session: Session, case_id: int) -> bytes:
    """The exact bytes the node signed about a case: canonical JSON of its manifest."""
    return payload_of(signed_token(session, case_id))


def signed_token(session: Session, case_id: int) -> str:
    """The manifest with the node's signature, as received. Raises DisposedError after its retention
    period.
    """
    token = evidence_row(session, case_id).jws
    if not token:
        raise DisposedError("manifest", id=case_id)
    return token


def history_of(session: Session, case_id: int) -> list[CaseEvent]:
    """Every step of a case, oldest first."""
    return list(
        session.exec(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(col(CaseEvent.id)))
    )


def neighbours(session: Session, case_id: int, *, with_police: bool = True) -> tuple[int | None, int | None]:
    """The numbers of the cases before and after this one; see `CaseFilter.with_police`."""
    older = select(func.max(Case.id)).where(col(Case.id) < case_id, REAL)
    newer = select(func.min(Case.id)).where(col(Case.id) > case_id, REAL)
    if not with_police:
        older, newer = (query.where(col(Case.police_only_from).is_(None)) for query in (older, newer))
    return session.exec(older).one(), session.exec(newer).one()


Order = Literal["newest", "oldest", "due"]
"""The newest number first, the oldest first, or by the deadline of the notice."""


def list_cases(
    session: Session,
    wanted: CaseFilter,
    before: int | None = None,
    limit: int | None = 50,
    order: Order = "newest",
) -> list[Case]:
    """Cases in an order, all of them if the limit is None; `before` is the id of the last case of the
    previous page.
    """
    query = select(Case).where(*_conditions(wanted), *_beyond(session, before, order))
    number = col(Case.id)
    orders = {"newest": (number.desc(),), "oldest": (number,), "due": (col(Case.notice_due_at), number)}
    return list(session.exec(query.order_by(*orders[order]).limit(limit)))


def _beyond(session: Session, before: int | None, order: Order) -> tuple[ColumnElement[bool], ...]:
    """Condition for the cases after a given one in the order."""
    number, due = col(Case.id), col(Case.notice_due_at)
    if before is None:
        return ()
    if order == "newest":
        return (number < before,)
    if order == "oldest":
        return (number > before,)
    last = get_case(session, before)
    return ((due > last.notice_due_at) | ((due == last.notice_due_at) & (number > before)),)


def count_cases(session: Session, wanted: CaseFilter, up_to: int) -> int:
    """How many cases there are, counted up to a bound: above it a database needs too much time."""
    found = select(Case.id).where(*_conditions(wanted)).limit(up_to).subquery()
    return session.exec(select(func.count()).select_from(found)).one()


@dataclass(frozen=True)
class Arrivals:
    """When the acts of a camera happened whose evidence came in lately: the first and the last of them."""

    camera: tuple[str, str]
    first: datetime
    last: datetime


def arrivals_since(session: Session, since: datetime) -> list[Arrivals]:
    """The cameras whose evidence came in since then."""
    at = col(Case.occurred_at)
    query = select(Case.node, Case.camera, func.min(at), func.max(at)).where(REAL, Case.received_at >= since)
    rows = session.exec(query.group_by(col(Case.node), col(Case.camera)))
    return [Arrivals((node, camera), first, last) for node, camera, first, last in rows]


def count_all(session: Session) -> int:
    """How many cases there are, however long the count takes."""
    return session.exec(select(func.count()).select_from(Case)).one()


def sites_with_cases(session: Session) -> dict[str, str]:
    """The sites of all cases: their newest display names by the nodes' codes.

    One index lookup for each site, all in one statement: grouping the cases would read them all.
    """
    last = select(func.max(Case.site).label("site")).cte("places", recursive=True)
    next_one = select(func.max(Case.site)).where(col(Case.site) < last.c.site).scalar_subquery()
    places = last.union_all(select(next_one).where(last.c.site.is_not(None)))
    newest = select(Case.site_name).where(Case.site == places.c.site).order_by(col(Case.id).desc()).limit(1)
    query = select(places.c.site, newest.scalar_subquery()).where(places.c.site.is_not(None))
    return dict(sorted(session.exec(query).all(), key=lambda site: site[1]))


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [REAL]
    found += [
        column == value
        for column, value in (
            (col(Case.rule), wanted.rule),
            (col(Case.site), wanted.site),
            (col(Case.queue), wanted.queue),
        )
        if value is not None
    ]
    if wanted.camera is not None:
        node, camera = wanted.camera
        found += [col(Case.node) == node, col(Case.camera) == camera]
    if wanted.person is not None:
        found.append((col(Case.operator_id) == wanted.person) | (col(Case.officer_id) == wanted.person))
    if not wanted.with_police:
        found.append(col(Case.police_only_from).is_(None))
    if wanted.states is not None:
        found.append(col(Case.state).in_(wanted.states))
    if wanted.plate:
        # A range, not LIKE: every database can use an index for it, and nothing has to be escaped.
        found += [col(Case.plate) >= wanted.plate, col(Case.plate) < wanted.plate + "\uffff"]
    if wanted.plate_part:
        found.append(col(Case.plate).contains(wanted.plate_part, autoescape=True))
    if wanted.first is not None:
        found.append(col(Case.occurred_at) >= wanted.first)
    if wanted.until is not None:
        found.append(col(Case.occurred_at) < wanted.until)
    if wanted.received_from is not None:
        found.append(col(Case.received_at) >= wanted.received_from)
    return found


def same_plate_elsewhere(session: Session, case: Case, within: timedelta, limit: int = 50) -> list[Case]:
    """Cases of the same plate and colour at other sites, at most `within` apart; none if the plate is not
    known.
    """
    if case.plate is None:
        return []
    query = select(Case).where(
        Case.plate == case.plate,
        Case.plate_colour == case.plate_colour,
        Case.site != case.site,
        REAL,
        col(Case.occurred_at).between(case.occurred_at - within, case.occurred_at + within),
    )
    return list(session.exec(query.order_by(col(Case.id)).limit(limit)))


def has_same_act(session: Session, case: Case, within: timedelta, states: Collection[State]) -> bool:
    """Whether another case in one of these states has the same plate, rule and site, at most `within`
    apart.
    """
    same = select(Case.id).where(
        Case.plate == case.plate, Case.rule == case.rule, Case.site == case.site, Case.id != case.id
    )
    near = col(Case.occurred_at).between(case.occurred_at - within, case.occurred_at + within)
    return session.exec(same.where(near, col(Case.state).in_(states)).limit(1)).first() is not None


def oldest_waiting(session: Session, state: State, not_decided_by: int, limit: int = 50) -> list[Case]:
    """The cases in a state with the nearest deadline first, except those this person decided in the first
    stage.
    """
    return list(
        session.exec(
            select(Case)
            .where(Case.state == state, col(Case.operator_id) != not_decided_by)
            .order_by(col(Case.notice_due_at), col(Case.id))
            .limit(limit)
        )
    )
