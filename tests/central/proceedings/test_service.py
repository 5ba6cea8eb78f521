"""The proceedings over a database: from the confirmed case to its end, with history, deadlines, amounts
and money."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col, select

from central.accounts.models import User
from central.audit.models import AuditEntry
from central.cases.lifecycle import State
from central.db import transaction
from central.deadlines import service as deadlines
from central.devices.models import DevicePaper
from central.devices.service import DeviceNotValidError
from central.errors import ConflictError
from central.offences.charging import Choice
from central.parties.service import Details
from central.proceedings import correcting, payments, sweeps, withdrawal
from central.proceedings import service as proceedings
from central.proceedings.decisions import AmountError, NotOneDecisionError, Terms
from central.proceedings.loading import days_of, moments_of
from central.proceedings.models import Decision, DecisionAct, ProceedingEvent, ProceedingStep
from central.proceedings.payments import Receipt
from central.proceedings.service import StepRefusedError
from central.proceedings.withdrawal import Scope
from central.registry.port import RegisteredKind
from contract.local_time import local_day
from tests.central.proceedings.office import BINH, FIRM, Office, Register, case_row

MOTORBIKE = {
    "vehicle": {"kind": "motorbike", "confidence": 0.9, "track": 1},
    "plate": {"text": "29B112345", "confidence": 0.97, "agreed": True, "colour": "white"},
}


def test_a_confirmed_case_has_proceedings_with_deadlines(office: Office) -> None:
    case_id = office.confirmed()
    assert office.state(case_id, "person") == "owner_known"
    assert office.last_days(case_id) == {
        "notice": date(2026, 11, 30),
        "publication": date(2026, 11, 30),
        "limitation": date(2027, 11, 20),
    }


@pytest.mark.parametrize("kind", ["approval", "certificate", "site_decision"])
def test_a_camera_without_its_papers_gets_no_case_confirmed(office: Office, kind: str) -> None:
    with transaction(office.engine) as session:
        for paper in session.exec(select(DevicePaper).where(DevicePaper.kind == kind)):
            paper.valid_to = date(2026, 11, 19)
    with pytest.raises(DeviceNotValidError):
        office.confirmed()


def test_what_happened_to_a_decision_counts_while_it_is_in_force(office: Office) -> None:
    case_id = office.confirmed()
    decision_id = office.to_decision(case_id).id
    with transaction(office.engine) as session:
        decision, proceeding = session.get(Decision, decision_id), office.proceeding(session, case_id)
        assert decision is not None
        happened = {"event": "heard_of", "day": local_day(office.now), "moment": office.now}
        session.add(ProceedingEvent(decision_id=decision_id, **happened))
        session.flush()
        assert "heard_of" in days_of(session, proceeding, decision)
        assert moments_of(session, proceeding, decision)["heard_of"] == office.now
        decision.ended_on = local_day(office.now)
        assert "heard_of" not in days_of(session, proceeding, decision)
        assert "heard_of" not in moments_of(session, proceeding, decision)


def test_the_whole_way(office: Office) -> None:
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    assert (decision.fine, decision.points, decision.number) == (19_000_000, 4, "0001/2026/QĐ-XPHC-BN")
    office.do(case_id, "deduct_points", "thu-ly")
    with transaction(office.engine) as session:
        paid = payments.received(
            session, decision.id or 0, Receipt("T1", 19_000_000, local_day(office.now), "kho bạc"), office.now
        )
        assert paid.outcome == "full"
    sweep(office)
    assert office.state(case_id, "case") == "executed"
    assert set(office.last_days(case_id)) == {"complaint", "court", "points_refill"}
    office.do(case_id, "update_publication", "thu-ly")
    office.do(case_id, "close", "thu-ly")
    with transaction(office.engine) as session:
        steps = session.exec(select(ProceedingStep).order_by(col(ProceedingStep.id))).all()
        assert [step.action for step in steps][-1] == "close"
        audited = session.exec(select(AuditEntry.action)).all()
    assert {f"proceeding.{step.action}" for step in steps} <= set(audited)


def sweep(office: Office) -> None:
    """What the worker's sweeps do now."""
    from central.jobs.models import Job

    with transaction(office.engine) as session:
        sweeps.find(session, office.now)
    with transaction(office.engine) as session:
        for job in session.exec(select(Job).where(Job.kind == sweeps.STEP)):
            sweeps.run(session, job.payload, office.now)
            session.delete(job)


def test_no_answer_after_twenty_days_an_alert_then_the_owner_is_fined(office: Office) -> None:
    case_id = office.confirmed()
    office.to_notice(case_id)
    with pytest.raises(StepRefusedError, match="no_alert_yet"):
        office.do(case_id, "raise_alert", "thu-ly", 20)
    office.do(case_id, "raise_alert", "thu-ly", 1)
    office.identify(case_id)
    office.do(case_id, "make_record", "thu-ly")
    office.do(case_id, "leave_record_unsigned", "thu-ly", note="vắng mặt, có đại diện UBND xã chứng kiến")
    assert office.state(case_id, "record") == "unsigned"


def test_the_limitation_ends_a_recorded_case(office: Office) -> None:
    case_id = office.confirmed()
    office.to_notice(case_id)
    office.wait(366)
    sweep(office)
    assert office.state(case_id, "case") == "expired"
    assert office.state(case_id, "notice") == "withdrawn"
    assert office.last_days(case_id) == {}
    with pytest.raises(StepRefusedError, match="case_closed"):
        office.do(case_id, "admit", "citizen")


def test_the_time_for_the_decision_ends_the_right_to_fine(office: Office) -> None:
    case_id = office.confirmed()
    office.to_record(case_id)
    office.wait(40)
    sweep(office)
    sweep(office)
    assert office.state(case_id, "case") == "time_over"
    with pytest.raises(StepRefusedError):
        office.propose(case_id)


def test_an_organisation_pays_twice_and_loses_no_points(office: Office) -> None:
    case_id = office.confirmed(FIRM)
    decision = office.to_decision(case_id)
    assert (decision.fine, decision.points, decision.organisation) == (38_000_000, 0, True)


@pytest.mark.parametrize(
    ("birth", "fine"), [(date(2009, 6, 1), 9_500_000), (date(2011, 6, 1), 0), (date(1990, 1, 1), 19_000_000)]
)
def test_minors_pay_half_and_children_are_warned(office: Office, birth: date, fine: int) -> None:
    case_id = office.confirmed(BINH.model_copy(update={"birth": birth}))
    assert office.to_decision(case_id).fine == fine


def test_nothing_is_decided_against_a_child_under_fourteen(office: Office) -> None:
    young = Details(kind="person", name="Bé", identity="024000000009", birth=date(2013, 1, 1))
    case_id = office.confirmed(young)
    office.to_record(case_id)
    with pytest.raises(ConflictError, match="too_young"):
        office.propose(case_id)
    office.do(case_id, "decide_no_sanction", "truong-phong", reason="under_14")


@pytest.mark.parametrize(
    ("terms", "fine"),
    [
        (Terms(("9.2",)), 18_500_000),
        (Terms(("9.2",), (18_200_000,)), 18_200_000),
        (Terms(("9.2", "9.1")), 18_000_000),
        (Terms(("10.b",)), 19_500_000),
    ],
)
def test_circumstances_set_the_amount(office: Office, terms: Terms, fine: int) -> None:
    case_id = office.confirmed()
    decision = office.to_decision(case_id, terms)
    assert (decision.fine, decision.circumstances) == (fine, list(terms.circumstances))


@pytest.mark.parametrize(
    "terms", [Terms((), (18_000_000,)), Terms(("9.2",), (19_500_000,)), Terms((), (1, 2))]
)
def test_an_amount_that_the_circumstances_do_not_allow_is_refused(office: Office, terms: Terms) -> None:
    case_id = office.confirmed()
    office.to_record(case_id)
    office.do(case_id, "explain", "citizen", 1)
    with pytest.raises(AmountError):
        office.propose(case_id, terms)


def test_a_motorbikes_red_light_opens_no_explanation(office: Office) -> None:
    case_id = office.confirmed(register=Register(RegisteredKind.MOTORBIKE), **MOTORBIKE)
    office.to_record(case_id)
    assert office.state(case_id, "explanation") == "not_open"
    assert "explanation" not in office.last_days(case_id)
    office.propose(case_id)
    assert office.sign(case_id).fine == 5_000_000


def test_signing_above_one_s_power_is_refused(office: Office) -> None:
    from central.law import service as law
    from central.proceedings.models import SignerPower
    from central.proceedings.people import grant_power
    from central.proceedings.signers import Power

    case_id = office.confirmed()
    office.to_record(case_id)
    office.do(case_id, "explain", "citizen", 1)
    office.propose(case_id)
    with transaction(office.engine) as session:
        for row in session.exec(select(SignerPower)):
            row.revoked_at = office.now
        power = Power("commune_police_head", valid_from=date(2026, 1, 1))
        grant_power(session, law.book(session), office.people["truong-phong"], power, "test")
    with pytest.raises(StepRefusedError) as refused:
        office.sign(case_id)
    assert refused.value.reason == "act_not_listed"


def test_several_acts_of_one_person_are_one_decision(office: Office) -> None:
    first = office.confirmed()
    office.wait(0.5)
    second = office.confirmed(rule={"name": "wrong_lane", "version": 1})
    office.to_record(first)
    office.do(first, "explain", "citizen", 1)
    office.to_record(second)
    office.propose(first, Terms(with_cases=(second,)))
    decision = office.sign(first)
    assert (decision.fine, decision.points) == (24_000_000, 4)
    assert office.state(second, "decision") == "signed"
    office.do(first, "send_decision", "van-thu")
    office.do(first, "deliver", "van-thu", 1)
    with transaction(office.engine) as session:
        receipt = Receipt("T1", 24_000_000, local_day(office.now), "kho bạc")
        payments.received(session, decision.id or 0, receipt, office.now)
    sweep(office)
    assert (office.state(first, "case"), office.state(second, "case")) == ("executed", "executed")
    office.do(first, "annul_decision", "truong-phong")
    assert (office.state(first, "decision"), office.state(second, "decision")) == ("none", "none")
    assert (office.state(first, "case"), office.state(second, "case")) == ("open", "open")


def test_another_person_s_case_is_not_decided_along(office: Office) -> None:
    first = office.confirmed()
    other = office.confirmed(BINH, rule={"name": "wrong_lane", "version": 1})
    office.to_record(first)
    office.do(first, "explain", "citizen", 1)
    office.to_record(other)
    with pytest.raises(NotOneDecisionError):
        office.propose(first, Terms(with_cases=(other,)))


def test_more_money_than_32_bits_hold_is_counted(office: Office) -> None:
    case_id = office.confirmed()
    decision_id = office.to_delivery(case_id).id or 0
    receipt = Receipt("T1", 10**11, local_day(office.now), "kho bạc")
    with transaction(office.engine) as session:
        assert payments.received(session, decision_id, receipt, office.now).outcome == "overpaid"


def test_money_counts_once_and_the_late_fee_runs_to_the_day(office: Office) -> None:
    case_id = office.confirmed()
    decision_id = office.to_delivery(case_id).id or 0
    delivered = local_day(office.now)
    last = office.last_days(case_id)["payment"]
    assert last >= delivered + timedelta(days=10)
    office.now += timedelta(days=(last - delivered).days + 11)
    sweep(office)
    assert office.state(case_id, "payment") == "overdue"
    today = local_day(office.now)
    with transaction(office.engine) as session:
        part = payments.received(
            session, decision_id, Receipt("T1", 19_000_000, today, "kho bạc"), office.now
        )
        assert (part.outcome, part.stand.late_fee, part.stand.owed) == ("part", 95_000, 95_000)
        again = payments.received(
            session, decision_id, Receipt("T1", 19_000_000, today, "kho bạc"), office.now
        )
        assert (again.outcome, again.stand.paid) == ("again", 19_000_000)
    office.wait(30)
    with transaction(office.engine) as session:
        rest = payments.received(
            session, decision_id, Receipt("T2", 95_000, local_day(office.now), "kho bạc"), office.now
        )
        assert (rest.outcome, rest.payment.fee, rest.stand.owed) == ("full", 95_000, 0)
        more = payments.received(
            session, decision_id, Receipt("T3", 1_000, local_day(office.now), "kho bạc"), office.now
        )
        assert more.outcome == "overpaid"
    assert office.state(case_id, "payment") == "paid"


def test_money_paid_in_time_counts_for_its_day_however_late_it_is_told(office: Office) -> None:
    """The bank is slow: the fine fell overdue meanwhile, but was paid on the last day."""
    case_id = office.confirmed()
    decision_id = office.to_delivery(case_id).id or 0
    last = office.last_days(case_id)["payment"]
    office.now += timedelta(days=(last - local_day(office.now)).days + 4)
    sweep(office)
    assert office.state(case_id, "payment") == "overdue"
    with transaction(office.engine) as session:
        told = payments.received(session, decision_id, Receipt("T1", 19_000_000, last, "bank"), office.now)
        assert (told.outcome, told.payment.fee, told.stand.owed) == ("full", 0, 0)
    assert office.state(case_id, "payment") == "paid"


def test_an_annulled_decision_is_paid_back_and_a_new_one_may_follow(office: Office) -> None:
    case_id = office.confirmed()
    first = office.to_delivery(case_id)
    office.do(case_id, "deduct_points", "thu-ly")
    today = local_day(office.now)
    with transaction(office.engine) as session:
        payments.received(session, first.id or 0, Receipt("T1", 19_000_000, today, "kho bạc"), office.now)
    office.do(case_id, "annul_decision", "truong-phong", note="sai người vi phạm")
    with transaction(office.engine) as session:
        late = payments.received(session, first.id or 0, Receipt("T2", 5_000, today, "kho bạc"), office.now)
        assert late.outcome == "to_refund"
        back = payments.paid_back(
            session, first.id or 0, Receipt("R1", 19_005_000, today, "kho bạc"), office.now
        )
        assert back.stand.paid == 0
    office.do(case_id, "give_points_back", "thu-ly", decision_id=first.id)
    office.propose(case_id)
    second = office.sign(case_id)
    assert second.number == "0002/2026/QĐ-XPHC-BN"
    assert office.state(case_id, "payment") == "not_due"


def test_a_corrected_day_sets_deadlines_anew_and_keeps_the_old(office: Office) -> None:
    case_id = office.confirmed()
    office.to_notice(case_id)
    before = office.last_days(case_id)["appearance"]
    office.wait(3)
    with transaction(office.engine) as session:
        by = office.by(session, "thu-ly")
        proceeding = office.proceeding(session, case_id)
        day = local_day(office.now) - timedelta(days=1)
        correcting.correct_day(session, proceeding, "notice_sent", day, "dấu bưu điện", by, office.now)
    assert office.last_days(case_id)["appearance"] == before + timedelta(days=2)
    with transaction(office.engine) as session:
        rows = [row for row in deadlines.of_case(session, case_id, ended=True) if row.code == "appearance"]
        assert [(row.last_day == before, row.ended_reason) for row in rows] == [
            (True, "recomputed"),
            (False, ""),
        ]
        events = session.exec(select(ProceedingEvent).where(ProceedingEvent.event == "notice_sent")).all()
        assert [event.ended_reason for event in events] == ["dấu bưu điện", ""]


def test_what_one_step_made_happen_is_corrected_together(office: Office) -> None:
    case_id = office.confirmed()
    office.to_delivery(case_id)
    office.do(case_id, "complain", "citizen", 1)
    office.do(case_id, "accept_complaint", "thu-ly", 5)
    before = office.last_days(case_id)["complaint_settle"]
    with transaction(office.engine) as session:
        by, proceeding = office.by(session, "thu-ly"), office.proceeding(session, case_id)
        day = local_day(office.now) - timedelta(days=4)
        correcting.correct_day(session, proceeding, "complaint_answered", day, "sổ thụ lý", by, office.now)
    assert office.last_days(case_id)["complaint_settle"] == before - timedelta(days=4)
    with transaction(office.engine) as session:
        query = select(ProceedingEvent.event).where(
            ProceedingEvent.day == day, col(ProceedingEvent.ended_at).is_(None)
        )
        assert set(session.exec(query)) >= {"complaint_answered", "complaint_accepted"}


@pytest.mark.parametrize(
    ("event", "offset", "reason", "name", "problem"),
    [
        ("result_written", 0, "vì", "thu-ly", "not_today"),
        ("notice_sent", 1, "vì", "thu-ly", "day_impossible"),
        ("notice_sent", -60, "vì", "thu-ly", "day_impossible"),
        ("notice_sent", -1, " ", "thu-ly", "no_reason"),
        ("notice_sent", -1, "vì", "lan", "same_person"),
    ],
)
def test_a_day_is_corrected_within_reason(
    office: Office, event: str, offset: int, reason: str, name: str, problem: str
) -> None:
    case_id = office.confirmed()
    office.to_notice(case_id)
    with transaction(office.engine) as session:
        by, proceeding = office.by(session, name), office.proceeding(session, case_id)
        day = local_day(office.now) + timedelta(days=offset)
        with pytest.raises(StepRefusedError, match=problem):
            correcting.correct_day(session, proceeding, event, day, reason, by, office.now)


def test_only_a_signer_restarts_the_limitation_with_a_reason(office: Office) -> None:
    case_id = office.confirmed()
    later = date(2028, 1, 31)
    with transaction(office.engine) as session:
        proceeding = office.proceeding(session, case_id)
        for name, reason, problem in (
            ("thu-ly", "trốn tránh", "no_power"),
            ("truong-phong", "", "no_reason"),
        ):
            with pytest.raises(StepRefusedError, match=problem):
                correcting.restart_limitation(
                    session, proceeding, later, reason, office.by(session, name), office.now
                )
        correcting.restart_limitation(
            session, proceeding, later, "cố tình trốn tránh", office.by(session, "truong-phong"), office.now
        )
    assert office.last_days(case_id)["limitation"] == later


def test_two_who_act_at_once_do_not_both_win(office: Office) -> None:
    case_id = office.confirmed()
    with transaction(office.engine) as session:
        seen = office.proceeding(session, case_id).version
    office.do(case_id, "sign_result", "thiet-bi")
    with transaction(office.engine) as session, pytest.raises(proceedings.ProceedingChangedError):
        proceedings.lock(session, office.proceeding(session, case_id).id or 0, seen)


def test_the_database_itself_refuses_what_no_service_may_store(office: Office) -> None:
    case_id = office.confirmed()
    decision = office.to_decision(case_id)
    for change in (
        {"signed_on": decision.limitation_on + timedelta(days=1)},
        {"signed_on": decision.decide_by + timedelta(days=1)},
        {"signer_id": decision.operator_id},
        {"officer_id": decision.operator_id},
        {"organisation": True},
        {"fine": -1},
    ):
        with pytest.raises(IntegrityError):
            _change(office, Decision, **change)
    with pytest.raises(IntegrityError):
        _change(office, DecisionAct, fine=99_000_000)
    with transaction(office.engine) as session:
        same = session.exec(select(DecisionAct)).one().model_dump() | {"id": None}
    with pytest.raises(IntegrityError):
        _add(office, DecisionAct(**same))


def _change(office: Office, table: type[SQLModel], **change: object) -> None:
    with transaction(office.engine) as session:
        row = session.exec(select(table)).one()
        for name, value in change.items():
            setattr(row, name, value)


def _add(office: Office, row: SQLModel) -> None:
    with transaction(office.engine) as session:
        session.add(row)


def test_an_electronic_decision_counts_as_delivered_after_three_working_days(office: Office) -> None:
    case_id = office.confirmed()
    office.to_decision(case_id)
    office.do(case_id, "send_decision", "van-thu")
    office.do(case_id, "enter_electronically", "van-thu")
    due = office.last_days(case_id)["delivery_electronic"]
    office.now += timedelta(days=(due - local_day(office.now)).days + 1)
    sweep(office)
    assert office.state(case_id, "delivery") == "delivered"
    with transaction(office.engine) as session:
        event = session.exec(
            select(ProceedingEvent).where(ProceedingEvent.event == "decision_delivered")
        ).one()
        assert event.day == due


def test_relief_stops_the_late_fee_while_it_is_considered(office: Office) -> None:
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    with transaction(office.engine) as session:
        relief = payments.ask_relief(
            session,
            office.proceeding(session, case_id),
            "deferral",
            "khó khăn",
            office.by(session, "citizen"),
            office.now,
        )
        relief_id = relief.id
    office.wait(3)
    with transaction(office.engine) as session:
        relief = session.get_one(type(relief), relief_id)
        until = local_day(office.now) + timedelta(days=60)
        payments.answer_relief(
            session, office.proceeding(session, case_id), relief, payments.Grant(until=until), "",
            office.by(session, "truong-phong"), office.now,
        )  # fmt: skip
    assert "payment" not in office.last_days(case_id)
    office.wait(50)
    sweep(office)
    assert office.state(case_id, "payment") == "due"
    with transaction(office.engine) as session:
        row = session.get_one(Decision, decision.id)
        assert payments.stand(session, row, local_day(office.now)).late_fee == 0


def test_one_act_withdraws_everything_of_a_camera(office: Office) -> None:
    noticed, decided = office.confirmed(), office.confirmed(BINH)
    untouched_rule = office.confirmed(FIRM, rule={"name": "wrong_lane", "version": 1})
    office.to_notice(noticed)
    decision = office.to_delivery(decided)
    office.do(decided, "deduct_points", "thu-ly")
    today = local_day(office.now)
    with transaction(office.engine) as session:
        payments.received(session, decision.id or 0, Receipt("T1", 19_000_000, today, "kho bạc"), office.now)
    scope = Scope("nut-1", "cam-1", office.now - timedelta(days=60), office.now, "red_light")
    with transaction(office.engine) as session:
        act, rows = withdrawal.withdraw(
            session, scope, "vạch dừng vẽ sai", office.by(session, "truong-phong"), office.now
        )
    listed = {row.case_id: row for row in rows}
    assert set(listed) == {noticed, decided}
    assert listed[noticed].notice_withdrawn
    assert (listed[decided].money_back, listed[decided].points_back) == (19_000_000, 4)
    assert (office.state(noticed, "case"), office.state(decided, "case")) == ("stopped", "stopped")
    assert office.state(untouched_rule, "case") == "open"
    with transaction(office.engine) as session:
        payments.paid_back(session, decision.id or 0, Receipt("R1", 19_000_000, today, "kho bạc"), office.now)
        withdrawal.told(session, act.id or 0, noticed, office.now)
        assert [row.told_at is not None for row in withdrawal.listed(session, act.id or 0)] == [True, False]


def test_what_a_node_delivers_after_the_withdrawal_of_its_period_ends_too(office: Office) -> None:
    faulty = (office.now - timedelta(days=60), office.now - timedelta(days=2))
    with transaction(office.engine) as session:
        by = office.by(session, "truong-phong")
        act, _ = withdrawal.withdraw(
            session, Scope("nut-1", "cam-1", *faulty, "red_light"), "vạch sai", by, office.now
        )
        act_id = act.id or 0
    office.wait(0.01)
    then = office.now - timedelta(days=3)
    late = office.confirmed(occurred_at=then)
    other_rule = office.confirmed(occurred_at=then, rule={"name": "wrong_lane", "version": 1})
    after_it = office.confirmed(occurred_at=faulty[1])
    with transaction(office.engine) as session:
        assert withdrawal.end_late(session, office.now) == 1
        assert withdrawal.end_late(session, office.now) == 0
        assert late in {row.case_id for row in withdrawal.listed(session, act_id)}
        assert case_row(session, late).state == State.WITHDRAWN
    assert office.state(late, "case") == "stopped"
    assert [office.state(other, "case") for other in (other_rule, after_it)] == ["open", "open"]


def test_a_withdrawal_is_a_signer_s(office: Office) -> None:
    office.confirmed()
    scope = Scope("nut-1", "cam-1", office.now - timedelta(days=60), office.now + timedelta(days=1))
    with transaction(office.engine) as session:
        by = office.by(session, "thu-ly")
        with pytest.raises(StepRefusedError):
            withdrawal.withdraw(session, scope, "vạch sai", by, office.now)


def test_a_person_without_the_part_takes_no_step(office: Office) -> None:
    case_id = office.confirmed()
    for name in ("lan", "hung", "van-thu", "kho-bac"):
        with pytest.raises(StepRefusedError):
            office.do(case_id, "sign_result", name)


def test_a_choice_of_act_is_carried_into_the_decision(office: Office) -> None:
    choice = Choice("PARK-A", "biển P.130")
    case_id = office.confirmed(choice=choice, rule={"name": "no_stopping", "version": 1})
    assert office.to_decision(case_id).fine == 700_000


def test_steps_name_who_took_them(office: Office) -> None:
    case_id = office.confirmed()
    office.do(case_id, "sign_result", "thiet-bi")
    with transaction(office.engine) as session:
        steps = proceedings.history(session, office.proceeding(session, case_id).id or 0)
        user = session.get_one(User, office.people["thiet-bi"])
        assert (steps[-1].actor_id, steps[-1].actor) == (user.id, user.full_name)


def test_a_step_that_is_not_there_is_said(office: Office) -> None:
    from central.errors import NotFoundError

    case_id = office.confirmed()
    with pytest.raises(NotFoundError):
        office.do(case_id, "levitate", "thu-ly")
