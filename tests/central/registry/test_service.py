"""An answer is believed only about the plate that was asked, and an owner is read only while it is needed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.alarms.models import Alarm
from central.cases.lifecycle import State
from central.cases.queries import get_case
from central.cases.service import expire_due
from central.connections.circuit import OPENS_AFTER
from central.connections.problems import UNDERSTOOD_AFTER, OutsideError, Problem
from central.db import transaction
from central.errors import NotFoundError
from central.registry.port import (
    Enquiry,
    Owner,
    RegisteredKind,
    RegisteredVehicle,
    Registration,
)
from central.registry.service import LOOK_UP, latest_answer, read_owner
from central.review import confirmation, decisions, queue
from central.review.decisions import Correction
from central.vault import Vault
from tests.central.people import AFTER_UNDO, accepted_case, add_user, sight
from tests.central.work import look_up_due, waiting

VAULT = Vault((b"k" * 32,))
STRANGER = Owner(name="Người Vô Can", identity="024000000002", address="Bắc Giang")


@dataclass
class Register:
    """Answers with a vehicle of the plate `says`, or of the plate asked about; or fails."""

    says: str | None = None
    problem: Problem | None = None
    since: datetime | None = None
    asked: list[Enquiry] = field(default_factory=list)

    def find(self, enquiry: Enquiry) -> Registration:
        """The same car whatever was asked."""
        self.asked.append(enquiry)
        if self.problem is not None:
            raise OutsideError(self.problem, "answer 404 without the register's own words")
        vehicle = RegisteredVehicle(
            plate=self.says or enquiry.plate, plate_colour="white", kind=RegisteredKind.CAR, brand="Vios"
        )
        return Registration(vehicle=vehicle, owner=STRANGER, reference="R1", since=self.since)


@dataclass(frozen=True)
class Desk:
    """A database with one accepted case and its people."""

    engine: Engine
    now: datetime
    case_id: int
    operator: User
    officer: User
    signer: User

    def look_up(self, register: Register, after: timedelta = AFTER_UNDO) -> None:
        """What the worker does."""
        look_up_due(self.engine, register, VAULT, lambda: self.now + after)

    def state(self) -> str:
        """The case's state."""
        with transaction(self.engine) as session:
            return get_case(session, self.case_id).state

    def reads_owner(self, session: Session, who: User) -> str:
        """The owner's name as this person is told it."""
        return read_owner(session, who, get_case(session, self.case_id), VAULT).name

    def alarms(self) -> set[str]:
        """What is wrong with the register."""
        with transaction(self.engine) as session:
            found = session.exec(select(Alarm).where(col(Alarm.kind).startswith("registry.")))
            return {alarm.kind.removeprefix("registry.") for alarm in found if alarm.cleared_at is None}


@pytest.fixture
def desk(engine: Engine, now: datetime) -> Desk:
    with transaction(engine) as session:
        people = [
            add_user(session, name, role, now)
            for name, role in (("lan", Role.OPERATOR), ("hung", Role.OFFICER), ("minh", Role.SIGNER))
        ]
        case = accepted_case(session, people[0], now)
    return Desk(engine, now, case.id or 0, *people)


@pytest.mark.parametrize(
    "says", ["30A99999", "30A-999.99", "29A00002", "29A0000", "29LD00001", "29Я00001", "29A0000١"]
)
def test_an_answer_about_another_plate_is_no_owner_of_this_one(desk: Desk, says: str) -> None:
    desk.look_up(Register(says))
    assert desk.state() == State.OWNER_MISMATCH
    assert desk.alarms() == {"other_plate"}
    with transaction(desk.engine) as session:
        answer = latest_answer(session, desk.case_id)
        assert answer is not None
        assert (answer.problem, answer.vehicle, answer.sealed_owner) == ("other_plate", None, None)
        with pytest.raises(NotFoundError):
            desk.reads_owner(session, desk.officer)


@pytest.mark.parametrize(
    "says", ["29A-000.01", "29\u041000001", "２９Ａ０００．０１", "29A\u200b00001", "29a 000\u201001"]
)
def test_the_same_characters_typed_otherwise_are_the_same_plate(desk: Desk, says: str) -> None:
    desk.look_up(Register(says))
    assert (desk.state(), desk.alarms()) == (State.OWNER_FOUND, set())


def test_an_owner_of_another_day_is_no_owner_of_the_act(desk: Desk) -> None:
    desk.look_up(Register(since=desk.now))  # bought after the act
    assert (desk.state(), desk.alarms()) == (State.OWNER_MISMATCH, {"other_time"})
    with transaction(desk.engine) as session, pytest.raises(NotFoundError):
        desk.reads_owner(session, desk.officer)


def test_a_register_that_is_away_is_left_alone_and_asked_again(desk: Desk) -> None:
    away, after = Register(problem=Problem.MAINTENANCE), AFTER_UNDO
    for _ in range(3 * OPENS_AFTER):
        desk.look_up(away, after)
        after += timedelta(seconds=10)
    assert (desk.state(), len(away.asked) < 2 * OPENS_AFTER) == (State.ACCEPTED, True)
    desk.look_up(Register(), after + timedelta(hours=2))
    assert (desk.state(), desk.alarms()) == (State.OWNER_FOUND, set())


@pytest.mark.parametrize("says", ["29A-000.01", "29a 00001", "29A00001"])
def test_the_plate_is_compared_as_it_reads_not_as_it_is_written(desk: Desk, says: str) -> None:
    desk.look_up(Register(says))
    assert (desk.state(), desk.alarms()) == (State.OWNER_FOUND, set())


def test_a_strange_answer_is_asked_for_again_and_then_put_before_the_police(desk: Desk) -> None:
    register = Register(problem=Problem.UNREADABLE)
    after = AFTER_UNDO
    for _ in range(UNDERSTOOD_AFTER - 1):
        desk.look_up(register, after)
        assert (desk.state(), desk.alarms()) == (State.ACCEPTED, {"unreadable"})
        after += timedelta(minutes=10)
    desk.look_up(register, after)
    assert (desk.state(), len(register.asked)) == (State.OWNER_NOT_FOUND, UNDERSTOOD_AFTER)
    assert waiting(desk.engine, LOOK_UP, desk.case_id) is None
    with transaction(desk.engine) as session:
        case = get_case(session, desk.case_id)
        confirmation.look_up_again(session, desk.officer, sight(case), desk.now + after)
    desk.look_up(Register(), after)
    assert (desk.state(), desk.alarms()) == (State.OWNER_FOUND, set())


def test_nobody_is_asked_about_a_case_past_its_limitation(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        late = get_case(session, desk.case_id).limitation_at
    register = Register()
    look_up_due(desk.engine, register, VAULT, lambda: late)
    assert register.asked == []


def test_the_owner_of_a_misread_plate_is_read_by_nobody_after_the_correction(desk: Desk) -> None:
    desk.look_up(Register())
    with transaction(desk.engine) as session:
        assert desk.reads_owner(session, desk.officer) == "Người Vô Can"
        case = get_case(session, desk.case_id)
        confirmation.send_back(session, desk.officer, sight(case), desk.now, "xem lại biển số")
        for who in (desk.officer, desk.signer):
            with pytest.raises(NotFoundError):
                desk.reads_owner(session, who)
    with transaction(desk.engine) as session:
        found = queue.claim_next(session, desk.operator, "main", desk.now)
        assert found is not None
        decisions.accept(session, desk.operator, sight(found), desk.now, Correction("98A-777.77"))
        assert latest_answer(session, desk.case_id) is None
    desk.look_up(Register(problem=Problem.NOT_FOUND))
    with transaction(desk.engine) as session:
        assert desk.state() == State.OWNER_NOT_FOUND
        for who in (desk.officer, desk.signer):
            with pytest.raises(NotFoundError):
                desk.reads_owner(session, who)


@pytest.mark.parametrize("end", ["reject", "refuse", "expire"])
def test_the_owner_is_read_by_nobody_once_the_case_has_ended(desk: Desk, end: str) -> None:
    desk.look_up(Register())
    with transaction(desk.engine) as session:
        case = get_case(session, desk.case_id)
        if end == "refuse":
            confirmation.refuse(session, desk.officer, sight(case), desk.now, "no_violation")
        elif end == "expire":
            expire_due(session, case.limitation_at)
        else:
            confirmation.send_back(session, desk.officer, sight(case), desk.now, "không thấy vượt")
            assert queue.claim_next(session, desk.operator, "main", desk.now) is case
            decisions.reject(session, desk.operator, sight(case), desk.now, "no_violation")
    with transaction(desk.engine) as session:
        for who in (desk.officer, desk.signer):
            with pytest.raises(NotFoundError):
                desk.reads_owner(session, who)
