"""From an accepted case to a recorded offence: the register's word, the officer's decision, the law."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.audit.models import AuditEntry
from central.cases.errors import (
    CaseStateError,
    FourEyesError,
    FutureActError,
    LimitationOverError,
    ReasonRequiredError,
    UndoTooLateError,
)
from central.cases.lifecycle import UNDO_TIME, Action, State
from central.cases.models import Case, CaseEvent
from central.cases.queries import get_case, history_of
from central.cases.service import expire_due
from central.connections.problems import OutsideError, Problem
from central.db import transaction
from central.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from central.offences.charging import NoOffenceInLawError
from central.offences.models import Offence
from central.offences.recording import record_confirmed
from central.offences.service import DuplicateOffenceError, list_offences
from central.registry.models import RegistryAnswer
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
from contract.vehicles import VehicleKind
from tests.central.evidence import OCCURRED
from tests.central.people import AFTER_UNDO, accepted_case, add_case, add_user, sight, valid_device
from tests.central.work import look_up_due, record_due, waiting

VAULT = Vault((b"k" * 32,))
OWNER = Owner(name="Nguyễn Văn An", identity="024000000001", address="Bắc Giang")
WHITE_CAR = RegisteredVehicle(
    plate="29A00001", plate_colour="white", kind=RegisteredKind.CAR, brand="Vios", colour="trắng"
)
BLUE_TRUCK = WHITE_CAR.model_copy(update={"kind": RegisteredKind.TRUCK, "colour": "xanh"})


@dataclass
class Register:
    """A register that gives these answers one after another (the last one for ever)."""

    answers: list[Registration | OutsideError]
    asked: list[Enquiry] = field(default_factory=list)

    def find(self, enquiry: Enquiry) -> Registration:
        """The next answer."""
        self.asked.append(enquiry)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return answer if isinstance(answer, Registration) else _raise(answer)


def _raise(error: OutsideError) -> Registration:
    raise error


def registered(vehicle: RegisteredVehicle = WHITE_CAR) -> Register:
    """A register that knows one vehicle."""
    return Register([Registration(vehicle=vehicle, owner=OWNER, reference="R1")])


def failing(*problems: Problem) -> Register:
    """A register that fails in these ways."""
    return Register([OutsideError(problem, "no") for problem in problems])


@dataclass(frozen=True)
class Office:
    """A database with one accepted case, its operator, and an officer."""

    engine: Engine
    now: datetime
    operator_id: int
    officer_id: int
    case_id: int

    def look_up(self, register: Register) -> int:
        """What the worker does after the operator's time for undoing."""
        return look_up_due(self.engine, register, VAULT, lambda: self.now + AFTER_UNDO)


@pytest.fixture
def office(engine: Engine, now: datetime) -> Office:
    with transaction(engine) as session:
        operator = add_user(session, "lan", Role.OPERATOR, now)
        officer = add_user(session, "hung", Role.OFFICER, now)
        valid_device(session, now)
        case = accepted_case(session, operator, now)
    return Office(engine, now, operator.id or 0, officer.id or 0, case.id or 0)


def people(session: Session, office: Office) -> tuple[User, Case]:
    """The officer and the case in this transaction."""
    officer = session.get(User, office.officer_id)
    assert officer is not None
    return officer, get_case(session, office.case_id)


def confirm(office: Office, case_id: int | None = None, user_id: int | None = None) -> Case:
    """Confirms in a transaction of its own: the office's case by its officer unless others are named."""
    with transaction(office.engine) as session:
        user = session.get(User, user_id or office.officer_id)
        assert user is not None
        case = get_case(session, case_id or office.case_id)
        return confirmation.confirm(session, user, sight(case), office.now)


def record(office: Office) -> list[Offence]:
    """What the worker does after the officer's time for undoing; every offence there is then."""
    record_due(office.engine, lambda: office.now + AFTER_UNDO)
    with transaction(office.engine) as session:
        return list_offences(session)


def state_of(office: Office, case_id: int | None = None) -> str:
    with transaction(office.engine) as session:
        return get_case(session, case_id or office.case_id).state


def resolve(office: Office, note: str) -> None:
    """Explains the mismatch of the office's case."""
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        confirmation.resolve_mismatch(session, officer, sight(case), office.now, note)


def refuse(office: Office, reason: str) -> None:
    """Refuses the office's case."""
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        confirmation.refuse(session, officer, sight(case), office.now, reason)


def test_nothing_is_asked_while_the_operator_can_undo(office: Office) -> None:
    register = registered()
    assert look_up_due(office.engine, register, VAULT, lambda: office.now) == 0
    assert register.asked == []


def test_the_register_is_asked_as_of_the_violation_and_why(office: Office) -> None:
    register = registered()
    assert office.look_up(register) == 1
    (asked,) = register.asked
    assert (asked.plate, asked.plate_colour, asked.kind) == ("29A00001", "white", VehicleKind.CAR)
    assert asked.at > OCCURRED
    assert "TT 73/2024" in asked.purpose


@pytest.mark.parametrize(
    ("register", "state"),
    [
        (registered(), State.OWNER_FOUND),
        (registered(BLUE_TRUCK), State.OWNER_MISMATCH),
        (failing(Problem.NOT_FOUND), State.OWNER_NOT_FOUND),
        (failing(Problem.MULTIPLE), State.OWNER_MISMATCH),
        (failing(Problem.TIMEOUT), State.ACCEPTED),
        (failing(Problem.DENIED), State.ACCEPTED),
    ],
)
def test_each_answer_leads_to_its_state(office: Office, register: Register, state: State) -> None:
    office.look_up(register)
    with transaction(office.engine) as session:
        assert get_case(session, office.case_id).state == state


def test_no_answer_is_asked_again_later_and_later(office: Office) -> None:
    pauses = []
    at = office.now + AFTER_UNDO
    for _ in range(4):
        look_up_due(office.engine, failing(Problem.TIMEOUT), VAULT, lambda moment=at: moment)  # type: ignore[misc]
        job = waiting(office.engine, LOOK_UP, office.case_id)
        assert job is not None
        pauses.append((job.run_at - at).total_seconds())
        at = job.run_at
    assert pauses == sorted(pauses)
    assert pauses[-1] > 20


def test_a_decision_taken_back_meanwhile_makes_the_answer_void(office: Office, now: datetime) -> None:
    class Slow(Register):
        def find(self, enquiry: Enquiry) -> Registration:
            with transaction(office.engine) as session:
                case = get_case(session, office.case_id)
                case.version += 1
            return super().find(enquiry)

    office.look_up(Slow(registered().answers))
    with transaction(office.engine) as session:
        assert get_case(session, office.case_id).state == State.ACCEPTED
        assert latest_answer(session, office.case_id) is None


def test_a_confirmed_case_is_recorded_by_the_law_of_the_day(office: Office) -> None:
    office.look_up(registered())
    confirm(office)
    (offence,) = record(office)
    assert (offence.number, offence.article, offence.points) == ("BN-2026-000001", "6.9.b", 4)
    assert (offence.fine_min, offence.fine_max) == (18_000_000, 20_000_000)
    assert "Điều 6, khoản 9, điểm b" in offence.legal_basis
    with transaction(office.engine) as session:
        case = get_case(session, office.case_id)
        assert (case.state, case.operator_id, case.officer_id) == (
            State.RECORDED,
            office.operator_id,
            office.officer_id,
        )
        actions = [event.action for event in history_of(session, office.case_id)]
    assert actions == ["receive", "claim", "accept", "owner_found", "confirm", "record"]


def test_nothing_is_recorded_while_the_officer_can_take_it_back(office: Office) -> None:
    office.look_up(registered())
    confirm(office)
    assert record_due(office.engine, lambda: office.now + UNDO_TIME - timedelta(milliseconds=1)) == 0
    with transaction(office.engine) as session:
        officer, _ = people(session, office)
        last = confirmation.last_undoable(session, officer, office.now)
        assert last is not None
        confirmation.take_back(session, officer, office.case_id, office.now)
        assert confirmation.last_undoable(session, officer, office.now) is None
    assert record(office) == []
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        assert (case.state, case.officer_id, case.lease_owner_id) == (State.OWNER_FOUND, None, officer.id)


def test_a_recorded_offence_is_not_taken_back(office: Office) -> None:
    office.look_up(registered())
    confirm(office)
    record(office)
    with transaction(office.engine) as session, pytest.raises(UndoTooLateError):
        confirmation.take_back(session, people(session, office)[0], office.case_id, office.now)


def test_a_refusal_and_a_return_are_taken_back_too(office: Office) -> None:
    office.look_up(registered())
    refuse(office, "no_violation")
    with transaction(office.engine) as session:
        officer, _ = people(session, office)
        confirmation.take_back(session, officer, office.case_id, office.now)
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        confirmation.send_back(session, officer, sight(case), office.now, "xem lại biển số")
        confirmation.take_back(session, officer, office.case_id, office.now)
        assert (case.state, case.owner_match, case.operator_id) == (
            State.OWNER_FOUND,
            True,
            office.operator_id,
        )
    confirm(office)
    assert len(record(office)) == 1


def test_another_officer_takes_nothing_back(office: Office) -> None:
    office.look_up(registered())
    confirm(office)
    with transaction(office.engine) as session:
        other = add_user(session, "other", Role.OFFICER, office.now)
        with pytest.raises(ForbiddenError):
            confirmation.take_back(session, other, office.case_id, office.now)


def test_nothing_is_confirmed_or_recorded_after_the_limitation(office: Office) -> None:
    office.look_up(registered())
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        late = case.limitation_at
        with pytest.raises(LimitationOverError):
            confirmation.confirm(session, officer, sight(case), late)
        confirmation.confirm(session, officer, sight(case), late - timedelta(seconds=1))
    assert record_due(office.engine, lambda: late + UNDO_TIME) == 1
    assert state_of(office) == State.CONFIRMED
    with transaction(office.engine) as session:
        expire_due(session, late)
        assert list_offences(session) == []
    assert state_of(office) == State.EXPIRED


def test_an_act_of_tomorrow_is_neither_accepted_nor_confirmed(office: Office) -> None:
    office.look_up(registered())
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        before = case.occurred_at - timedelta(milliseconds=case.clock_uncertainty_ms + 1)
        with pytest.raises(FutureActError):
            confirmation.confirm(session, officer, sight(case), before)
    assert state_of(office) == State.OWNER_FOUND


def test_the_person_who_accepted_does_not_confirm_even_as_an_officer(office: Office) -> None:
    office.look_up(registered())
    with transaction(office.engine) as session:
        operator = session.get(User, office.operator_id)
        assert operator is not None
        operator.role = Role.OFFICER.value
    with pytest.raises(FourEyesError):
        confirm(office, user_id=office.operator_id)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.LEADER, Role.ADMIN])
def test_nobody_but_an_officer_confirms(office: Office, role: Role) -> None:
    office.look_up(registered())
    with transaction(office.engine) as session:
        other = add_user(session, "other", role, office.now)
    with pytest.raises(ForbiddenError):
        confirm(office, user_id=other.id)


def test_a_mismatch_is_confirmed_only_after_an_officer_has_explained_it(office: Office) -> None:
    office.look_up(registered(BLUE_TRUCK))
    with pytest.raises(CaseStateError):
        confirm(office)
    with pytest.raises(ReasonRequiredError):
        resolve(office, " ")
    resolve(office, "xe đã sơn lại")
    confirm(office)
    assert [offence.case_id for offence in record(office)] == [office.case_id]


def test_several_vehicles_under_one_plate_can_t_be_explained_away(office: Office) -> None:
    office.look_up(failing(Problem.MULTIPLE))
    with pytest.raises(CaseStateError):
        resolve(office, "chắc là xe này")


def test_numbers_have_no_gaps_though_recording_fails(office: Office) -> None:
    office.look_up(registered())
    confirm(office)
    with transaction(office.engine) as session:
        record_confirmed(session, office.case_id, office.now, "BN")
        session.rollback()  # the worker died before the commit
    assert [offence.sequence for offence in record(office)] == [1]


def second_case_of_the_act(office: Office) -> int:
    """Another accepted case of the office's plate, place and time."""
    with transaction(office.engine) as session:
        operator = session.get(User, office.operator_id)
        assert operator is not None
        add_case(session, office.now, 2, occurred_at=get_case(session, office.case_id).occurred_at)
        copy = queue.claim_next(session, operator, "main", office.now)
        assert copy is not None
        decisions.accept(session, operator, sight(copy), office.now, Correction("29A00001"))
        return copy.id or 0


def test_one_act_is_confirmed_once(office: Office) -> None:
    copy_id = second_case_of_the_act(office)
    assert office.look_up(registered()) == 2
    confirm(office)
    with pytest.raises(DuplicateOffenceError):
        confirm(office, case_id=copy_id)
    assert [offence.case_id for offence in record(office)] == [office.case_id]
    with pytest.raises(DuplicateOffenceError):
        confirm(office, case_id=copy_id)


def test_one_act_confirmed_twice_at_once_is_recorded_once_and_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_id = second_case_of_the_act(office)
    office.look_up(registered())
    monkeypatch.setattr(confirmation, "check_chargeable", lambda *_: None)  # both looked at the same moment
    confirm(office)
    confirm(office, case_id=copy_id)
    (offence,) = record(office)
    other = {office.case_id, copy_id} - {offence.case_id}
    assert state_of(office, other.pop()) == State.OWNER_FOUND
    with transaction(office.engine) as session:
        told = [event.reason for event in session.exec(select(CaseEvent)) if event.action == "not_recorded"]
    assert told == ["duplicate_offence"]


def test_without_an_offence_in_the_law_nobody_is_charged(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        operator = add_user(session, "lan", Role.OPERATOR, now)
        bicycle = {"kind": "bicycle", "confidence": 0.9, "track": 1}
        plate = {"text": "29AA00001", "confidence": 0.97, "agreed": True, "colour": "white"}
        case = accepted_case(session, operator, now, vehicle=bicycle, plate=plate)
        officer = add_user(session, "hung", Role.OFFICER, now)
        valid_device(session, now)
    vehicle = WHITE_CAR.model_copy(update={"kind": RegisteredKind.BICYCLE, "plate": "29AA00001"})
    look_up_due(engine, registered(vehicle), VAULT, lambda: now + AFTER_UNDO)
    office = Office(engine, now, operator.id or 0, officer.id or 0, case.id or 0)
    with pytest.raises(NoOffenceInLawError):
        confirm(office)


def test_sending_back_clears_the_first_decision_and_keeps_the_history(office: Office) -> None:
    office.look_up(registered())
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        confirmation.send_back(session, officer, sight(case), office.now, "xem lại biển số")
    with transaction(office.engine) as session:
        other = add_user(session, "mai", Role.OPERATOR, office.now)
        case = queue.claim_next(session, other, "main", office.now)  # type: ignore[assignment]
        assert case.id == office.case_id
        assert (case.operator_id, case.owner_match) == (None, None)
        notes = [event.note for event in history_of(session, office.case_id)]
        assert "xem lại biển số" in notes


def test_an_officer_proposes_another_rule_and_changes_nothing(office: Office) -> None:
    office.look_up(registered())
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        with pytest.raises(InvalidError):
            confirmation.send_back(session, officer, sight(case), office.now, "xem lại", "no_such_rule")
        confirmation.send_back(session, officer, sight(case), office.now, "xem lại", "wrong_lane")
        assert (case.state, case.rule) == (State.RETURNED, "red_light")
        assert history_of(session, office.case_id)[-1].detail == {"rule": "wrong_lane"}


def test_refusing_ends_the_case_with_a_reason_of_the_table(office: Office) -> None:
    office.look_up(registered())
    with pytest.raises(InvalidError):
        refuse(office, "nonsense")
    refuse(office, "device_not_valid")
    with transaction(office.engine) as session:
        case = get_case(session, office.case_id)
        assert (case.state, case.reason, case.officer_id) == (
            State.REFUSED,
            "device_not_valid",
            office.officer_id,
        )


def test_an_unknown_plate_can_be_asked_again(office: Office) -> None:
    office.look_up(failing(Problem.NOT_FOUND))
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        confirmation.look_up_again(session, officer, sight(case), office.now)
    assert office.look_up(registered()) == 1
    with transaction(office.engine) as session:
        assert get_case(session, office.case_id).state == State.OWNER_FOUND


def test_a_false_military_alarm_goes_back_to_review(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        officer = add_user(session, "hung", Role.OFFICER, now)
        case = add_case(session, now, plate={"text": None, "colour": "red"})
        note = "biển đỏ do đèn hậu"
        with pytest.raises(ConflictError):
            confirmation.not_special(session, officer, sight(case), now, note, Action.NOT_DIPLOMATIC)
        confirmation.not_special(session, officer, sight(case), now, note, Action.NOT_MILITARY)
        assert case.state == State.RECEIVED


def test_two_officers_are_shown_two_cases(office: Office) -> None:
    office.look_up(registered())
    with transaction(office.engine) as session:
        officer, _ = people(session, office)
        other = add_user(session, "dung", Role.OFFICER, office.now)
        mine = queue.claim_for_officer(session, officer, State.OWNER_FOUND, office.now)
        assert mine is not None
        assert queue.claim_for_officer(session, other, State.OWNER_FOUND, office.now) is None
        later = office.now + queue.LEASE
        assert queue.claim_for_officer(session, other, State.OWNER_FOUND, later) is mine


def test_an_owner_is_sealed_at_rest_and_every_reading_is_logged(office: Office) -> None:
    office.look_up(registered())
    with transaction(office.engine) as session:
        officer, case = people(session, office)
        stored = session.exec(select(RegistryAnswer)).one()
        assert OWNER.identity.encode() not in (stored.sealed_owner or b"")
        assert "owner" not in (stored.vehicle or {})
        assert read_owner(session, officer, case, VAULT) == OWNER
    with transaction(office.engine) as session:
        readings = session.exec(select(AuditEntry).where(AuditEntry.action == "owner.view")).all()
        assert [(entry.actor, entry.subject) for entry in readings] == [
            ("user:hung", f"case:{office.case_id}")
        ]


def test_there_is_no_owner_before_the_look_up(session: Session, now: datetime) -> None:
    officer = add_user(session, "hung", Role.OFFICER, now)
    case = add_case(session, now)
    with pytest.raises(NotFoundError):
        read_owner(session, officer, case, VAULT)


def test_an_offence_is_what_it_was_though_the_case_moves_on(office: Office) -> None:
    office.look_up(registered())
    confirm(office)
    record(office)
    with transaction(office.engine) as session:
        offence = session.exec(select(Offence)).one()
        assert offence.fine_min < offence.fine_max
        assert (offence.operator_id, offence.officer_id) == (office.operator_id, office.officer_id)
