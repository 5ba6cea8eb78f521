"""Looking persons up (tra cứu dân cư): asked by a job once somebody is a person of a recorded case.

An accepted answer becomes facts of the party (current address, birth), with their source. An answer with
another name is stored for the officer and changes nothing: a number may have been mistyped.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.audit import service as audit
from central.cases.lifecycle import WITH_POLICE
from central.cases.queries import get_case
from central.clock import Clock
from central.connections import circuit
from central.connections.origin import SYSTEM, Origin
from central.connections.problems import OutsideError, Problem
from central.db import transaction
from central.errors import NotFoundError
from central.jobs import queue as jobs
from central.jobs.runner import TryAgainError
from central.parties.service import Details, Parties, Reader
from central.population.models import PopulationAnswer
from central.population.port import Person, PersonEnquiry, PopulationLookup
from central.vault import BlindIndex, Vault
from contract.local_time import local_day

PURPOSE = "Xác định người liên quan và nơi cư trú (TT 73/2024/TT-BCA Đ.24; NĐ 168/2024/NĐ-CP Đ.47)"
CONNECTION = "population"

LOOK_UP = "population.look_up"
"""Kind of job; its key is case and party."""


@dataclass(frozen=True)
class Question:
    """The subject of a question; `day` of the act, `name` as given by the party."""

    case_id: int
    party_id: int
    day: date
    name: str
    enquiry: PersonEnquiry


def plan(session: Session, case_id: int, party_id: int, now: datetime) -> None:
    """Schedules a look-up of a person of a case; calling it again looks them up again."""
    payload = {"case": case_id, "party": party_id}
    jobs.enqueue(session, LOOK_UP, f"{case_id}:{party_id}", payload, now)


def look_up(
    engine: Engine,
    population: PopulationLookup,
    keys: tuple[Vault, BlindIndex],
    clock: Clock,
    whom: tuple[int, int],
    attempt: int = 1,
) -> None:
    """Asks about a party (`whom`: case, party) and stores the answer; nothing to do when the case has ended
    or it is no longer theirs.

    Raises:
        TryAgainError: no answer, or one that can't be understood (abandoned after `UNDERSTOOD_AFTER`).
        PostponedError: requests to the database are paused.
    """
    with transaction(engine) as session:
        question = ask_about(session, Parties(session, *keys), *whom)
        if question is None:
            return
        circuit.enter(session, CONNECTION, clock())
    answer = _ask(population, question.enquiry)
    with transaction(engine) as session:
        circuit.note(session, CONNECTION, answer if isinstance(answer, OutsideError) else None, clock())
        store(session, Parties(session, *keys), question, answer, SYSTEM, clock())
    if isinstance(answer, OutsideError) and answer.is_asked_again(attempt):
        raise TryAgainError(f"{answer.problem}: {answer.detail}")


def ask_about(
    session: Session, parties: Parties, case_id: int, party_id: int, actor: str = "system"
) -> Question | None:
    """The question about a party, audited; None if there is nothing to ask any more."""
    case = get_case(session, case_id)
    if case.state not in WITH_POLICE or case_id not in parties.cases_of(party_id):
        return None
    try:
        details = parties.read(party_id, Reader(actor, PURPOSE, case_id), ())
    except NotFoundError:
        return None
    enquiry = PersonEnquiry(details.identity, PURPOSE, case.event_id)
    return Question(case_id, party_id, local_day(case.occurred_at), details.name, enquiry)


def _ask(population: PopulationLookup, enquiry: PersonEnquiry) -> Person | OutsideError:
    try:
        return believed(population.find(enquiry), enquiry.identity)
    except OutsideError as failure:
        return failure


def believed(found: Person, identity: str) -> Person:
    """The answer if it is about the requested number. Raises OutsideError."""
    if found.identity != identity:
        raise OutsideError(Problem.OTHER_PERSON, "the answer is about a number nobody asked about")
    return found


def store(
    session: Session,
    parties: Parties,
    question: Question,
    answer: Person | OutsideError,
    origin: Origin,
    now: datetime,
) -> PopulationAnswer:
    """Stores an answer, and updates the party from it if the names match."""
    row = PopulationAnswer(case_id=question.case_id, party_id=question.party_id, at=now)
    row.set_origin(origin)
    if isinstance(answer, OutsideError):
        row.problem, row.problem_detail = answer.problem, answer.detail[:300]
    else:
        row.notes = notes_of(answer, question.name, question.day)
        row.reference = answer.reference
        sealed = answer.model_dump_json().encode()
        row.sealed, row.key_id = (
            parties.vault.seal(sealed, _context(row.case_id, row.party_id)),
            parties.vault.key_id,
        )
        if "name_differs" not in row.notes:
            _bring_up_to_date(parties, question, answer, now)
    session.add(row)
    detail = {"problem": row.problem, "notes": row.notes, "origin": origin.kind, "source": origin.note}
    actor = origin.by or "system"
    audit.record(session, actor, "population.answer", f"party:{row.party_id}", detail)
    return row


def _bring_up_to_date(parties: Parties, question: Question, person: Person, now: datetime) -> None:
    details = Details(
        kind="person",
        name=question.name,
        identity=person.identity,
        address=person.address,
        birth=person.birth,
    )
    parties.enter(details, f"population {person.reference}"[:120], now, person.area)


def notes_of(person: Person, name: str, day: date) -> list[str]:
    """What an officer must know: a name other than the party's, a death (before the act: somebody else
    drove), or an age on the day of the act for which the law is milder.
    """
    found = [] if _same_name(person.name, name) else ["name_differs"]
    if person.died is not None:
        found.append("died_before" if person.died < day else "died")
    age = day.year - person.birth.year - ((day.month, day.day) < (person.birth.month, person.birth.day))
    found += next(([f"under_{limit}"] for limit in (14, 16, 18) if age < limit), [])
    return found


def _same_name(one: str, other: str) -> bool:
    first, second = (unicodedata.normalize("NFC", " ".join(name.split())).casefold() for name in (one, other))
    return first == second


def latest(session: Session, case_id: int, party_id: int) -> PopulationAnswer | None:
    """The latest answer about a party of a case."""
    query = select(PopulationAnswer).where(
        PopulationAnswer.case_id == case_id, PopulationAnswer.party_id == party_id
    )
    return session.exec(query.order_by(col(PopulationAnswer.id).desc()).limit(1)).first()


def of_party(session: Session, party_id: int) -> list[PopulationAnswer]:
    """Every answer about a party, the oldest first."""
    query = select(PopulationAnswer).where(PopulationAnswer.party_id == party_id)
    return list(session.exec(query.order_by(col(PopulationAnswer.id))))


def read(session: Session, vault: Vault, answer: PopulationAnswer, reader: Reader) -> Person | None:
    """The person in an answer, unsealed; audited like any reading."""
    if answer.sealed is None:
        return None
    detail = {"purpose": reader.purpose, "case": f"case:{answer.case_id}"}
    audit.record(session, reader.actor, "population.read", f"party:{answer.party_id}", detail)
    context = _context(answer.case_id, answer.party_id)
    return Person.model_validate_json(vault.open(answer.sealed, context))


def forget(session: Session, case_id: int) -> None:
    """Deletes the database's data about a case's persons; the record of the question and its time stays."""
    for row in session.exec(select(PopulationAnswer).where(PopulationAnswer.case_id == case_id)):
        row.sealed = row.key_id = row.reference = None
        row.problem_detail, row.notes = "", []


def reseal(session: Session, vault: Vault, limit: int = 200) -> int:
    """Seals again under the current key what older keys sealed; returns how many."""
    old = (col(PopulationAnswer.key_id).is_not(None), PopulationAnswer.key_id != vault.key_id)
    query = select(PopulationAnswer).where(*old).limit(limit).with_for_update(skip_locked=True)
    rows = session.exec(query).all()
    for row in rows:
        context = _context(row.case_id, row.party_id)
        row.sealed, row.key_id = vault.seal(vault.open(row.sealed or b"", context), context), vault.key_id
    return len(rows)


def _context(case_id: int, party_id: int) -> str:
    return f"population:{case_id}:{party_id}"
