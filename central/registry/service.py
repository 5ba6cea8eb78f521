"""Looking owners up (tra cứu chủ xe): after the operator's time for undoing, outside of any transaction.

The register may take seconds to answer, so the question is asked with no lock held; the answer is stored with
the step it leads to if the case is still as it was when the question was made.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.accounts.models import User
from central.alarms import service as alarms
from central.audit import service as audit
from central.cases.lifecycle import WITH_POLICE, Action, State
from central.cases.models import Case
from central.cases.service import lock_case, take_step
from central.db import transaction
from central.errors import NotFoundError
from central.jobs import queue as jobs
from central.jobs.runner import TryAgainError
from central.registry.comparison import Seen, compare
from central.registry.models import RegistryAnswer
from central.registry.port import (
    Enquiry,
    Owner,
    RegisteredVehicle,
    Registration,
    RegistryError,
    RegistryLookup,
    RegistryProblem,
)
from central.vault import Vault
from contract.plates import normalise
from contract.reasons import reason
from contract.vehicles import VehicleKind

PURPOSE = "Xác định chủ phương tiện vi phạm trật tự, an toàn giao thông (TT 73/2024/TT-BCA Đ.24)"

LOOK_UP = "registry.look_up"
"""Kind of job; its key is the case's id."""

UNDERSTOOD_AFTER = 6
"""Attempts after which an answer nobody understands goes to the police instead of being asked for again."""

_STRANGE = (RegistryProblem.UNREADABLE, RegistryProblem.OTHER_PLATE)
_PASSING = (RegistryProblem.TIMEOUT, RegistryProblem.DENIED)


@dataclass(frozen=True)
class _Question:
    case_id: int
    version: int
    seen: Seen
    enquiry: Enquiry


def plan_look_up(session: Session, case_id: int, at: datetime) -> None:
    """Has the owner looked up at that time."""
    jobs.enqueue(session, LOOK_UP, str(case_id), {"case": case_id}, at)


def cancel_look_up(session: Session, case_id: int) -> None:
    """The decision was taken back: the look-up is cancelled."""
    jobs.cancel(session, LOOK_UP, str(case_id))


def look_up(
    engine: Engine,
    registry: RegistryLookup,
    vault: Vault,
    clock: Callable[[], datetime],
    case_id: int,
    attempt: int = 1,
) -> None:
    """Asks about an accepted case and stores the answer; nothing to do when it is no longer accepted.

    Raises:
        TryAgainError: no answer, or not allowed to ask, or an answer that can't be understood (which is put
            before the police after `UNDERSTOOD_AFTER` attempts).
    """
    question = _question(engine, case_id, clock())
    if question is None:
        return
    answer = _ask(registry, question.enquiry)
    is_last = attempt >= UNDERSTOOD_AFTER
    with transaction(engine) as session:
        _store(session, question, answer, vault, clock(), is_last)
    if isinstance(answer, RegistryError) and _is_asked_again(answer.problem, is_last):
        raise TryAgainError(f"{answer.problem}: {answer.detail}")


def _question(engine: Engine, case_id: int, now: datetime) -> _Question | None:
    with transaction(engine) as session:
        case = lock_case(session, case_id)
        if case.state != State.ACCEPTED or now >= case.limitation_at:
            return None
        assert case.plate is not None
        kind = VehicleKind(case.vehicle_kind)
        colour = case.plate_colour
        enquiry = Enquiry(
            plate=case.plate,
            plate_colour=colour,  # type: ignore[arg-type]
            kind=kind,
            at=case.occurred_at,
            purpose=PURPOSE,
            case=case.event_id,
        )
        audit.record(session, "system", "registry.ask", f"case:{case.id}", {})
        seen = Seen(kind, colour, case.vehicle_colour)  # type: ignore[arg-type]
        return _Question(case_id, case.version, seen, enquiry)


def _ask(registry: RegistryLookup, enquiry: Enquiry) -> Registration | RegistryError:
    try:
        found = registry.find(enquiry)
    except RegistryError as failure:
        return failure
    if normalise(found.vehicle.plate) != enquiry.plate:
        return RegistryError(RegistryProblem.OTHER_PLATE, "the answer is about a plate nobody asked about")
    return found


def _is_asked_again(problem: RegistryProblem, is_last: bool) -> bool:
    return problem in _PASSING or (problem is RegistryProblem.UNREADABLE and not is_last)


def _store(
    session: Session,
    question: _Question,
    answer: Registration | RegistryError,
    vault: Vault,
    now: datetime,
    is_last: bool,
) -> None:
    case = lock_case(session, question.case_id)
    if case.version != question.version:
        return  # taken back meanwhile: the answer is about a decision that no longer stands
    if isinstance(answer, RegistryError):
        _store_failure(session, case, answer, now, is_last)
        return
    differences = compare(question.seen, answer.vehicle)
    assert case.id is not None
    session.add(
        RegistryAnswer(
            case_id=case.id,
            at=now,
            plate=question.enquiry.plate,
            reference=answer.reference,
            vehicle=answer.vehicle.model_dump(mode="json"),
            differences=[asdict(difference) for difference in differences],
            sealed_owner=vault.seal(answer.owner.model_dump_json().encode(), _context(case)),
            key_id=vault.key_id,
        )
    )
    alarms.clear(session, alarms.CENTRE, ["registry.unreadable"], now)
    action = Action.OWNER_MISMATCH if differences else Action.OWNER_FOUND
    take_step(session, case, action, None, now, detail={"differences": [d.field for d in differences]})


def _store_failure(
    session: Session, case: Case, failure: RegistryError, now: datetime, is_last: bool
) -> None:
    """What may pass is asked again; the rest goes to the police as what it is."""
    assert case.id is not None
    problem = failure.problem
    session.add(
        RegistryAnswer(
            case_id=case.id, at=now, plate=case.plate, problem=problem, problem_detail=failure.detail[:300]
        )
    )
    if problem in _STRANGE:
        why = reason(f"registry.{problem.value}", detail=failure.detail[:500])
        alarms.raise_alarm(session, alarms.CENTRE, why, now)
    if _is_asked_again(problem, is_last):
        return
    unclear = problem in (RegistryProblem.MULTIPLE, RegistryProblem.OTHER_PLATE)
    action = Action.OWNER_MISMATCH if unclear else Action.OWNER_NOT_FOUND
    take_step(session, case, action, None, now, detail={"problem": problem})


def _context(case: Case) -> str:
    return f"case:{case.event_id}"


def latest_answer(session: Session, case_id: int) -> RegistryAnswer | None:
    """What the register said last about this case's present plate."""
    query = (
        select(RegistryAnswer)
        .join(Case, col(Case.id) == RegistryAnswer.case_id)
        .where(RegistryAnswer.case_id == case_id, RegistryAnswer.plate == Case.plate)
    )
    return session.exec(query.order_by(col(RegistryAnswer.id).desc()).limit(1)).first()


def registered_vehicle(answer: RegistryAnswer | None) -> RegisteredVehicle | None:
    """The vehicle of an answer that has one."""
    found = answer.vehicle if answer else None
    return RegisteredVehicle.model_validate(found) if found else None


def owner_for_programme(session: Session, case: Case, vault: Vault, purpose: str) -> tuple[Owner, str] | None:
    """The owner and the register's reference, for a step of the programme itself; written down like any
    reading."""
    assert case.id is not None
    answer = latest_answer(session, case.id)
    if answer is None or answer.sealed_owner is None:
        return None
    detail = {"key": answer.key_id, "purpose": purpose}
    audit.record(session, "system", "owner.view", f"case:{case.id}", detail)
    owner = Owner.model_validate_json(vault.open(answer.sealed_owner, _context(case)))
    return owner, answer.reference or ""


def read_owner(session: Session, reader: User, case: Case, vault: Vault) -> Owner:
    """The owner's personal data, unsealed; that it was read, and by whom, goes into the audit log.

    Raises:
        NotFoundError: the register named no owner of the present plate, or the case is not with the police.
        VaultError: the key is not the one it was sealed with.
    """
    assert case.id is not None
    answer = latest_answer(session, case.id) if case.state in WITH_POLICE else None
    if answer is None or answer.sealed_owner is None:
        raise NotFoundError("owner")
    audit.record(session, f"user:{reader.username}", "owner.view", f"case:{case.id}", {"key": answer.key_id})
    return Owner.model_validate_json(vault.open(answer.sealed_owner, _context(case)))
