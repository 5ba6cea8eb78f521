"""A person of a case is looked up for its purpose; what is believed changes the party, what is doubtful
doesn't."""

from dataclasses import dataclass, field
from datetime import date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from central.audit.models import AuditEntry
from central.connections.problems import OutsideError, Problem
from central.db import transaction
from central.parties.service import Reader
from central.population import service as population
from central.population.models import PopulationAnswer
from central.population.port import Person, PersonEnquiry
from central.vault import Vault
from central.worker_connections import person_handler
from tests.central.proceedings.office import AN, BINH, FIRM, INDEX, VAULT, Office
from tests.central.work import run_due, waiting

HERE = Person(
    identity=AN.identity, name=AN.name, birth=date(1990, 5, 1), address="Phường Võ Cường", reference="DC-1"
)
READER = Reader("user:thu-ly", "lập biên bản", 1)


@dataclass
class Database:
    """Answers this, or fails so."""

    says: Person | Problem = HERE
    asked: list[PersonEnquiry] = field(default_factory=list)

    def find(self, enquiry: PersonEnquiry) -> Person:
        """The same person whatever was asked."""
        self.asked.append(enquiry)
        if isinstance(self.says, Problem):
            raise OutsideError(self.says, "as told")
        return self.says


@dataclass(frozen=True)
class Desk:
    """A recorded case with its owner."""

    office: Office
    case_id: int

    def look_up(self, database: Database) -> PopulationAnswer | None:
        """What the worker does; the last answer."""
        handler = person_handler(self.office.engine, database, (VAULT, INDEX), lambda: self.office.now)
        run_due(self.office.engine, [handler], lambda: self.office.now)
        with transaction(self.office.engine) as session:
            return population.latest(session, self.case_id, self.party())

    def party(self) -> int:
        """The owner."""
        with transaction(self.office.engine) as session:
            link = self.office.parties(session).of_case(self.case_id, "owner")
            assert link is not None
            return link.party_id

    def address(self) -> str | None:
        """The owner's address as an officer reads it."""
        with transaction(self.office.engine) as session:
            return self.office.parties(session).read(self.party(), READER).address


@pytest.fixture
def desk(engine: Engine, now: datetime) -> Desk:
    office = Office(engine, now).open()
    return Desk(office, office.confirmed())


def test_what_is_believed_becomes_facts_with_their_source(desk: Desk) -> None:
    database = Database()
    answer = desk.look_up(database)
    assert answer is not None
    assert (answer.problem, answer.notes, answer.origin) == (None, [], "system")
    assert desk.address() == "Phường Võ Cường"
    (asked,) = database.asked
    assert (asked.identity, "TT 73/2024" in asked.purpose, bool(asked.case)) == (AN.identity, True, True)
    with transaction(desk.office.engine) as session:
        entries = session.exec(select(AuditEntry).where(col(AuditEntry.action).startswith("population.")))
        assert [entry.action for entry in entries] == ["population.answer"]


@pytest.mark.parametrize(
    ("change", "notes"),
    [
        ({"name": "nguyễn  văn an"}, []),
        ({"name": "Nguyễn Văn Anh"}, ["name_differs"]),
        ({"died": date(2026, 11, 25)}, ["died"]),
        ({"died": date(2020, 1, 1)}, ["died_before"]),
        ({"birth": date(2008, 11, 25)}, ["under_18"]),
        ({"birth": date(2010, 11, 25)}, ["under_16"]),
        ({"birth": date(2012, 11, 25)}, ["under_14"]),
        ({"birth": date(2008, 11, 24)}, []),
    ],
)
def test_what_an_officer_must_know(change: dict[str, object], notes: list[str]) -> None:
    person = HERE.model_copy(update=change)
    assert population.notes_of(person, AN.name, date(2026, 11, 24)) == notes


def test_another_name_changes_nothing_of_the_party(desk: Desk) -> None:
    answer = desk.look_up(Database(HERE.model_copy(update={"name": "Trần Văn Bê"})))
    assert answer is not None
    assert answer.notes == ["name_differs"]
    assert desk.address() == "Bắc Ninh"
    with transaction(desk.office.engine) as session:
        there = population.read(session, VAULT, answer, READER)
        assert there is not None
        assert there.name == "Trần Văn Bê"


def test_another_persons_answer_is_not_believed(desk: Desk) -> None:
    answer = desk.look_up(Database(HERE.model_copy(update={"identity": BINH.identity})))
    assert answer is not None
    assert (answer.problem, answer.sealed, desk.address()) == ("other_person", None, "Bắc Ninh")


@pytest.mark.parametrize("problem", [Problem.TIMEOUT, Problem.MAINTENANCE, Problem.DENIED])
def test_a_database_that_is_away_is_asked_again(desk: Desk, problem: Problem) -> None:
    desk.look_up(Database(problem))
    assert waiting(desk.office.engine, population.LOOK_UP, f"{desk.case_id}:{desk.party()}") is not None
    desk.office.wait(1)
    answer = desk.look_up(Database())
    assert answer is not None
    assert answer.problem is None


def test_a_number_nobody_has_is_told_once(desk: Desk) -> None:
    answer = desk.look_up(Database(Problem.NOT_FOUND))
    assert answer is not None
    assert answer.problem == "not_found"
    assert waiting(desk.office.engine, population.LOOK_UP, f"{desk.case_id}:{desk.party()}") is None


def test_organisations_and_blocked_persons_are_not_asked_about(engine: Engine, now: datetime) -> None:
    office = Office(engine, now).open()
    firm, person = Desk(office, office.confirmed(FIRM)), Desk(office, office.confirmed(BINH))
    with transaction(engine) as session:
        office.parties(session).block(person.party(), "nhầm", READER, now)
    database = Database()
    handler = person_handler(engine, database, (VAULT, INDEX), lambda: now)
    run_due(engine, [handler], lambda: now)
    assert (firm.case_id > 0, database.asked) == (True, [])


def test_answers_are_sealed_anew_with_a_newer_key(desk: Desk) -> None:
    answer = desk.look_up(Database())
    assert answer is not None
    newer, party = Vault((b"n" * 32, b"k" * 32)), desk.party()
    with transaction(desk.office.engine) as session:
        assert population.reseal(session, newer) == 1
        assert population.reseal(session, newer) == 0
        kept = population.latest(session, desk.case_id, party)
        assert kept is not None
        person = population.read(session, Vault((b"n" * 32,)), kept, READER)
        assert person == HERE
