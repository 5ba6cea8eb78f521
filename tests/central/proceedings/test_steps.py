"""The tables of steps: whole, reachable, in step with the deadlines; and what each gate of the law
refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from central.deadlines.rules import running
from central.proceedings.dossier import Dossier, Limits, Money, Residence
from central.proceedings.engine import STEPS, StepRefused, next_steps, possible, problems_of, take
from central.proceedings.signers import Act, Power
from central.proceedings.tracks import DECISION_TRACKS, START, Actor, CaseKind, Track
from configs.law_tables import shipped
from tests.central.proceedings.dossiers import (
    CAPTURED,
    LAST,
    OPERATOR,
    PARK_CAR,
    RED_CAR,
    TO_DECISION,
    TO_DELIVERY,
    TO_NOTICE,
    TO_PROPOSAL,
    TO_RECORD,
    attempt,
    dossier,
    walk,
)

DAY = timedelta(days=1)
LATER = CAPTURED + 20 * DAY

OTHER_EVENTS = {
    "capture",  # the act itself
    "points_zero", "points_test_passed", "points_refilled",  # the licence authority's
    "breach_found", "breach_reported",
    "incident_found", "incident_told", "incident_reported",
    "data_requested", "data_request_answered", "data_given",
    "citizen_data_received", "citizen_data_verified", "citizen_data_complex",
}  # fmt: skip
"""Events of the deadlines that don't come from a step."""


def test_every_event_of_a_deadline_is_made_by_some_step() -> None:
    made = {event for step in STEPS.values() for event in step.events}
    made |= {event for step in STEPS.values() for effect in step.effects for event in effect.events}
    for row in shipped().deadlines_table.deadlines:
        for event in (row.counted_from, row.met_by, row.only_after):
            assert event is None or event in made | OTHER_EVENTS, (row.code, event)


def test_every_state_is_reached_and_every_state_leads_on_or_ends() -> None:
    reached = {(track, state) for track, state in START.items()}
    reached |= {(step.track, step.target) for step in STEPS.values()}
    reached |= {(effect.track, effect.target) for step in STEPS.values() for effect in step.effects}
    left = {(step.track, state) for step in STEPS.values() for state in step.sources}
    left |= {
        (effect.track, state)
        for step in STEPS.values()
        for effect in step.effects
        for state in effect.sources or ()
    }
    assert {(track, state) for track, state in START.items()} <= left
    for step in STEPS.values():
        for state in step.sources:
            assert (step.track, state) in reached, f"{step.action} starts from {state}, which nothing reaches"
        for effect in step.effects:
            for state in effect.sources or ():
                assert (effect.track, state) in reached, f"{step.action} moves {effect.track} from {state}"


def test_every_step_names_its_law_and_its_people() -> None:
    for step in STEPS.values():
        assert step.basis
        assert step.actors


def test_a_step_of_a_decision_needs_a_decision() -> None:
    for step in STEPS.values():
        if step.track in DECISION_TRACKS:
            actor = next(iter(step.actors))
            assert "not_decided" in problems_of(dossier(), step.action, attempt(actor, CAPTURED))


@pytest.mark.parametrize("steps", [TO_NOTICE, TO_RECORD, TO_PROPOSAL, TO_DECISION, TO_DELIVERY])
def test_the_straight_way(steps: list[tuple[str, Actor]]) -> None:
    walk(dossier(), steps)


def test_from_the_decision_to_the_end() -> None:
    end = walk(dossier(), TO_DELIVERY)
    assert end.at(Track.POINTS) == "to_deduct"
    assert end.at(Track.PAYMENT) == "due"
    end = replace(end, money=Money(fine=19_000_000, paid=19_000_000))
    end = walk(
        end,
        [
            ("deduct_points", Actor.SYSTEM),
            ("pay_in_full", Actor.TREASURY),
            ("execute", Actor.SYSTEM),
            ("update_publication", Actor.SYSTEM),
            ("close", Actor.CASE_OFFICER),
        ],
        LATER,
    )
    assert end.at(Track.CASE) == "closed"


def refused(start: Dossier, action: str, *args: object, **named: object) -> tuple[str, ...]:
    """The problems with which a step is refused."""
    with pytest.raises(StepRefused) as refusal:
        take(start, action, attempt(*args, **named))  # type: ignore[arg-type]
    return refusal.value.problems


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"device_valid": False}, "device_not_valid"),
        ({"operator_id": None}, "two_people"),
        ({"officer_id": OPERATOR}, "two_people"),
        ({"violator_known": False}, "violator_unknown"),
        ({"plate_watched": True}, "plate_suspected"),
        ({"kind": CaseKind.CLONED_PLATE}, "not_ordinary"),
        ({"limits": Limits(limitation=CAPTURED + 5 * DAY)}, "limitation_over"),
        ({"limits": Limits(limitation=LAST, decision=CAPTURED + 5 * DAY)}, "decision_time_over"),
    ],
)
def test_a_decision_is_refused_when(changes: dict[str, object], problem: str) -> None:
    proposed = replace(walk(dossier(), TO_PROPOSAL), **changes)  # type: ignore[arg-type]
    assert problem in refused(proposed, "sign_decision", Actor.SIGNER, LATER)


@pytest.mark.parametrize(
    ("track", "state", "problem"),
    [
        (Track.RECORD, "made", "record_not_signed"),
        (Track.RECORD, "none", "record_not_signed"),
        (Track.EXPLANATION, "open", "explanation_open"),
        (Track.EXPLANATION, "waived", "explanation_open"),  # a change of mind inside the time must be heard
        (Track.EXPLANATION, "hearing_set", "explanation_open"),
        (Track.VERIFICATION, "running", "verification_running"),
        (Track.RESULT, "unwritten", "no_result"),
        (Track.PERSON, "owner_known", "violator_unknown"),
        (Track.TRANSFER, "sent", "handed_over"),
        (Track.CLONE, "suspected", "plate_suspected"),
        (Track.CASE, "criminal", "case_closed"),
        (Track.DECISION, "none", "wrong_state"),
    ],
)
def test_a_decision_is_refused_while(track: Track, state: str, problem: str) -> None:
    proposed = walk(dossier(), TO_PROPOSAL)
    proposed = replace(proposed, states={**proposed.states, track: state})
    assert problem in refused(proposed, "sign_decision", Actor.SIGNER, LATER)


@pytest.mark.parametrize(
    ("acts", "power", "organisation", "problem"),
    [
        ((RED_CAR,), Power("team_head"), False, None),
        ((RED_CAR,), Power("officer"), False, "above_limit"),
        ((RED_CAR,), Power("commune_police_head"), False, "act_not_listed"),
        ((RED_CAR,), Power("mobile_company_head"), False, "above_limit"),
        ((PARK_CAR,), Power("commune_police_head"), False, None),
        ((PARK_CAR,), Power("officer"), False, None),
        ((Act("7.7.c", 6_000_000, 4),), Power("officer"), False, "points_above_power"),
        (
            (Act("7.7.c", 6_000_000, 4),),
            Power("officer"),
            True,
            None,
        ),  # an organisation has no points to lose
        ((PARK_CAR, RED_CAR), Power("officer"), False, "above_limit"),  # one act too many takes the file up
        ((Act("6.11.đ", 40_000_000, 10),), Power("division_head"), False, None),
        ((Act("6.11.đ", 40_000_000, 10),), Power("team_head"), False, "above_limit"),
        ((PARK_CAR,), Power("mayor"), False, "no_power"),
        ((PARK_CAR,), Power("team_head", "12/QĐ", CAPTURED, CAPTURED + 3 * DAY), False, "no_power"),
        ((PARK_CAR,), Power("team_head", "12/QĐ", CAPTURED, LATER), False, None),
    ],
)
def test_who_may_sign(acts: tuple[Act, ...], power: Power, organisation: bool, problem: str | None) -> None:
    proposed = replace(walk(dossier(), TO_PROPOSAL), acts=acts, organisation=organisation)
    found = problems_of(proposed, "sign_decision", attempt(Actor.SIGNER, LATER, power=power))
    assert found == (() if problem is None else (problem,))


def test_signing_without_any_power_is_refused() -> None:
    proposed = walk(dossier(), TO_PROPOSAL)
    by_nobody = replace(attempt(Actor.SIGNER, LATER), powers=())
    assert "no_power" in problems_of(proposed, "sign_decision", by_nobody)


@pytest.mark.parametrize(
    "action", ["sign_result", "make_record", "propose_decision", "sign_decision", "annul_decision", "cancel"]
)
def test_the_operator_takes_no_step_of_the_police(action: str) -> None:
    start = walk(dossier(), TO_DECISION if action == "annul_decision" else [])
    actor = next(iter(STEPS[action].actors))
    assert "same_person" in problems_of(start, action, attempt(actor, LATER, person=OPERATOR))


def test_only_a_user_named_for_the_device_signs_its_result() -> None:
    assert refused(dossier(), "sign_result", Actor.DEVICE_USER, CAPTURED, person=42) == (
        "not_named_for_device",
    )


def test_a_device_that_was_not_valid_ends_in_no_notice() -> None:
    assert refused(dossier(device_valid=False), "sign_result", Actor.DEVICE_USER, CAPTURED) == (
        "device_not_valid",
    )


@pytest.mark.parametrize("state", ["suspected", "confirmed"])
def test_a_suspected_clone_never_reaches_the_owner(state: str) -> None:
    signed = walk(dossier(), TO_NOTICE[:3])
    suspected = replace(signed, states={**signed.states, Track.CLONE: state})
    for action, actor in (("send_notice", Actor.CLERK), ("publish", Actor.SYSTEM)):
        assert "plate_suspected" in refused(suspected, action, actor, LATER)
    assert "plate_suspected" in refused(
        replace(dossier(), states={**dossier().states, Track.CLONE: state, Track.RESULT: "written"}),
        "draw_notice",
        Actor.CASE_OFFICER,
        LATER,
    )


def test_a_confirmed_clone_takes_notice_and_publication_back() -> None:
    suspected = walk(dossier(), [*TO_NOTICE, ("suspect_clone", Actor.SYSTEM)])
    confirmed, moved = take(suspected, "confirm_clone", attempt(Actor.CASE_OFFICER, LATER))
    assert confirmed.at(Track.NOTICE) == "withdrawn"
    assert confirmed.at(Track.PUBLICATION) == "to_take_down"
    assert moved.tracks[Track.NOTICE] == ("sent", "withdrawn")


def test_an_alert_needs_twenty_days_of_silence_or_an_overdue_fine_and_is_lifted_once() -> None:
    sent = walk(dossier(), TO_NOTICE)
    limits = Limits(limitation=LAST, appearance=CAPTURED + 22 * DAY)
    waiting = replace(sent, limits=limits)
    assert refused(waiting, "raise_alert", Actor.CASE_OFFICER, CAPTURED + 22 * DAY) == ("no_alert_yet",)
    raised, _ = take(waiting, "raise_alert", attempt(Actor.CASE_OFFICER, CAPTURED + 23 * DAY))
    assert "wrong_state" in refused(raised, "raise_alert", Actor.CASE_OFFICER, CAPTURED + 24 * DAY)
    ended = walk(raised, [("decide_no_sanction", Actor.SIGNER)], CAPTURED + 30 * DAY)
    assert (ended.at(Track.ALERT), ended.at(Track.CASE)) == ("to_lift", "no_sanction")
    assert "solved" in ended.days
    lifted = walk(ended, [("lift_alert", Actor.SYSTEM)], CAPTURED + 30 * DAY)
    assert "wrong_state" in refused(lifted, "lift_alert", Actor.SYSTEM, CAPTURED + 31 * DAY)


def test_a_silent_owner_can_be_held_to_account_only_after_the_appointed_time() -> None:
    limits = Limits(limitation=LAST, appearance=CAPTURED + 22 * DAY)
    waiting = replace(walk(dossier(), TO_NOTICE), limits=limits)
    by = Actor.CASE_OFFICER
    assert "owner_not_heard" in refused(waiting, "identify_violator", by, CAPTURED + 22 * DAY)
    take(waiting, "identify_violator", attempt(by, CAPTURED + 23 * DAY))


def test_only_listed_acts_go_to_the_commune() -> None:
    written = replace(walk(dossier(), TO_NOTICE[:1]), residence=Residence.ELSEWHERE)
    to_commune = {"to": "commune"}
    assert refused(written, "transfer", Actor.CASE_OFFICER, LATER, **to_commune) == ("act_not_listed",)
    listed = replace(written, acts=(PARK_CAR,))
    sent, _ = take(listed, "transfer", attempt(Actor.CASE_OFFICER, LATER, **to_commune))
    assert "handed_over" in refused(sent, "draw_notice", Actor.CASE_OFFICER, LATER)
    accepted, _ = take(sent, "accept_transfer", attempt(Actor.COMMUNE, LATER))
    assert not problems_of(accepted, "draw_notice", attempt(Actor.CASE_OFFICER, LATER))
    back, _ = take(sent, "return_transfer", attempt(Actor.COMMUNE, LATER))
    assert back.at(Track.TRANSFER) == "here"


def test_an_answer_may_change_until_the_record() -> None:
    denied = walk(dossier(), [*TO_NOTICE, ("deny_driving", Actor.CITIZEN)])
    walk(denied, [("contest", Actor.CITIZEN), ("admit", Actor.CASE_OFFICER)], LATER)
    with pytest.raises(StepRefused):
        walk(walk(dossier(), TO_RECORD), [("contest", Actor.CITIZEN)], LATER)


def test_a_named_driver_gets_a_notice_of_his_own() -> None:
    named = walk(
        dossier(), [*TO_NOTICE, ("name_driver", Actor.CITIZEN), ("invite_driver", Actor.CASE_OFFICER)]
    )
    assert (named.at(Track.NOTICE), named.at(Track.ANSWER)) == ("none", "waiting")
    assert "notice_to_another" in named.days
    walk(named, [("draw_notice", Actor.CASE_OFFICER)], LATER)


def test_the_limitation_ends_every_case_without_a_decision_and_none_with_one() -> None:
    for steps in ([], TO_NOTICE, TO_RECORD, TO_PROPOSAL):
        ended = walk(walk(dossier(), steps), [("expire", Actor.SYSTEM)], LAST + DAY)
        assert ended.at(Track.CASE) == "expired"
    assert "decided" in refused(walk(dossier(), TO_DECISION), "expire", Actor.SYSTEM, LAST + DAY)
    assert "limitation_open" in refused(dossier(), "expire", Actor.SYSTEM, LAST)


def test_a_waiver_can_be_taken_back_inside_the_time() -> None:
    limits = Limits(limitation=LAST, explanation=CAPTURED + 12 * DAY)
    waived = replace(walk(dossier(), [*TO_RECORD, ("waive_explanation", Actor.CITIZEN)]), limits=limits)
    take(waived, "take_waiver_back", attempt(Actor.CITIZEN, CAPTURED + 12 * DAY))
    assert "explanation_over" in refused(waived, "explain", Actor.CITIZEN, CAPTURED + 13 * DAY)
    over, _ = take(waived, "explanation_over", attempt(Actor.SYSTEM, CAPTURED + 13 * DAY))
    assert over.at(Track.EXPLANATION) == "over"


def test_a_motorbikes_red_light_opens_no_explanation() -> None:
    made = walk(dossier(explanation_opens=False), TO_RECORD)
    assert made.at(Track.EXPLANATION) == "not_open"


def test_an_annulled_decision_gives_money_and_points_back_and_reopens_the_case() -> None:
    decided = replace(walk(dossier(), TO_DELIVERY), money=Money(19_000_000, 19_000_000))
    paid = walk(decided, [("deduct_points", Actor.SYSTEM), ("pay_in_full", Actor.TREASURY)], LATER)
    annulled = walk(paid, [("annul_decision", Actor.SIGNER)], LATER)
    assert annulled.at(Track.PAYMENT) == "refund_due"
    assert annulled.at(Track.POINTS) == "to_give_back"
    assert (annulled.at(Track.DECISION), annulled.at(Track.CASE)) == ("none", "open")
    back = walk(annulled, [("pay_back", Actor.TREASURY), ("give_points_back", Actor.SYSTEM)], LATER)
    assert (back.at(Track.PAYMENT), back.at(Track.POINTS)) == ("refunded", "given_back")


def test_stopping_undoes_everything() -> None:
    decided = replace(walk(dossier(), TO_DELIVERY), money=Money(19_000_000, 19_000_000))
    done = walk(
        decided,
        [("deduct_points", Actor.SYSTEM), ("pay_in_full", Actor.TREASURY), ("execute", Actor.SYSTEM)],
        LATER,
    )
    stopped = walk(done, [("stop", Actor.SIGNER)], LATER + DAY)
    assert (stopped.at(Track.CASE), stopped.at(Track.FORCE)) == ("stopped", "annulled")
    assert (stopped.at(Track.PAYMENT), stopped.at(Track.POINTS)) == ("refund_due", "to_give_back")
    assert stopped.at(Track.NOTICE) == "withdrawn"
    assert stopped.at(Track.PUBLICATION) == "to_take_down"


def test_stopping_returns_what_was_paid_before_the_rest_was_given_up() -> None:
    decided = replace(walk(dossier(), TO_DELIVERY), money=Money(19_000_000, 5_000_000))
    part = walk(decided, [("deduct_points", Actor.SYSTEM), ("pay_part", Actor.TREASURY)], LATER)
    given_up = walk(part, [("end_execution", Actor.SIGNER)], LATER)
    assert (given_up.at(Track.CASE), given_up.at(Track.PAYMENT)) == ("unenforced", "void")
    stopped = walk(given_up, [("stop", Actor.SIGNER)], LATER + DAY)
    assert (stopped.at(Track.PAYMENT), stopped.at(Track.POINTS)) == ("refund_due", "to_give_back")
    nothing_paid = replace(given_up, money=Money(19_000_000, 0))
    assert walk(nothing_paid, [("stop", Actor.SIGNER)], LATER + DAY).at(Track.PAYMENT) == "void"


def test_relief_is_asked_inside_the_time_and_only_where_the_law_opens_it() -> None:
    delivered = replace(walk(dossier(), TO_DELIVERY), relief_open=frozenset({"deferral"}))
    assert refused(delivered, "ask_relief", Actor.CITIZEN, LATER, relief="instalments") == (
        "relief_not_open",
    )
    paid = replace(delivered, states=delivered.states | {Track.PAYMENT: "paid"})
    assert "paid" in refused(paid, "ask_relief", Actor.CITIZEN, LATER, relief="deferral")
    asked, _ = take(delivered, "ask_relief", attempt(Actor.CITIZEN, LATER, relief="deferral"))
    overdue = replace(asked, limits=Limits(limitation=LAST, payment=LATER))
    assert "relief_asked" in refused(overdue, "fall_overdue", Actor.SYSTEM, LATER + DAY)


def test_complaint_and_suit_run_beside_payment() -> None:
    delivered = walk(dossier(), TO_DELIVERY)
    both = walk(delivered, [("complain", Actor.CITIZEN), ("sue", Actor.CITIZEN)], LATER)
    paid = replace(both, money=Money(1, 1))
    paid = walk(paid, [("pay_in_full", Actor.TREASURY), ("execute", Actor.SYSTEM)], LATER)
    annulled = walk(paid, [("court_annuls", Actor.CASE_OFFICER)], LATER)
    assert (annulled.at(Track.PAYMENT), annulled.at(Track.CASE)) == ("refund_due", "open")


@pytest.mark.parametrize(
    ("ends", "actor"), [("annul_decision", Actor.SIGNER), ("court_annuls", Actor.CASE_OFFICER)]
)
def test_nobody_is_called_punished_in_public_by_a_decision_that_ended(ends: str, actor: Actor) -> None:
    sued = walk(dossier(), [*TO_DELIVERY, ("sue", Actor.CITIZEN)])
    paid = replace(sued, money=Money(1, 1))
    paid = walk(
        paid,
        [("pay_in_full", Actor.TREASURY), ("execute", Actor.SYSTEM), ("update_publication", Actor.SYSTEM)],
        LATER,
    )
    assert paid.at(Track.PUBLICATION) == "updated"
    assert walk(paid, [(ends, actor)], LATER).at(Track.PUBLICATION) == "published"


def test_military_and_diplomatic_vehicles_are_handed_over_and_never_noticed() -> None:
    for kind in (CaseKind.MILITARY, CaseKind.DIPLOMATIC):
        set_aside = walk(dossier(kind=kind), [("sign_result", Actor.DEVICE_USER)])
        assert "not_ordinary" in refused(set_aside, "draw_notice", Actor.CASE_OFFICER, LATER)
        ended = walk(
            set_aside, [("hand_over", Actor.CASE_OFFICER), ("handover_answered", Actor.CASE_OFFICER)], LATER
        )
        assert ended.at(Track.CASE) == "handed_over"


@pytest.mark.parametrize(
    ("day", "today", "problem"),
    [
        (CAPTURED - DAY, CAPTURED, "day_impossible"),
        (CAPTURED + DAY, CAPTURED, "day_impossible"),
        (CAPTURED + 5 * DAY, CAPTURED + 9 * DAY, None),
    ],
)
def test_days_are_entered_within_reason(day: object, today: object, problem: str | None) -> None:
    sent = walk(dossier(), TO_NOTICE[:3])
    found = problems_of(sent, "send_notice", attempt(Actor.CLERK, day, today=today))  # type: ignore[arg-type]
    assert found == ((problem,) if problem else ())


def test_records_and_decisions_are_not_dated_back() -> None:
    identified = walk(dossier(), TO_RECORD[:-2])
    found = problems_of(identified, "make_record", attempt(Actor.CASE_OFFICER, LATER, today=LATER + DAY))
    assert found == ("not_today",)


def test_what_is_next_and_what_a_person_may_do() -> None:
    assert {step.action for step in next_steps(dossier(), Track.NOTICE)} == {"draw_notice"}
    offered = {
        step.action for step in possible(dossier(), attempt(Actor.DEVICE_USER, CAPTURED, reason=False))
    }
    assert offered == {"sign_result"}


def test_another_act_needs_two_people_and_comes_before_the_record() -> None:
    start = walk(dossier(), TO_NOTICE[:2])
    proposed = walk(start, [("propose_requalification", Actor.CASE_OFFICER)], LATER)
    proposed = replace(proposed, requalified_by=9)
    assert "requalification_open" in refused(proposed, "sign_notice", Actor.SIGNER, LATER)
    assert "same_person" in refused(proposed, "requalify", Actor.SIGNER, LATER, person=9)
    assert "same_person" in refused(proposed, "requalify", Actor.SIGNER, LATER, person=OPERATOR)
    assert "wrong_role" in refused(proposed, "requalify", Actor.CASE_OFFICER, LATER)
    settled = walk(proposed, [("requalify", Actor.SIGNER)], LATER)
    assert settled.at(Track.NOTICE) == "none"  # it named the act that no longer stands
    recorded = walk(dossier(), TO_RECORD)
    assert "record_made" in refused(recorded, "propose_requalification", Actor.CASE_OFFICER, LATER)


def test_an_open_proposal_keeps_the_record_waiting() -> None:
    start = walk(dossier(), TO_RECORD[:-2])
    proposed = walk(start, [("propose_requalification", Actor.CASE_OFFICER)], LATER)
    assert "requalification_open" in refused(proposed, "make_record", Actor.CASE_OFFICER, LATER)
    left = walk(proposed, [("refuse_requalification", Actor.SIGNER)], LATER)
    assert walk(left, [("make_record", Actor.CASE_OFFICER)], LATER).at(Track.RECORD) == "made"


def test_a_case_is_not_executed_before_the_plate_is_confiscated() -> None:
    end = walk(dossier(confiscates=True), TO_DELIVERY)
    assert end.at(Track.CONFISCATION) == "awaited"
    end = replace(end, money=Money(fine=19_000_000, paid=19_000_000))
    end = walk(end, [("deduct_points", Actor.SYSTEM), ("pay_in_full", Actor.TREASURY)], LATER)
    assert "confiscation_awaited" in refused(end, "execute", Actor.SYSTEM, LATER)
    end = walk(end, [("carry_out_confiscation", Actor.CASE_OFFICER), ("execute", Actor.SYSTEM)], LATER)
    assert end.at(Track.CASE) == "executed"


def test_the_confiscation_outlives_the_fine() -> None:
    end = walk(dossier(confiscates=True), TO_DELIVERY)
    end = walk(end, [("deduct_points", Actor.SYSTEM), ("end_execution", Actor.SIGNER)], LATER)
    end = walk(end, [("take_down", Actor.SYSTEM)], LATER)
    assert end.at(Track.CASE) == "unenforced"
    assert "confiscation_awaited" in refused(end, "close", Actor.CASE_OFFICER, LATER)
    end = walk(end, [("carry_out_confiscation", Actor.CASE_OFFICER), ("close", Actor.CASE_OFFICER)], LATER)
    assert end.at(Track.CASE) == "closed"


def test_enforcement_is_counted_anew_only_by_a_signer_of_what_is_overdue() -> None:
    due = walk(dossier(), TO_DELIVERY)
    assert "not_overdue" in refused(due, "restart_enforcement", Actor.SIGNER, LATER)
    overdue = replace(due, states={**due.states, Track.PAYMENT: "overdue"})
    assert "wrong_role" in refused(overdue, "restart_enforcement", Actor.CASE_OFFICER, LATER)
    assert "no_reason" in refused(overdue, "restart_enforcement", Actor.SIGNER, LATER, reason=False)
    over = replace(overdue, limits=replace(overdue.limits, enforcement=LATER - DAY))
    assert "enforcement_over" in refused(over, "restart_enforcement", Actor.SIGNER, LATER)
    anew = walk(overdue, [("restart_enforcement", Actor.SIGNER)], LATER)
    assert anew.days["enforcement_restarted"] == LATER
    assert running(shipped(), anew.days).keys() & {"enforcement", "enforcement_restarted"} == {
        "enforcement_restarted"
    }


def test_the_slip_comes_back_only_of_an_owner_who_was_silent() -> None:
    start = walk(dossier(), TO_NOTICE)
    assert "wrong_state" in refused(start, "note_slip", Actor.COMMUNE, LATER)
    silent = replace(start, states={**start.states, Track.ANSWER: "silent", Track.ALERT: "raised"})
    assert walk(silent, [("note_slip", Actor.COMMUNE)], LATER).at(Track.ANSWER) == "silent"
