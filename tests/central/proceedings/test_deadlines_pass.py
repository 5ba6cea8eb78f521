"""Story four: every deadline passes. Nobody does anything in time, on the injected clock, and the programme
alone does what the law says time does."""

from datetime import timedelta

import pytest
from sqlmodel import select

from central.db import transaction
from central.deadlines import service as deadlines
from central.jobs.models import Job
from central.law import service as law
from central.proceedings import parties_of_case, payments, sweeps, waiting
from central.proceedings.models import Decision
from central.proceedings.service import StepRefusedError
from central.proceedings.tracks import Actor
from contract.local_time import local_day
from tests.central.proceedings.office import BINH, Office


def sweep(office: Office) -> int:
    """What the worker's sweeps do now; how many steps they asked for."""
    with transaction(office.engine) as session:
        found = sweeps.find(session, office.now)
    with transaction(office.engine) as session:
        for job in session.exec(select(Job).where(Job.kind == sweeps.STEP)):
            sweeps.run(session, job.payload, office.now)
            session.delete(job)
    return found


def days_pass(office: Office, days: int, step: int = 1) -> None:
    """Time passes, with the sweeps of each few days."""
    for _ in range(0, days, step):
        office.wait(step)
        sweep(office)


def waits_at(office: Office, desk: Actor) -> set[tuple[int, str]]:
    """What waits at a desk now, by case and step."""
    with transaction(office.engine) as session:
        return {(row.case_id, row.action) for row in waiting.at_desk(session, desk, office.now)}


def late(office: Office) -> dict[str, int]:
    """How many deadlines of the authority are late, by code."""
    with transaction(office.engine) as session:
        counts = deadlines.counts(session, law.book(session).calendar, office.now)
    return {count.code: count.late for count in counts if count.late}


def nothing_is_left(office: Office, case_id: int) -> None:
    """No deadline runs, nothing waits, and the sweeps have nothing to do again and again."""
    with transaction(office.engine) as session:
        rows = [row for row in deadlines.of_case(session, case_id) if row.met_on is None]
    assert [row.code for row in rows if row.whose == "authority"] == []
    assert {
        action for desk in waiting.WORK for case, action in waits_at(office, desk) if case == case_id
    } <= {"close"}
    assert sweep(office) == 0


def test_a_case_that_nobody_touches_ends_with_the_limitation(office: Office) -> None:
    case_id = office.confirmed()
    days_pass(office, 12, 3)
    assert late(office) == {"notice": 1, "publication": 1}
    assert (case_id, "sign_result") in waits_at(office, Actor.DEVICE_USER)
    days_pass(office, 360, 60)
    assert office.state(case_id, "case") == "expired"
    for action, name in (("sign_result", "thiet-bi"), ("draw_notice", "thu-ly")):
        with pytest.raises(StepRefusedError):
            office.do(case_id, action, name)
    assert late(office) == {}
    nothing_is_left(office, case_id)


def test_a_driver_named_late_is_written_to_in_time(office: Office) -> None:
    """Neither the owner's notice nor what was published with it becomes late again."""
    case_id = office.confirmed()
    office.to_notice(case_id)
    days_pass(office, 15, 5)
    invited = local_day(office.now)
    with transaction(office.engine) as session:
        parties, proceeding = office.parties(session), office.proceeding(session, case_id)
        named = (BINH, "chủ xe khai", office.by(session, "citizen"), office.now)
        parties_of_case.name_driver(session, parties, proceeding, *named)
        parties_of_case.invite_driver(session, parties, proceeding, office.by(session, "thu-ly"), office.now)
    assert late(office) == {}
    assert office.state(case_id, "publication") == "published"
    assert office.last_days(case_id)["notice_again"] == invited + timedelta(days=10)
    assert "notice" not in office.last_days(case_id)
    office.do(case_id, "draw_notice", "thu-ly")
    office.do(case_id, "sign_notice", "truong-phong")
    office.do(case_id, "send_notice", "van-thu", days=3)
    with transaction(office.engine) as session:
        met = {row.code: row.met_on for row in deadlines.of_case(session, case_id)}
    assert met["notice_again"] == invited + timedelta(days=3)
    days_pass(office, 10, 5)
    assert late(office) == {}


def test_an_owner_who_never_comes_and_a_decision_that_comes_too_late(office: Office) -> None:
    case_id = office.confirmed()
    office.to_notice(case_id)
    assert (case_id, "raise_alert") not in waits_at(office, Actor.CASE_OFFICER)
    days_pass(office, 21, 3)
    assert (case_id, "raise_alert") in waits_at(office, Actor.CASE_OFFICER)
    office.do(case_id, "raise_alert", "thu-ly")
    assert office.state(case_id, "answer") == "silent"
    assert (case_id, "identify_violator") in waits_at(office, Actor.CASE_OFFICER)
    assert office.last_days(case_id)["silence"] == local_day(office.now) + timedelta(days=30)
    office.identify(case_id)
    assert "silence" not in office.last_days(case_id)
    days_pass(office, 9, 3)
    assert late(office) == {"record": 1}
    office.do(case_id, "make_record", "thu-ly")
    office.do(case_id, "leave_record_unsigned", "thu-ly", note="vắng mặt")
    days_pass(office, 11)  # five working days over the New Year
    assert office.state(case_id, "explanation") == "over"
    with pytest.raises(StepRefusedError):
        office.do(case_id, "explain", "citizen")
    days_pass(office, 3)
    assert office.state(case_id, "case") == "time_over"
    with pytest.raises(StepRefusedError):
        office.propose(case_id)
    days_pass(office, 1)
    assert office.state(case_id, "alert") == "lifted"
    office.do(case_id, "take_down", "thu-ly")
    days_pass(office, 400, 100)
    nothing_is_left(office, case_id)
    office.do(case_id, "close", "thu-ly")
    assert office.state(case_id, "case") == "closed"


def test_what_becomes_of_a_silent_owner_is_late_after_thirty_days_and_an_answer_ends_the_waiting(
    office: Office,
) -> None:
    silent, late_answer = office.confirmed(), office.confirmed()
    for case_id in (silent, late_answer):
        office.to_notice(case_id)
    days_pass(office, 23, 3)
    for case_id in (silent, late_answer):
        office.do(case_id, "raise_alert", "thu-ly")
    office.do(late_answer, "contest", "citizen", note="không phải xe tôi")
    assert "silence" not in office.last_days(late_answer)
    assert (late_answer, "identify_violator") not in waits_at(office, Actor.CASE_OFFICER)
    days_pass(office, 33, 3)
    assert late(office)["silence"] == 1
    assert (silent, "identify_violator") in waits_at(office, Actor.CASE_OFFICER)


def test_a_complex_complaint_has_longer(office: Office) -> None:
    case_id = office.confirmed()
    office.to_delivery(case_id)
    office.do(case_id, "complain", "citizen", 1)
    office.do(case_id, "accept_complaint", "thu-ly")
    accepted = local_day(office.now)
    assert office.last_days(case_id)["complaint_settle"] == accepted + timedelta(days=30)
    office.do(case_id, "find_complaint_complex", "thu-ly", note="phải giám định")
    found = office.last_days(case_id)
    assert "complaint_settle" not in found
    assert found["complaint_settle_complex"] == accepted + timedelta(days=45)


def test_an_alert_for_an_unpaid_fine_makes_nobody_silent(office: Office) -> None:
    case_id = office.confirmed()
    office.to_delivery(case_id)
    days_pass(office, 13, 3)
    office.do(case_id, "raise_alert", "thu-ly")
    assert office.state(case_id, "answer") == "admitted"
    assert "silence" not in office.last_days(case_id)


def test_a_fine_that_nobody_pays_until_it_can_no_longer_be_enforced(office: Office) -> None:
    case_id = office.confirmed()
    decision = office.to_decision(case_id)
    days_pass(office, 6)
    assert late(office)["service"] == 1
    office.do(case_id, "send_decision", "van-thu")
    office.do(case_id, "enter_electronically", "van-thu")
    days_pass(office, 7)
    assert office.state(case_id, "delivery") == "delivered"
    days_pass(office, 16)
    assert office.state(case_id, "payment") == "overdue"
    with pytest.raises(StepRefusedError):
        office.do(case_id, "ask_relief", "citizen", detail={"relief": "deferral"})
    office.do(case_id, "raise_alert", "thu-ly")
    assert (case_id, "ask_information") in waits_at(office, Actor.CASE_OFFICER)
    with transaction(office.engine) as session:
        row = session.get_one(Decision, decision.id)
        stand = payments.stand(session, row, local_day(office.now))
    assert 0 < stand.late_fee < 19_000_000
    days_pass(office, 100, 20)
    with pytest.raises(StepRefusedError):
        office.do(case_id, "complain", "citizen")
    days_pass(office, 260, 20)
    assert office.state(case_id, "enforcement") == "expired"
    assert (office.state(case_id, "payment"), office.state(case_id, "case")) == ("void", "unenforced")
    with pytest.raises(StepRefusedError):
        office.do(case_id, "order_enforcement", "truong-phong")
    with pytest.raises(StepRefusedError):
        office.do(case_id, "sue", "citizen")
    assert office.state(case_id, "alert") == "lifted"
    office.do(case_id, "deduct_points", "thu-ly")
    office.do(case_id, "take_down", "thu-ly")
    nothing_is_left(office, case_id)
    office.do(case_id, "close", "thu-ly")
    assert office.state(case_id, "case") == "closed"


def test_a_transfer_and_a_complaint_that_nobody_answers_are_late(office: Office) -> None:
    handed, decided = office.confirmed(), office.confirmed()
    office.do(handed, "sign_result", "thiet-bi")
    with transaction(office.engine) as session:
        from central.proceedings.dossier import Residence
        from central.proceedings.parties_of_case import set_residence

        set_residence(office.proceeding(session, handed), Residence.ELSEWHERE, "Công an xã")
    office.do(handed, "transfer", "thu-ly", detail={"to": "unit", "unit": "Công an xã"})
    office.to_delivery(decided)
    office.do(decided, "complain", "citizen")
    office.now += timedelta(days=12)
    assert {"transfer_answer", "complaint_accept"} <= late(office).keys()
    assert (decided, "accept_complaint") in waits_at(office, Actor.CASE_OFFICER)
    assert (handed, "accept_transfer") in waits_at(office, Actor.COMMUNE)
