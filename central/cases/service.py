"""Cases are opened and changed only here: a step sets the state and all its facts at once, and is checked,
recorded in the history and audited.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select, update

from central.accounts.models import User
from central.audit import service as audit
from central.cases.allowed import (
    SYSTEM,
    Mover,
    Standing,
    StepError,
    allowed_actions,
    facts_of,
    next_state,
    step_for,
)
from central.cases.deadlines import terms_of
from central.cases.errors import CaseChangedError, LeaseLostError, NoLawError, step_error
from central.cases.intake import (
    ATTENTION,
    DUPLICATE,
    earlier_case,
    flags_of,
    plate_key,
    queue_of,
    taken_out,
    uncertainty_of,
)
from central.cases.lifecycle import OPEN, Action, Actor, State
from central.cases.models import Case, CaseEvent, CaseEvidence
from central.cases.queries import manifest_of
from central.errors import NotFoundError
from central.law.service import book
from central.values import visible
from configs.law_tables import LawError
from contract.canonical import sha256_hex
from contract.local_time import bounds_of_days, local_day
from contract.manifest import ViolationManifest
from contract.signing import payload_of
from contract.vehicles import VehicleKind


@dataclass(frozen=True)
class Act:
    """The act charged: the vehicle (its plate normalised, with its kind by the plate grammar and its colour)
    and the rule it broke.
    """

    plate: str
    plate_kind: str
    plate_colour: str | None
    vehicle_kind: VehicleKind
    rule: str


PROGRAMME = "ngatu"
"""Name in the history for steps of the software itself."""


def open_case(session: Session, manifest: ViolationManifest, jws: str, now: datetime) -> Case:
    """The case of a verified manifest; the existing one if this event was opened before.

    `jws` is what the node signed: the only original, stored as received.

    Raises:
        NoLawError: the law tables don't cover the day.
        ValueError: it is a test, which never becomes a case.
    """
    if manifest.test:
        raise ValueError(f"{manifest.event_id} is a test: it has no case")
    known = session.exec(select(Case).where(Case.event_id == manifest.event_id)).one_or_none()
    if known is not None:
        return known
    case = _new_case(session, manifest, now)
    session.add(case)
    session.flush()
    assert case.id is not None
    session.add(CaseEvidence(case_id=case.id, manifest_sha256=sha256_hex(payload_of(jws)), jws=jws))
    write_event(session, case, Action.RECEIVE, None, None, now, detail={"node": manifest.node})
    if step := taken_out(manifest):
        take_step(session, case, step, None, now)
    return case


def _new_case(session: Session, manifest: ViolationManifest, now: datetime) -> Case:
    try:
        terms = terms_of(book(session), manifest.occurred_at)
    except LawError as problem:
        raise NoLawError("day", day=str(manifest.occurred_at.date())) from problem
    return Case(
        **as_seen(session, manifest, now),
        event_id=manifest.event_id,
        state=State.RECEIVED,
        node=manifest.node,
        camera=manifest.camera,
        site=manifest.site,
        site_name=visible(manifest.site_name, 200),
        node_decision=manifest.decision,
        occurred_at=manifest.occurred_at,
        received_at=now,
        clock_uncertainty_ms=uncertainty_of(manifest),
        vehicle_kind_seen=manifest.vehicle.kind.value,
        vehicle_colour=_cut(manifest.vehicle.colour, 40),
        plate_read=plate_key(manifest.plate.text),
        plate_confidence=manifest.plate.confidence,
        notice_due_at=terms.notice_due_at,
        limitation_at=terms.limitation_at,
    )


def _cut(text: str | None, longest: int) -> str | None:
    """A node's text, which may have any length, shortened for lists; the full text stays in the manifest."""
    return None if text is None else visible(text, longest)


def as_seen(
    session: Session, manifest: ViolationManifest, received_at: datetime, not_id: int | None = None
) -> dict[str, Any]:
    """The fields of a case that people may change, with the node's original values."""
    plate = plate_key(manifest.plate.text)
    at = manifest.occurred_at
    copy_of = earlier_case(session, plate, manifest.rule.name, manifest.site, at, not_id)
    flags = flags_of(manifest, received_at) + ([DUPLICATE] if copy_of else [])
    return {
        "plate": plate,
        "plate_colour": manifest.plate.colour,
        "plate_kind": _cut(manifest.plate.kind, 24),
        "vehicle_kind": manifest.vehicle.kind.value,
        "rule": manifest.rule.name,
        "duplicate_of_id": copy_of,
        "flags": flags,
        "queue": queue_of(manifest, flags),
    }


def lock_case(session: Session, case_id: int, version: int | None = None) -> Case:
    """The case, locked until the transaction ends.

    Raises:
        NotFoundError: no such case.
        CaseChangedError: its version is no longer `version`.
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
    lease_until: datetime | None = None,
    **facts: Any,
) -> None:
    """Moves a locked case along the table of `lifecycle` and sets every fact of the step with its state.

    `by` None means the software itself. `facts` are those the step needs (`reason` is one of them where it
    ends the case); `lease_until` comes with the steps that leave the case on the person's screen.

    Raises:
        DomainError: the table refuses; see `central.cases.errors`.
        ValueError: a fact is missing or does not belong to the step.
    """
    standing, mover, step = standing_of(case), mover_of(by), step_for(action)
    if "reason" in step.needs:
        facts["reason"] = reason
    try:
        target = next_state(standing, action, mover, now, reason_given=bool(reason or note.strip()))
    except StepError as refusal:
        raise step_error(refusal) from refusal
    for name, value in facts_of(step, standing, mover, now, facts, lease_until).items():
        setattr(case, name, value)
    case.state = target
    case.version += 1
    write_event(session, case, action, standing.state, by, now, reason=reason, note=note, detail=detail)
    audit.record(
        session,
        by.actor if by else "system",
        f"case.{action.value}",
        f"case:{case.id}",
        {"from": standing.state.value, "to": target.value, "reason": reason or "", "version": case.version},
    )


def standing_of(case: Case) -> Standing:
    """The facts the table looks at."""
    return Standing(
        state=State(case.state),
        node_decision=case.node_decision,  # type: ignore[arg-type]
        acted_after=case.occurred_at - timedelta(milliseconds=case.clock_uncertainty_ms),
        limitation_at=case.limitation_at,
        operator=case.operator_id,
        operator_at=case.operator_at,
        officer=case.officer_id,
        officer_at=case.officer_at,
        officer_from=State(case.officer_from) if case.officer_from else None,
        decision_signed=case.decision_signed_at is not None,
    )


def mover_of(user: User | None) -> Mover:
    """A person as the table knows them; leaders and administrators take no step."""
    if user is None:
        return SYSTEM
    return Mover(user.id, frozenset({Actor(user.role)} if user.role in set(Actor) else set()))


def actions_for(case: Case, user: User, now: datetime) -> frozenset[Action]:
    """Actions this person may take on the case now."""
    return allowed_actions(standing_of(case), mover_of(user), now)


def accept(
    session: Session,
    case: Case,
    by: User,
    now: datetime,
    act: Act,
    detail: dict[str, Any],
    action: Action = Action.ACCEPT,
    note: str = "",
) -> None:
    """The proposal to charge this act, by an operator or, for a disputed case, by the shift lead.

    The same act may already be recorded under the corrected plate or rule: then the case is flagged as a
    possible duplicate. Raises as `take_step` does.
    """
    copy_of = earlier_case(session, act.plate, act.rule, case.site, case.occurred_at, not_id=case.id)
    others = [flag for flag in case.flags if flag != DUPLICATE]
    take_step(
        session,
        case,
        action,
        by,
        now,
        note=note,
        detail=detail,
        **asdict(act),
        duplicate_of_id=copy_of,
        flags=[*others, DUPLICATE] if copy_of else others,
        queue=ATTENTION if copy_of else case.queue,
    )


def review_again(session: Session, case: Case, now: datetime) -> None:
    """Returns a decided case to the queue without its decision: the values reported by the node apply again.
    Raises as `take_step` does.
    """
    assert case.id is not None
    seen = as_seen(session, manifest_of(session, case.id), case.received_at, case.id)
    take_step(session, case, Action.SECOND_REVIEW, None, now, **seen)


def sign_decision(session: Session, case: Case, signed_at: datetime, by: str, number: str) -> None:
    """A decision to sanction is signed: from now on the limitation no longer ends the case.

    Raises:
        LimitationOverError: it is over already.
        CaseStateError: the case is not recorded.
    """
    detail = {"number": number, "by": by}
    take_step(
        session, case, Action.SIGN_DECISION, None, signed_at, note=number, detail=detail,
        decision_signed_at=signed_at,
    )  # fmt: skip


def annul_decision(session: Session, case: Case, now: datetime, by: str, reason: str) -> None:
    """The decision is no longer in force: the limitation counts again. Raises CaseStateError."""
    take_step(session, case, Action.ANNUL_DECISION, None, now, note=reason, detail={"by": by})


def withdraw(session: Session, case: Case, now: datetime, by: str, reason: str) -> bool:
    """Withdraws a case of a faulty camera; False for a case that has ended in another way."""
    if case.state == State.WITHDRAWN or Action.WITHDRAW not in _open_to_the_programme(case, now):
        return False
    take_step(session, case, Action.WITHDRAW, None, now, note=reason, detail={"by": by})
    return True


def _open_to_the_programme(case: Case, now: datetime) -> frozenset[Action]:
    return allowed_actions(standing_of(case), SYSTEM, now)


def restart_limitation(
    session: Session, case: Case, limitation_at: datetime, by: str, reason: str, now: datetime
) -> None:
    """A person entitled to sign has set a new end of the limitation. Raises CaseStateError."""
    take_step(
        session, case, Action.RESTART_LIMITATION, None, now, note=reason, detail={"by": by},
        limitation_at=limitation_at,
    )  # fmt: skip


def hold(case: Case, user: User, until: datetime) -> None:
    """Leases the case to this person until then; its state stays as it is."""
    case.lease_owner_id, case.lease_until = user.id, until


def let_go(case: Case) -> None:
    """Ends the lease; the state stays as it is."""
    case.lease_owner_id = case.lease_until = None


def held_case(session: Session, user: User, case_id: int, version: int | None = None) -> Case:
    """The case, locked, if this person holds its lease.

    Raises:
        NotFoundError, CaseChangedError: see `lock_case`.
        LeaseLostError: they do not.
    """
    case = lock_case(session, case_id, version)
    if case.lease_owner_id != user.id:
        raise LeaseLostError("case", id=case_id)
    return case


def renew_terms(session: Session) -> None:
    """Sets the deadlines of open cases anew, day by day, after the law in use has changed."""
    span = select(func.min(Case.occurred_at), func.max(Case.occurred_at)).where(col(Case.state).in_(OPEN))
    first, last = session.exec(span).one()
    in_use = book(session)
    day = local_day(first) if first is not None else None
    while day is not None and day <= local_day(last):
        begins, ends = bounds_of_days(day, day)
        theirs = (col(Case.occurred_at) >= begins, col(Case.occurred_at) < ends)
        try:
            terms = terms_of(in_use, begins)
        except LawError:
            terms = None  # no law of that day: its cases keep what they have
        if terms is not None:
            changed = update(Case).where(col(Case.state).in_(OPEN), *theirs).values(**asdict(terms))
            session.connection().execute(changed)
        day += timedelta(days=1)
    session.expire_all()


def expire_due(session: Session, now: datetime, limit: int = 100) -> int:
    """Ends cases whose limitation (thời hiệu) is over and on which no decision is signed; returns how many:
    if it is `limit`, there may be more.
    """
    ends = [*OPEN, State.RECORDED]
    query = (
        select(Case)
        .where(
            col(Case.limitation_at) <= now, col(Case.state).in_(ends), col(Case.decision_signed_at).is_(None)
        )
        .order_by(col(Case.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = session.exec(query).all()
    for case in found:
        take_step(session, case, Action.EXPIRE, None, now)
    return len(found)


def write_event(
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
    """Adds a step to the case's history."""
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
