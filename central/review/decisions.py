"""The operator's decisions (thẩm định của nhân viên IOC): accept, correct, reject, skip, undo."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from central.accounts.models import User
from central.cases import waiting
from central.cases.errors import SkipLimitError, UndoTooLateError
from central.cases.intake import way_out
from central.cases.lifecycle import UNDO_TIME, Action, State
from central.cases.models import Case
from central.cases.service import Act, held_case, lock_case, take_step
from central.cases.service import accept as accept_case
from central.errors import InvalidError
from central.review.models import Skip
from central.review.queue import LEASE, release
from central.review.reasons import check_reason
from central.watching import second_review
from configs.rules import RULES
from contract.manifest import ViolationManifest
from contract.plates import Plate, PlateColour, PlateError, interpretations, parse
from contract.vehicles import VehicleKind

SKIP_REASONS = ("hard_to_see", "ask_a_colleague", "unclear_rule")
"""Reasons for skipping a case (để sau)."""

SKIP_LIMIT = 20
SKIP_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Correction:
    """The operator's corrections to the case; None leaves a value unchanged."""

    plate: str | None = None
    plate_colour: PlateColour | None = None
    vehicle_kind: VehicleKind | None = None
    rule: str | None = None


NOTHING = Correction()


@dataclass(frozen=True)
class Sight:
    """Which case at which version the person looked at, how they had set the picture (percent), and for how
    long the case was on the screen, if it was measured.
    """

    case_id: int
    version: int
    brightness: int = 100
    looked_ms: int | None = None

    def detail(self) -> dict[str, Any]:
        """For the history."""
        found: dict[str, Any] = {} if self.brightness == 100 else {"brightness": self.brightness}
        return found if self.looked_ms is None else found | {"looked_ms": self.looked_ms}


def accept(
    session: Session, user: User, sight: Sight, now: datetime, correction: Correction = NOTHING
) -> Case:
    """Proposes the case to the police, with corrected plate, kind of vehicle and rule if given.

    The plate of a military vehicle, or of one immune by treaty, sets the case aside instead.

    Raises:
        InvalidError: no plate, or none that is issued; no such rule.
        DomainError: lease lost, version changed, or not acceptable (see `central.cases.errors`).
    """
    case = held_case(session, user, sight.case_id, sight.version)
    read, act = _corrected(case, correction)
    detail = sight.detail() | _changes(case, act)
    if step := way_out({read.kind}, act.plate_colour):
        note = f"{user.full_name}: {read}"
        facts = asdict(act)
        take_step(session, case, step, None, now, note=note, detail=detail, **facts)
        return case
    accept_case(session, case, user, now, act, detail)
    second_review.after_decision(session, case, now)
    return case


def reject(session: Session, user: User, sight: Sight, now: datetime, reason: str, note: str = "") -> Case:
    """Ends the case with a reason code, and a note if the code requires one."""
    check_reason(session, "operator", reason, note)
    case = held_case(session, user, sight.case_id, sight.version)
    take_step(session, case, Action.REJECT, user, now, reason=reason, note=note, detail=sight.detail())
    second_review.after_decision(session, case, now)
    return case


def skip(session: Session, user: User, sight: Sight, now: datetime, reason: str) -> None:
    """Skips the case, so that somebody else gets it, for one of `SKIP_REASONS`; recorded and limited.

    Raises:
        InvalidError: no such reason.
        SkipLimitError: too many in the last hour.
    """
    if reason not in SKIP_REASONS:
        raise InvalidError("reason", field="reason")
    case = held_case(session, user, sight.case_id, sight.version)
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
    if case.exercise_of is None:
        session.add(Skip(case_id=case.id, user_id=user.id, at=now))


def undo(session: Session, user: User, case_id: int, now: datetime) -> Case:
    """Takes back the person's own decision and gives them the case again; the one they hold now is released.

    Raises:
        UndoTooLateError: after `UNDO_TIME`, or when the next stage has begun.
        ForbiddenError: somebody else's decision.
    """
    case = lock_case(session, case_id)
    if case.state not in _UNDOABLE:
        raise UndoTooLateError("case", id=case_id)
    present = waiting.held_by(session, user)
    if present is not None and present.id is not None:
        release(session, user, present.id, now)
        session.flush()  # before they get the other one: the database lets nobody hold two
    take_step(session, case, Action.UNDO, user, now, lease_until=now + LEASE)
    second_review.cancel(session, case_id)
    return case


def last_undoable(session: Session, user: User, now: datetime) -> Case | None:
    """The decision this person could still take back."""
    return waiting.last_of_operator(session, user, _UNDOABLE, now - UNDO_TIME)


_UNDOABLE = (State.ACCEPTED, State.REJECTED)


def plate_candidates(manifest: ViolationManifest, limit: int = 6) -> list[Plate]:
    """Issued plates among the node's alternatives and raw reads, the most likely first, without the reading
    itself.
    """
    found: dict[str, Plate] = {}
    texts = [*manifest.plate.alternatives, *(read.text for read in manifest.plate.raw_reads)]
    for text in texts:
        for plate in interpretations(text, colour=manifest.plate.colour, vehicle=manifest.vehicle.kind):
            found.setdefault(plate.normalised, plate)
    found.pop(manifest.plate.text or "", None)
    return list(found.values())[:limit]


def typed_plate(text: str, colour: str | None, vehicle: str) -> Plate:
    """The plate typed by a person, checked against the grammar. Raises InvalidError naming the error."""
    kind = VehicleKind(vehicle)
    try:
        return parse(text, colour=colour, vehicle=kind)  # type: ignore[arg-type]
    except PlateError as problem:
        several = interpretations(text, colour=colour, vehicle=kind)  # type: ignore[arg-type]
        if several:
            return several[0]  # the same characters under two kinds: the look-up key is the same
        raise InvalidError(f"plate_{problem.code}", field="plate", **problem.values) from problem


def _corrected(case: Case, correction: Correction) -> tuple[Plate, Act]:
    """The act with the operator's corrections. Raises InvalidError for an impossible plate or unknown
    rule.
    """
    kind = correction.vehicle_kind or VehicleKind(case.vehicle_kind)
    colour = correction.plate_colour or case.plate_colour
    text = correction.plate or case.plate
    if text is None:
        raise InvalidError("plate_unread", field="plate")
    read = typed_plate(text, colour, kind)
    rule = case.rule if correction.rule is None else checked_rule(correction.rule)
    return read, Act(read.normalised, read.kind.value, colour, kind, rule)


def checked_rule(name: str) -> str:
    """A rule that a person selected. Raises InvalidError if there is none with that name."""
    if name not in RULES:
        raise InvalidError("rule", field="rule")
    return name


def _changes(case: Case, act: Act) -> dict[str, Any]:
    """The operator's changes, for the history: the former values."""
    was: dict[str, Any] = {}
    if (act.plate, act.plate_colour) != (case.plate, case.plate_colour):
        was["plate_was"] = case.plate
    if act.vehicle_kind != case.vehicle_kind:
        was["vehicle_kind_was"] = case.vehicle_kind
    if act.rule != case.rule:
        was["rule_was"] = case.rule
    return was
