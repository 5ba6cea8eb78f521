"""The operator's decisions (thẩm định của nhân viên IOC): accept, correct, reject, put aside, undo."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from central.accounts.models import User
from central.cases.errors import LeaseLostError, SkipLimitError, UndoTooLateError
from central.cases.lifecycle import Action, State
from central.cases.models import Case
from central.cases.service import flag_duplicate, lock_case, take_step
from central.errors import InvalidError
from central.registry.service import cancel_look_up, plan_look_up
from central.review.models import Skip
from central.review.queue import LEASE, held_by, release
from central.review.reasons import check_reason
from contract.messages import ViolationManifest
from contract.plates import Plate, PlateColour, PlateError, PlateKind, interpretations, parse
from contract.vehicles import VehicleKind

UNDO_TIME = timedelta(seconds=30)
"""How long a decision can be taken back by whoever took it; the owner is looked up only after that."""

SKIP_REASONS = ("hard_to_see", "ask_a_colleague", "unclear_rule")
"""Why a case is put aside (để sau)."""

SKIP_LIMIT = 20
SKIP_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class PlateEntry:
    """The plate as the operator read it; `colour` None leaves the node's."""

    text: str
    colour: PlateColour | None = None


@dataclass(frozen=True)
class Sight:
    """Which case at which version the person looked at, and how they had set the picture (percent)."""

    case_id: int
    version: int
    brightness: int = 100


def accept(
    session: Session, user: User, sight: Sight, now: datetime, plate: PlateEntry | None = None
) -> Case:
    """Proposes the case to the police, with the plate corrected if one is given.

    A military plate sets the case aside for military control instead.

    Raises:
        InvalidError: no plate, or not one that is issued.
        DomainError: lease lost, version changed, or not acceptable (see `central.cases.errors`).
    """
    case = _held(session, user, sight)
    detail = _sight_detail(sight)
    if plate is not None and _correct_plate(case, plate):
        detail["plate_was"] = case.plate_read
    read = check_plate(case)
    case.plate, case.plate_kind = read.normalised, read.kind.value
    if read.kind is PlateKind.MILITARY or case.plate_colour == "red":
        take_step(session, case, Action.SET_ASIDE_MILITARY, None, now, note=f"{user.full_name}: {read}")
        _let_go(case)
        return case
    take_step(session, case, Action.ACCEPT, user, now, detail=detail)
    _decided(case, user, now)
    plan_look_up(session, sight.case_id, now + UNDO_TIME)
    session.flush()
    flag_duplicate(session, case)
    return case


def reject(session: Session, user: User, sight: Sight, now: datetime, reason: str, note: str = "") -> Case:
    """Ends the case with a reason code, and a note where the code asks for one."""
    check_reason("operator", reason, note)
    case = _held(session, user, sight)
    take_step(session, case, Action.REJECT, user, now, reason=reason, note=note, detail=_sight_detail(sight))
    case.reason = reason
    _decided(case, user, now)
    return case


def skip(session: Session, user: User, sight: Sight, now: datetime, reason: str) -> None:
    """Puts the case aside for somebody else, for one of `SKIP_REASONS`; written down, and limited.

    Raises:
        InvalidError: no such reason.
        SkipLimitError: too many in the last hour.
    """
    if reason not in SKIP_REASONS:
        raise InvalidError("reason", field="reason")
    case = _held(session, user, sight)
    recent = session.exec(
        select(func.count())
        .select_from(Skip)
        .where(Skip.user_id == user.id, col(Skip.at) > now - SKIP_WINDOW)
    ).one()
    if recent >= SKIP_LIMIT:
        raise SkipLimitError("per_hour", n=SKIP_LIMIT)
    take_step(session, case, Action.SKIP, user, now, reason=reason)
    assert case.id is not None
    assert user.id is not None
    session.add(Skip(case_id=case.id, user_id=user.id, at=now))
    _let_go(case)


def undo(session: Session, user: User, case_id: int, now: datetime) -> Case:
    """Takes the person's own decision back and gives them the case again; the one they hold now goes back.

    Raises:
        UndoTooLateError: after `UNDO_TIME`, or when the next stage has begun.
    """
    case = lock_case(session, case_id)
    decided_at = case.operator_at if case.state in (State.ACCEPTED, State.REJECTED) else None
    if decided_at is None or now >= decided_at + UNDO_TIME:
        raise UndoTooLateError("case", id=case_id)
    present = held_by(session, user)
    take_step(session, case, Action.UNDO, user, now)
    case.operator_id = case.operator_at = case.reason = None
    case.lease_owner_id, case.lease_until = user.id, now + LEASE
    cancel_look_up(session, case_id)
    if present is not None and present.id is not None:
        release(session, user, present.id, now)
    return case


def last_undoable(session: Session, user: User, now: datetime) -> Case | None:
    """The decision this person could still take back."""
    return session.exec(
        select(Case)
        .where(Case.operator_id == user.id, col(Case.operator_at) > now - UNDO_TIME)
        .where(col(Case.state).in_([State.ACCEPTED, State.REJECTED]))
        .order_by(col(Case.operator_at).desc())
        .limit(1)
    ).first()


def check_plate(case: Case) -> Plate:
    """The case's plate by the grammar. Raises InvalidError in words for the operator."""
    if case.plate is None:
        raise InvalidError("plate_unread", field="plate")
    return typed_plate(case.plate, case.plate_colour, case.vehicle_kind)


def plate_candidates(manifest: ViolationManifest, limit: int = 6) -> list[Plate]:
    """Issued plates among the node's alternatives and raw reads, the likelier first, less the reading."""
    found: dict[str, Plate] = {}
    texts = [*manifest.plate.alternatives, *(read.text for read in manifest.plate.raw_reads)]
    for text in texts:
        for plate in interpretations(text, colour=manifest.plate.colour, vehicle=manifest.vehicle.kind):
            found.setdefault(plate.normalised, plate)
    found.pop(manifest.plate.text or "", None)
    return list(found.values())[:limit]


def typed_plate(text: str, colour: str | None, vehicle: str) -> Plate:
    kind = VehicleKind(vehicle)
    try:
        return parse(text, colour=colour, vehicle=kind)  # type: ignore[arg-type]
    except PlateError as problem:
        several = interpretations(text, colour=colour, vehicle=kind)  # type: ignore[arg-type]
        if several:
            return several[0]  # the same characters under two kinds: the look-up key is the same
        raise InvalidError(f"plate_{problem.code}", field="plate", **problem.values) from problem


def _correct_plate(case: Case, entry: PlateEntry) -> bool:
    """Puts the operator's reading into the case; True if it differs from the node's."""
    colour = entry.colour or case.plate_colour
    case.plate = typed_plate(entry.text, colour, case.vehicle_kind).normalised
    changed = case.plate != case.plate_read or colour != case.plate_colour
    case.plate_colour = colour
    return changed


def _held(session: Session, user: User, sight: Sight) -> Case:
    case = lock_case(session, sight.case_id, sight.version)
    if case.lease_owner_id != user.id:
        raise LeaseLostError("case", id=sight.case_id)
    return case


def _decided(case: Case, user: User, now: datetime) -> None:
    case.operator_id, case.operator_at = user.id, now
    _let_go(case)


def _let_go(case: Case) -> None:
    case.lease_owner_id = case.lease_until = None


def _sight_detail(sight: Sight) -> dict[str, Any]:
    return {} if sight.brightness == 100 else {"brightness": sight.brightness}
