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
from central.audit import service as audit
from central.cases.lifecycle import Action, State
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
from contract.vehicles import VehicleKind

PURPOSE = "Xác định chủ phương tiện vi phạm trật tự, an toàn giao thông (TT 73/2024/TT-BCA Đ.24)"

LOOK_UP = "registry.look_up"
"""Kind of job; its key is the case's id."""

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
    """The decision was taken back: nobody asks."""
    jobs.cancel(session, LOOK_UP, str(case_id))


def look_up(
    engine: Engine, registry: RegistryLookup, vault: Vault, clock: Callable[[], datetime], case_id: int
) -> None:
    """Asks about an accepted case and stores the answer; nothing to do when it is no longer accepted.

    Raises:
        TryAgainError: the register gave no answer, or does not let the centre ask.
    """
    question = _question(engine, case_id)
    if question is None:
        return
    answer = _ask(registry, question.enquiry)
    with transaction(engine) as session:
        _store(session, question, answer, vault, clock())
    if isinstance(answer, RegistryError) and answer.problem in _PASSING:
        raise TryAgainError(f"{answer.problem}: {answer.detail}")


def _question(engine: Engine, case_id: int) -> _Question | None:
    with transaction(engine) as session:
        case = lock_case(session, case_id)
        if case.state != State.ACCEPTED:
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
        return registry.find(enquiry)
    except RegistryError as failure:
        return failure


def _store(
    session: Session,
    question: _Question,
    answer: Registration | RegistryError,
    vault: Vault,
    now: datetime,
) -> None:
    case = lock_case(session, question.case_id)
    if case.version != question.version:
        return  # taken back meanwhile: the answer is about a decision that no longer stands
    if isinstance(answer, RegistryError):
        _store_failure(session, case, answer, now)
        return
    differences = compare(question.seen, answer.vehicle)
    assert case.id is not None
    session.add(
        RegistryAnswer(
            case_id=case.id,
            at=now,
            reference=answer.reference,
            vehicle=answer.vehicle.model_dump(mode="json"),
            differences=[asdict(difference) for difference in differences],
            sealed_owner=vault.seal(answer.owner.model_dump_json().encode(), _context(case)),
            key_id=vault.key_id,
        )
    )
    action = Action.OWNER_MISMATCH if differences else Action.OWNER_FOUND
    take_step(session, case, action, None, now, detail={"differences": [d.field for d in differences]})


def _store_failure(session: Session, case: Case, failure: RegistryError, now: datetime) -> None:
    """No answer in time is asked again, and so is a refusal; the rest is an answer."""
    assert case.id is not None
    session.add(
        RegistryAnswer(case_id=case.id, at=now, problem=failure.problem, problem_detail=failure.detail[:300])
    )
    if failure.problem in _PASSING:
        return
    several = failure.problem is RegistryProblem.MULTIPLE
    action = Action.OWNER_MISMATCH if several else Action.OWNER_NOT_FOUND
    take_step(session, case, action, None, now, detail={"problem": failure.problem})


def _context(case: Case) -> str:
    return f"case:{case.event_id}"


def latest_answer(session: Session, case_id: int) -> RegistryAnswer | None:
    """What the register said last about this case."""
    query = select(RegistryAnswer).where(RegistryAnswer.case_id == case_id)
    return session.exec(query.order_by(col(RegistryAnswer.id).desc()).limit(1)).first()


def registered_vehicle(answer: RegistryAnswer | None) -> RegisteredVehicle | None:
    """The vehicle of an answer that has one."""
    found = answer.vehicle if answer else None
    return RegisteredVehicle.model_validate(found) if found else None


def read_owner(session: Session, reader: User, case: Case, vault: Vault) -> Owner:
    """The owner's personal data, unsealed; that it was read, and by whom, goes into the audit log.

    Raises:
        NotFoundError: the register named no owner, or the case has not reached the police.
        VaultError: the key is not the one it was sealed with.
    """
    assert case.id is not None
    answer = latest_answer(session, case.id)
    if answer is None or answer.sealed_owner is None:
        raise NotFoundError("owner")
    audit.record(session, f"user:{reader.username}", "owner.view", f"case:{case.id}", {"key": answer.key_id})
    return Owner.model_validate_json(vault.open(answer.sealed_owner, _context(case)))
