"""Looking owners up (tra cứu chủ xe): after the operator's time for undoing, outside of any transaction.

The register may take seconds to answer, so the question is asked with no lock held; the answer and its step
are stored if the case has not changed since the question was made.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.accounts.models import User
from central.alarms import service as alarms
from central.audit import service as audit
from central.cases.lifecycle import WITH_POLICE, Action, State
from central.cases.models import Case
from central.cases.queries import get_case
from central.cases.service import lock_case, take_step
from central.clock import Clock
from central.connections import circuit
from central.connections.origin import SYSTEM, Origin
from central.connections.problems import ASTRAY, UNDERSTOOD_AFTER, OutsideError, Problem
from central.db import transaction
from central.errors import InvalidError, NotFoundError
from central.jobs import queue as jobs
from central.jobs.runner import TryAgainError
from central.registry.comparison import Seen, compare
from central.registry.models import RegistryAnswer
from central.registry.port import Enquiry, Owner, RegisteredVehicle, Registration, RegistryLookup
from central.vault import Vault
from contract.plates import normalise
from contract.reasons import reason
from contract.vehicles import VehicleKind

PURPOSE = "Xác định chủ phương tiện vi phạm trật tự, an toàn giao thông (TT 73/2024/TT-BCA Đ.24)"

LOOK_UP = "registry.look_up"
"""Kind of job; its key is the case's id."""

CONNECTION = "registration"

_STRANGE = ASTRAY | {Problem.UNREADABLE}


@dataclass(frozen=True)
class _Question:
    case_id: int
    version: int
    seen: Seen
    enquiry: Enquiry


def plan_look_up(session: Session, case_id: int, at: datetime) -> None:
    """Schedules the look-up of the owner at that time."""
    jobs.enqueue(session, LOOK_UP, str(case_id), {"case": case_id}, at)


def cancel_look_up(session: Session, case_id: int) -> None:
    """Cancels the look-up, because the decision was taken back."""
    jobs.cancel(session, LOOK_UP, str(case_id))


def look_up(
    engine: Engine,
    registry: RegistryLookup,
    vault: Vault,
    clock: Clock,
    case_id: int,
    attempt: int = 1,
) -> None:
    """Asks about an accepted case and stores the answer; nothing to do when it is no longer accepted.

    Raises:
        TryAgainError: no answer, no permission to ask, or an answer that can't be understood (submitted
            to the police after `UNDERSTOOD_AFTER` attempts).
        PostponedError: requests to the register are paused.
    """
    question = _question(engine, case_id, clock())
    if question is None:
        return
    answer = _ask(registry, question.enquiry)
    with transaction(engine) as session:
        circuit.note(session, CONNECTION, answer if isinstance(answer, OutsideError) else None, clock())
        _store(session, question, answer, vault, clock(), attempt)
    if isinstance(answer, OutsideError) and answer.is_asked_again(attempt):
        raise TryAgainError(f"{answer.problem}: {answer.detail}")


def _question(engine: Engine, case_id: int, now: datetime) -> _Question | None:
    with transaction(engine) as session:
        case = lock_case(session, case_id)
        if case.state != State.ACCEPTED or now >= case.limitation_at:
            return None
        circuit.enter(session, CONNECTION, now)
        audit.record(session, "system", "registry.ask", f"case:{case.id}", {})
        return _question_of(case)


def _question_of(case: Case) -> _Question:
    assert case.id is not None
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
    seen = Seen(kind, colour, case.vehicle_colour)  # type: ignore[arg-type]
    return _Question(case.id, case.version, seen, enquiry)


def _ask(registry: RegistryLookup, enquiry: Enquiry) -> Registration | OutsideError:
    try:
        found = registry.find(enquiry)
    except OutsideError as failure:
        return failure
    return _believed(found, enquiry)


def _believed(found: Registration, enquiry: Enquiry) -> Registration | OutsideError:
    if normalise(found.vehicle.plate) != enquiry.plate:
        return OutsideError(Problem.OTHER_PLATE, "the answer is about a plate nobody asked about")
    if not found.held_at(enquiry.at):
        return OutsideError(Problem.OTHER_TIME, "the answer is not about the day of the violation")
    return found


def _store(
    session: Session,
    question: _Question,
    answer: Registration | OutsideError,
    vault: Vault,
    now: datetime,
    attempt: int,
    origin: Origin = SYSTEM,
) -> None:
    case = lock_case(session, question.case_id)
    if case.version != question.version:
        return  # taken back meanwhile: the answer is for a decision that is no longer in force
    if isinstance(answer, OutsideError):
        _store_failure(session, case, answer, now, attempt, origin)
        return
    differences = compare(question.seen, answer.vehicle)
    assert case.id is not None
    row = RegistryAnswer(
        case_id=case.id,
        at=now,
        plate=question.enquiry.plate,
        reference=answer.reference,
        since=answer.since,
        until=answer.until,
        vehicle=answer.vehicle.model_dump(mode="json"),
        differences=[asdict(difference) for difference in differences],
        sealed_owner=vault.seal(answer.owner.model_dump_json().encode(), _context(case)),
        key_id=vault.key_id,
    )
    row.set_origin(origin)
    session.add(row)
    alarms.clear(session, alarms.CENTRE, ["registry.unreadable"], now)
    action = Action.OWNER_MISMATCH if differences else Action.OWNER_FOUND
    detail = {"differences": [d.field for d in differences], **_told(origin)}
    take_step(session, case, action, None, now, detail=detail)


def _store_failure(
    session: Session, case: Case, failure: OutsideError, now: datetime, attempt: int, origin: Origin
) -> None:
    """Asks again after a temporary failure; other failures go to the police as they are."""
    assert case.id is not None
    problem = failure.problem
    row = RegistryAnswer(
        case_id=case.id, at=now, plate=case.plate, problem=problem, problem_detail=failure.detail[:300]
    )
    row.set_origin(origin)
    session.add(row)
    if problem in _STRANGE:
        why = reason(f"registry.{problem.value}", detail=failure.detail[:500])
        alarms.raise_alarm(session, alarms.CENTRE, why, now)
    if failure.is_asked_again(attempt):
        return
    unclear = problem in ASTRAY | {Problem.MULTIPLE}
    action = Action.OWNER_MISMATCH if unclear else Action.OWNER_NOT_FOUND
    take_step(session, case, action, None, now, detail={"problem": problem, **_told(origin)})


def _told(origin: Origin) -> dict[str, str]:
    """The origin of an answer by hand, for the case's history."""
    return {} if origin == SYSTEM else {"origin": origin.kind, "source": origin.note, "by": origin.by}


def answer_by_hand(
    session: Session,
    officer: User,
    case_id: int,
    answer: Registration | OutsideError,
    origin: Origin,
    vault: Vault,
    now: datetime,
) -> None:
    """Processes an answer entered by a person like the register's own. For a case answered without an owner,
    the question is asked again.

    Raises:
        DomainError: the case is in a state without owner look-up, or the answer is about another plate or
            day.
    """
    case = lock_case(session, case_id)
    if case.state != State.ACCEPTED:
        take_step(session, case, Action.LOOK_UP_AGAIN, officer, now, note=origin.note)
    question = _question_of(case)
    if isinstance(answer, Registration):
        answer = _believed(answer, question.enquiry)
        if isinstance(answer, OutsideError):
            raise InvalidError("answer_day", field="since")
    cancel_look_up(session, case_id)
    _store(session, question, answer, vault, now, UNDERSTOOD_AFTER, origin)


def _context(case: Case) -> str:
    return f"case:{case.event_id}"


def reseal(session: Session, vault: Vault, limit: int = 200) -> int:
    """Seals again under the current key owners that older keys sealed; returns how many."""
    old = (col(RegistryAnswer.key_id).is_not(None), RegistryAnswer.key_id != vault.key_id)
    query = select(RegistryAnswer).where(*old).limit(limit).with_for_update(skip_locked=True)
    rows = session.exec(query).all()
    for row in rows:
        context = _context(get_case(session, row.case_id))
        row.sealed_owner = vault.seal(vault.open(row.sealed_owner or b"", context), context)
        row.key_id = vault.key_id
    return len(rows)


def forget(session: Session, case_id: int) -> None:
    """Deletes the register's answers about a case; the record of the question and its time stays."""
    for row in session.exec(select(RegistryAnswer).where(RegistryAnswer.case_id == case_id)):
        row.plate = row.reference = row.vehicle = row.sealed_owner = row.key_id = None
        row.problem_detail, row.differences = "", []


def of_case(session: Session, case_id: int) -> list[RegistryAnswer]:
    """Every answer of the register about a case, the oldest first."""
    query = select(RegistryAnswer).where(RegistryAnswer.case_id == case_id)
    return list(session.exec(query.order_by(col(RegistryAnswer.id))))


def open_owner(
    session: Session, case: Case, answer: RegistryAnswer, vault: Vault, actor: str, purpose: str
) -> Owner | None:
    """The owner in one answer, unsealed; the reading is audited. None if the answer has no owner."""
    if answer.sealed_owner is None:
        return None
    detail = {"key": answer.key_id, "purpose": purpose}
    audit.record(session, actor, "owner.view", f"case:{case.id}", detail)
    return Owner.model_validate_json(vault.open(answer.sealed_owner, _context(case)))


def latest_answer(session: Session, case_id: int) -> RegistryAnswer | None:
    """The register's latest answer about this case's present plate."""
    plate = get_case(session, case_id).plate
    query = select(RegistryAnswer).where(RegistryAnswer.case_id == case_id, RegistryAnswer.plate == plate)
    return session.exec(query.order_by(col(RegistryAnswer.id).desc()).limit(1)).first()


def registered_vehicle(answer: RegistryAnswer | None) -> RegisteredVehicle | None:
    """The vehicle of an answer that has one."""
    found = answer.vehicle if answer else None
    return RegisteredVehicle.model_validate(found) if found else None


def owner_for_programme(session: Session, case: Case, vault: Vault, purpose: str) -> tuple[Owner, str] | None:
    """The owner and the register's reference, for a step of the software itself; audited like any reading."""
    assert case.id is not None
    answer = latest_answer(session, case.id)
    owner = open_owner(session, case, answer, vault, "system", purpose) if answer else None
    if answer is None or owner is None:
        return None
    return owner, answer.reference or ""


def read_owner(session: Session, reader: User, case: Case, vault: Vault) -> Owner:
    """The owner's personal data, unsealed; the reading, and by whom, is audited.

    Raises:
        NotFoundError: the register named no owner of the present plate, or the case is not with the police.
        VaultError: the key is not the one it was sealed with.
    """
    assert case.id is not None
    answer = latest_answer(session, case.id) if case.state in WITH_POLICE else None
    if answer is None or answer.sealed_owner is None:
        raise NotFoundError("owner")
    audit.record(session, reader.actor, "owner.view", f"case:{case.id}", {"key": answer.key_id})
    return Owner.model_validate_json(vault.open(answer.sealed_owner, _context(case)))
