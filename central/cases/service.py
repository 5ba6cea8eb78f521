"""Cases are opened and moved here and nowhere else: each step is checked, kept in the history, audited."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.cases.deadlines import terms_of
from central.cases.errors import CaseChangedError, step_error
from central.cases.intake import ATTENTION, earlier_case, flags_of, is_military, plate_key, queue_of
from central.cases.lifecycle import (
    OPEN,
    SYSTEM,
    Action,
    Actor,
    Mover,
    Standing,
    State,
    StepError,
    allowed_actions,
    next_state,
)
from central.cases.models import Case, CaseEvent, CaseEvidence
from central.errors import NotFoundError
from contract.messages import ViolationManifest

PROGRAMME = "ngatu"
"""Name in the history of what the programme did by itself."""


def open_case(
    session: Session, manifest: ViolationManifest, manifest_sha256: str, received_at: datetime | None = None
) -> Case:
    """The case of a verified manifest; the one that exists already if this event was opened before."""
    known = session.exec(select(Case).where(Case.event_id == manifest.event_id)).one_or_none()
    if known is not None:
        return known
    now = received_at or datetime.now(UTC)
    case = _new_case(session, manifest, now)
    session.add(case)
    session.flush()
    assert case.id is not None
    session.add(
        CaseEvidence(
            case_id=case.id,
            manifest_sha256=manifest_sha256,
            manifest=manifest.model_dump(mode="json", by_alias=True),
        )
    )
    _write_event(session, case, Action.RECEIVE, None, None, now, detail={"node": manifest.node})
    if is_military(manifest):
        take_step(session, case, Action.SET_ASIDE_MILITARY, None, now)
    return case


def _new_case(session: Session, manifest: ViolationManifest, now: datetime) -> Case:
    terms = terms_of(manifest.occurred_at)
    plate = plate_key(manifest.plate.text)
    copy_of = earlier_case(session, plate, manifest.rule.name, manifest.site, manifest.occurred_at)
    return Case(
        event_id=manifest.event_id,
        state=State.RECEIVED,
        queue=queue_of(manifest, copy_of),
        flags=flags_of(manifest) + (["duplicate"] if copy_of else []),
        node=manifest.node,
        camera=manifest.camera,
        site=manifest.site,
        site_name=manifest.site_name,
        rule=manifest.rule.name,
        node_decision=manifest.decision,
        occurred_at=manifest.occurred_at,
        received_at=now,
        vehicle_kind=manifest.vehicle.kind.value,
        vehicle_colour=manifest.vehicle.colour,
        plate_read=plate,
        plate=plate,
        plate_colour=manifest.plate.colour,
        plate_kind=manifest.plate.kind,
        plate_confidence=manifest.plate.confidence,
        notice_due_at=terms.notice_due_at,
        limitation_at=terms.limitation_at,
        duplicate_of_id=copy_of,
    )


def lock_case(session: Session, case_id: int, version: int | None = None) -> Case:
    """The case, locked until the transaction ends.

    Raises:
        NotFoundError: no such case.
        CaseChangedError: it is no longer at `version`.
    """
    query = select(Case).where(Case.id == case_id).with_for_update()
    case = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if case is None:
        raise NotFoundError("case", id=case_id)
    if version is not None and case.version != version:
        raise CaseChangedError("version", id=case_id)
    return case


def take_step(
    session: Session,
    case: Case,
    action: Action,
    by: User | None,
    now: datetime,
    *,
    reason: str | None = None,
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Moves a locked case along the table of `lifecycle`; nobody in `by` means the programme itself.

    Raises:
        DomainError: the table refuses; see `central.cases.errors`.
    """
    before = State(case.state)
    try:
        target = next_state(
            standing_of(case), action, mover_of(by), reason_given=bool(reason or note.strip())
        )
    except StepError as refusal:
        raise step_error(refusal) from refusal
    case.state = target
    case.version += 1
    _write_event(session, case, action, before, by, now, reason=reason, note=note, detail=detail)
    audit.record(
        session,
        f"user:{by.username}" if by else "system",
        f"case.{action.value}",
        f"case:{case.id}",
        {"from": before.value, "to": target.value, "reason": reason or "", "version": case.version},
    )


def standing_of(case: Case) -> Standing:
    """What the table looks at."""
    return Standing(State(case.state), case.operator_id, case.node_decision)  # type: ignore[arg-type]


def mover_of(user: User | None) -> Mover:
    """A person as the table knows them; leaders and administrators take no step."""
    if user is None:
        return SYSTEM
    return Mover(user.id, frozenset({Actor(user.role)} if user.role in set(Actor) else set()))


def actions_for(case: Case, user: User) -> frozenset[Action]:
    """What this person may do with the case now."""
    return allowed_actions(standing_of(case), mover_of(user))


def flag_duplicate(session: Session, case: Case) -> None:
    """Looks for the same act again, after the plate was corrected; keeps or drops the flag accordingly."""
    case.duplicate_of_id = earlier_case(
        session, case.plate, case.rule, case.site, case.occurred_at, not_id=case.id
    )
    others = [flag for flag in case.flags if flag != "duplicate"]
    case.flags = [*others, "duplicate"] if case.duplicate_of_id else others
    if case.duplicate_of_id:
        case.queue = ATTENTION


def expire_due(session: Session, now: datetime, limit: int = 100) -> int:
    """Ends open cases whose limitation (thời hiệu) is over; returns how many."""
    query = (
        select(Case)
        .where(col(Case.limitation_at) <= now, col(Case.state).in_(OPEN - {State.CONFIRMED}))
        .order_by(col(Case.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = session.exec(query).all()
    for case in found:
        take_step(session, case, Action.EXPIRE, None, now)
        case.lease_owner_id = case.lease_until = None
    return len(found)


def _write_event(
    session: Session,
    case: Case,
    action: Action,
    before: State | None,
    by: User | None,
    now: datetime,
    *,
    reason: str | None = None,
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    assert case.id is not None
    session.add(
        CaseEvent(
            case_id=case.id,
            at=now,
            action=action,
            from_state=before,
            to_state=case.state,
            actor_id=by.id if by else None,
            actor_name=by.full_name if by else PROGRAMME,
            reason=reason,
            note=note.strip(),
            detail=detail or {},
        )
    )
