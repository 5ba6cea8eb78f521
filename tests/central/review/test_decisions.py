"""The operator's decisions: what they change, what they refuse, how they are taken back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.cases.errors import (
    CaseChangedError,
    FutureActError,
    LeaseLostError,
    ReasonRequiredError,
    SkipLimitError,
    UndecidableError,
    UndoTooLateError,
)
from central.cases.lifecycle import State
from central.cases.models import Case
from central.cases.queries import history_of, manifest_of
from central.errors import InvalidError
from central.jobs.models import Job
from central.registry.service import LOOK_UP
from central.review import decisions, queue
from central.review.decisions import Correction, Sight
from contract.vehicles import VehicleKind
from tests.central.evidence import OCCURRED
from tests.central.people import add_case, add_user, sight


@pytest.fixture
def lan(session: Session, now: datetime) -> User:
    return add_user(session, "lan", Role.OPERATOR, now)


def claimed(session: Session, user: User, now: datetime, queue_name: str = "main", **changes: object) -> Case:
    """A new case in this person's hands."""
    add_case(session, now, 1, **changes)
    case = queue.claim_next(session, user, queue_name, now)
    assert case is not None
    return case


def test_accepting(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now)
    decisions.accept(session, lan, sight(case), now)
    assert (case.state, case.operator_id, case.lease_owner_id) == (State.ACCEPTED, lan.id, None)
    job = session.exec(select(Job).where(Job.kind == LOOK_UP, Job.key == str(case.id))).one()
    assert job.run_at == now + decisions.UNDO_TIME


def test_correcting_keeps_what_the_machine_read(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now)
    decisions.accept(session, lan, sight(case), now, Correction("29a-000.08"))
    assert (case.plate, case.plate_read, case.plate_kind) == ("29A00008", "29A00001", "car")
    assert history_of(session, case.id or 0)[-1].detail == {"plate_was": "29A00001"}


@pytest.mark.parametrize("typed", ["30O-123.45", "13A-123.45", "abc", "29A-000.00", "29-H1 123.45"])
def test_only_issued_plates_of_the_vehicle_are_taken(
    session: Session, lan: User, now: datetime, typed: str
) -> None:
    case = claimed(session, lan, now)
    with pytest.raises(InvalidError):
        decisions.accept(session, lan, sight(case), now, Correction(typed))


def test_an_unread_plate_must_be_typed_in(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now, plate={"text": None})
    with pytest.raises(InvalidError, match="plate_unread"):
        decisions.accept(session, lan, sight(case), now)
    decisions.accept(session, lan, sight(case), now, Correction("98A-123.45", "white"))
    assert (case.plate, case.plate_read) == ("98A12345", None)


def test_a_corrected_plate_is_looked_up_among_earlier_cases(
    session: Session, lan: User, now: datetime
) -> None:
    first = add_case(session, now, 1, occurred_at=OCCURRED)
    second = add_case(session, now, 2, occurred_at=OCCURRED + timedelta(seconds=9))
    queue.claim_next(session, lan, "main", now)
    decisions.reject(session, lan, sight(first), now, "image_broken")
    third = add_case(session, now, 3, occurred_at=OCCURRED + timedelta(seconds=18))
    queue.claim_next(session, lan, "main", now)
    decisions.accept(session, lan, sight(second), now)
    queue.claim_next(session, lan, "main", now)
    decisions.accept(session, lan, sight(third), now, Correction("29A00002"))
    assert third.duplicate_of_id == second.id
    assert "duplicate" in third.flags


@pytest.mark.parametrize(
    ("plate", "colour", "state"),
    [
        ("TM-12-34", "red", State.MILITARY),
        ("80-441-NG-45", None, State.DIPLOMATIC),
        ("29-QT-003-11", None, State.DIPLOMATIC),
        ("29-011-CV-03", None, State.DIPLOMATIC),
    ],
)
def test_a_plate_read_as_special_sets_the_case_aside(
    session: Session, lan: User, now: datetime, plate: str, colour: Any, state: State
) -> None:
    case = claimed(session, lan, now)
    decisions.accept(session, lan, sight(case), now, Correction(plate, colour))
    assert (case.state, case.operator_id) == (state, None)


def test_a_private_foreigner_is_charged_like_anybody(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now)
    decisions.accept(session, lan, sight(case), now, Correction("29-101-NN-07"))
    assert (case.state, case.plate_kind) == (State.ACCEPTED, "foreign")


def test_what_the_node_could_not_decide_is_never_accepted(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now, "attention", decision="undecidable")
    with pytest.raises(UndecidableError):
        decisions.accept(session, lan, sight(case), now)


@pytest.mark.parametrize(
    ("reason", "note", "error"),
    [
        ("", "", InvalidError),
        ("because", "", InvalidError),
        ("device_not_valid", "", InvalidError),  # the officer's reason
        ("other", " ", ReasonRequiredError),
    ],
)
def test_a_rejection_has_a_reason_of_this_stage(
    session: Session, lan: User, now: datetime, reason: str, note: str, error: type[Exception]
) -> None:
    case = claimed(session, lan, now)
    with pytest.raises(error):
        decisions.reject(session, lan, sight(case), now, reason, note)


def test_rejecting(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now)
    decisions.reject(session, lan, sight(case), now, "other", "biển giả")
    assert (case.state, case.reason, case.operator_id) == (State.REJECTED, "other", lan.id)
    assert history_of(session, case.id or 0)[-1].note == "biển giả"


def test_a_decision_on_an_old_version_is_refused(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now)
    with pytest.raises(CaseChangedError):
        decisions.accept(session, lan, Sight(case.id or 0, case.version - 1), now)


def test_pressing_twice_decides_once(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now)
    seen = sight(case)
    decisions.accept(session, lan, seen, now)
    with pytest.raises(CaseChangedError):
        decisions.accept(session, lan, seen, now)


def test_a_case_in_other_hands_can_t_be_decided(session: Session, lan: User, now: datetime) -> None:
    mai = add_user(session, "mai", Role.OPERATOR, now)
    case = claimed(session, lan, now)
    with pytest.raises(LeaseLostError):
        decisions.accept(session, mai, sight(case), now)


def test_a_skipped_case_rests_for_that_person_only(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now)
    decisions.skip(session, lan, sight(case), now, "hard_to_see")
    assert queue.claim_next(session, lan, "main", now) is None
    mai = add_user(session, "mai", Role.OPERATOR, now)
    assert queue.claim_next(session, mai, "main", now) is case
    queue.release(session, mai, case.id or 0, now)
    assert queue.claim_next(session, lan, "main", now + queue.SKIP_REST) is case


def test_skipping_is_limited(session: Session, lan: User, now: datetime) -> None:
    for sequence in range(1, decisions.SKIP_LIMIT + 2):
        add_case(session, now, sequence)
    for _ in range(decisions.SKIP_LIMIT):
        case = queue.claim_next(session, lan, "main", now)
        assert case is not None
        decisions.skip(session, lan, sight(case), now, "hard_to_see")
    last = queue.claim_next(session, lan, "main", now)
    assert last is not None
    with pytest.raises(SkipLimitError):
        decisions.skip(session, lan, sight(last), now, "hard_to_see")


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_undo_gives_the_case_back(session: Session, lan: User, now: datetime, decision: str) -> None:
    case = claimed(session, lan, now)
    acts = {
        "accept": lambda: decisions.accept(session, lan, sight(case), now),
        "reject": lambda: decisions.reject(session, lan, sight(case), now, "no_violation"),
    }
    acts[decision]()
    other = add_case(session, now, 2)
    queue.claim_next(session, lan, "main", now)
    assert decisions.last_undoable(session, lan, now) is case
    decisions.undo(session, lan, case.id or 0, now + timedelta(seconds=29))
    assert (case.state, case.operator_id, case.reason) == (State.IN_REVIEW, None, None)
    assert (other.state, other.lease_owner_id) == (State.RECEIVED, None)
    assert queue.claim_next(session, lan, "main", now) is case


def test_undo_ends_with_its_time(session: Session, lan: User, now: datetime) -> None:
    case = claimed(session, lan, now)
    decisions.accept(session, lan, sight(case), now)
    late = now + decisions.UNDO_TIME + timedelta(seconds=1)
    assert decisions.last_undoable(session, lan, late) is None
    with pytest.raises(UndoTooLateError):
        decisions.undo(session, lan, case.id or 0, late)


def test_undo_is_for_who_decided(session: Session, lan: User, now: datetime) -> None:
    mai = add_user(session, "mai", Role.OPERATOR, now)
    case = claimed(session, lan, now)
    decisions.accept(session, lan, sight(case), now)
    with pytest.raises(Exception, match="undo"):
        decisions.undo(session, mai, case.id or 0, now)


def test_candidates_are_issued_plates_from_the_node_s_other_reads(
    session: Session, lan: User, now: datetime
) -> None:
    plate = {
        "text": "29A00001",
        "confidence": 0.7,
        "colour": "white",
        "alternatives": ["29A00007", "13A00001"],
        "raw_reads": [{"t_ms": 0, "text": "29A00001", "confidence": 0.7}],
    }
    case = claimed(session, lan, now, plate=plate)
    found = decisions.plate_candidates(manifest_of(session, case.id or 0))
    assert [candidate.normalised for candidate in found] == ["29A00007"]


def test_the_kind_of_vehicle_is_corrected_and_what_the_node_saw_is_kept(
    session: Session, lan: User, now: datetime
) -> None:
    add_case(session, now)
    case = queue.claim_next(session, lan, "main", now)
    assert case is not None
    with pytest.raises(InvalidError):  # no car has such a plate
        decisions.accept(session, lan, sight(case), now, Correction("29H1-234.56"))
    entry = Correction("29H1-234.56", vehicle_kind=VehicleKind.MOTORBIKE)
    decisions.accept(session, lan, sight(case), now, entry)
    assert (case.vehicle_kind, case.vehicle_kind_seen) == ("motorbike", "car")
    assert history_of(session, case.id or 0)[-1].detail == {
        "plate_was": "29A00001",
        "vehicle_kind_was": "car",
    }


def test_the_rule_is_corrected_and_what_the_node_found_stays_in_the_manifest(
    session: Session, lan: User, now: datetime
) -> None:
    case = claimed(session, lan, now)
    with pytest.raises(InvalidError):
        decisions.accept(session, lan, sight(case), now, Correction(rule="no_such_rule"))
    decisions.accept(session, lan, sight(case), now, Correction(rule="wrong_lane"))
    assert (case.state, case.rule) == (State.ACCEPTED, "wrong_lane")
    assert manifest_of(session, case.id or 0).rule.name == "red_light"
    assert history_of(session, case.id or 0)[-1].detail == {"rule_was": "red_light"}


def test_a_corrected_rule_meets_the_case_that_had_it_already(
    session: Session, lan: User, now: datetime
) -> None:
    case = claimed(session, lan, now, occurred_at=OCCURRED)
    at = OCCURRED + timedelta(seconds=9)
    add_case(session, now, 2, occurred_at=at, rule={"name": "wrong_lane", "version": 1})
    decisions.accept(session, lan, sight(case), now, Correction("29A00002", rule="wrong_lane"))
    assert "duplicate" in case.flags


def test_an_act_of_tomorrow_is_not_accepted_but_can_be_rejected(
    session: Session, lan: User, now: datetime
) -> None:
    add_case(session, now, occurred_at=now + timedelta(days=1))
    case = queue.claim_next(session, lan, "attention", now)
    assert case is not None
    with pytest.raises(FutureActError):
        decisions.accept(session, lan, sight(case), now)
    decisions.reject(session, lan, sight(case), now, "no_violation")
    assert case.state == State.REJECTED
