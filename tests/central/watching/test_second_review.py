"""Blind second review: who is given what, what they see, what follows when two agree or differ."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.audit import service as audit
from central.cases.comments import comment
from central.cases.errors import ReasonRequiredError
from central.cases.lifecycle import UNDO_TIME, Action, State
from central.cases.models import Case
from central.cases.service import expire_due
from central.errors import ConflictError, DomainError, ForbiddenError
from central.jobs.models import Job
from central.registry.service import LOOK_UP
from central.review import confirmation, decisions, queue
from central.review.decisions import Correction
from central.watching import agreement, rules, second_review, settlement
from central.watching.blind import history_for
from central.watching.models import SecondReview
from central.watching.rules import Rules
from central.watching.second_review import MARGIN, PATIENCE, by_lot, go_on, lapse
from tests.central.people import add_case, add_user, sight

ALL = Rules(second_accepted=100, second_rejected=100)


@dataclass
class Shift:
    """Two operators and who leads their shift, with every decision looked at twice."""

    session: Session
    now: datetime
    lan: User
    mai: User
    lead: User

    def claim(self, user: User) -> Case | None:
        return queue.claim_next(self.session, user, "main", self.now)

    def decide(self, user: User, decision: str) -> Case:
        """The next case, decided and past the time for undoing; `decision` is a plate or a reason."""
        case = self.claim(user)
        assert case is not None
        if decision[:1].isdigit():
            decisions.accept(self.session, user, sight(case), self.now, Correction(decision))
        else:
            decisions.reject(self.session, user, sight(case), self.now, decision)
        self.after_undo(case)
        return case

    def after_undo(self, case: Case) -> None:
        self.now += UNDO_TIME
        due = select(Job).where(Job.kind == second_review.DECIDED, Job.run_at <= self.now)
        for job in self.session.exec(due).all():
            self.session.delete(job)
            go_on(self.session, int(job.payload["case"]), self.now)
        self.session.flush()

    def review_of(self, case: Case) -> SecondReview:
        found = second_review.of_case(self.session, case.id or 0)
        assert found is not None
        return found

    def look_ups(self) -> int:
        return len(self.session.exec(select(Job).where(Job.kind == LOOK_UP)).all())


@pytest.fixture
def shift(session: Session, now: datetime) -> Shift:
    lan, mai = (add_user(session, name, Role.OPERATOR, now) for name in ("lan", "mai"))
    lead = add_user(session, "dung", Role.SHIFT_LEAD, now)
    rules.set_rules(session, lead, ALL, now)
    session.flush()
    return Shift(session, now, lan, mai, lead)


READ, OTHER = "29A-000.01", "29A-000.07"


def test_without_rules_nothing_is_looked_at_twice(session: Session, now: datetime) -> None:
    lan, _ = (add_user(session, name, Role.OPERATOR, now) for name in ("lan", "mai"))
    add_case(session, now)
    case = queue.claim_next(session, lan, "main", now)
    assert case is not None
    decisions.accept(session, lan, sight(case), now)
    assert [job.kind for job in session.exec(select(Job))] == [LOOK_UP]


@pytest.mark.parametrize("first", [OTHER, "no_violation"])
def test_the_second_operator_can_not_tell_it_from_a_new_case(shift: Shift, first: str) -> None:
    fresh = add_case(shift.session, shift.now)
    before = fresh.model_dump(exclude={"version"})
    seen = [event.action for event in history_for(shift.session, shift.mai, fresh.id or 0)]
    comment(shift.session, shift.lan, fresh.id or 0, shift.now, "rõ ràng vượt đèn đỏ")
    case = shift.decide(shift.lan, first)
    assert case.model_dump(exclude={"version"}) == before
    assert [e.action for e in history_for(shift.session, shift.mai, case.id or 0)] == seen
    assert Action.SECOND_REVIEW in {e.action for e in history_for(shift.session, shift.lead, case.id or 0)}
    assert shift.claim(shift.lan) is None  # not to whoever decided it the first time
    assert shift.claim(shift.mai) is case
    assert [e.action for e in history_for(shift.session, shift.mai, case.id or 0)] == [*seen, "claim"]
    assert shift.look_ups() == 0


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (READ, READ, State.ACCEPTED),
        ("no_violation", "image_broken", State.REJECTED),
        (READ, OTHER, State.DISPUTED),
        (READ, "no_violation", State.DISPUTED),
        ("no_violation", READ, State.DISPUTED),
    ],
)
def test_two_who_agree_let_it_go_on_two_who_differ_do_not(
    shift: Shift, first: str, second: str, state: State
) -> None:
    add_case(shift.session, shift.now)
    shift.decide(shift.lan, first)
    case = shift.decide(shift.mai, second)
    assert case.state == state
    assert shift.look_ups() == (state == State.ACCEPTED)
    review = shift.review_of(case)
    assert (review.first_id, review.second_id) == (shift.lan.id, shift.mai.id)
    assert review.state == ("disputed" if state == State.DISPUTED else "agreed")
    # It is not looked at a third time, and what happened is no secret any more.
    assert shift.claim(shift.mai) is shift.claim(shift.lan) is None
    actions = [event.action for event in history_for(shift.session, shift.lan, case.id or 0)]
    assert Action.SECOND_REVIEW in actions


def test_a_rule_that_one_corrects_is_a_difference_and_is_hidden_from_the_other(shift: Shift) -> None:
    add_case(shift.session, shift.now)
    case = shift.claim(shift.lan)
    assert case is not None
    decisions.accept(shift.session, shift.lan, sight(case), shift.now, Correction(rule="wrong_lane"))
    shift.after_undo(case)
    assert case.rule == "red_light"
    assert shift.decide(shift.mai, READ).state == State.DISPUTED
    settlement.settle(shift.session, shift.lead, case.id or 0, case.version, "first", "đi sai làn", shift.now)
    assert case.rule == "wrong_lane"


@pytest.mark.parametrize(
    ("whose", "state", "plate"), [("first", State.ACCEPTED, "29A00007"), ("second", State.REJECTED, None)]
)
def test_the_lead_settles(shift: Shift, whose: settlement.Whose, state: State, plate: str | None) -> None:
    add_case(shift.session, shift.now)
    shift.decide(shift.lan, OTHER)
    case = shift.decide(shift.mai, "no_violation")
    assert [review.case_id for review in settlement.disputed(shift.session)] == [case.id]
    with pytest.raises(ReasonRequiredError):
        settlement.settle(shift.session, shift.lead, case.id or 0, case.version, whose, " ", shift.now)
    settlement.settle(shift.session, shift.lead, case.id or 0, case.version, whose, "xe đi tiếp", shift.now)
    assert (case.state, case.operator_id) == (state, shift.lead.id)
    assert plate is None or case.plate == plate
    assert shift.look_ups() == (state == State.ACCEPTED)
    review = shift.review_of(case)
    assert (review.state, review.outcome, review.settled_by) == ("settled", whose, shift.lead.id)
    with pytest.raises(ConflictError):
        settlement.settle(shift.session, shift.lead, case.id or 0, case.version, whose, "lại", shift.now)


def test_neither_of_the_two_settles_nor_does_an_operator(shift: Shift) -> None:
    add_case(shift.session, shift.now)
    shift.decide(shift.lan, READ)
    case = shift.decide(shift.mai, "no_violation")
    shift.lan.role = Role.SHIFT_LEAD  # promoted meanwhile
    with pytest.raises(ForbiddenError, match="own_review"):
        settlement.settle(shift.session, shift.lan, case.id or 0, case.version, "first", "đúng", shift.now)
    third = add_user(shift.session, "hoa", Role.OPERATOR, shift.now)
    with pytest.raises(ForbiddenError):
        settlement.settle(shift.session, third, case.id or 0, case.version, "first", "đúng", shift.now)


def test_a_decision_taken_back_has_no_second_review(shift: Shift) -> None:
    add_case(shift.session, shift.now)
    case = shift.claim(shift.lan)
    assert case is not None
    decisions.accept(shift.session, shift.lan, sight(case), shift.now)
    decisions.undo(shift.session, shift.lan, case.id or 0, shift.now)
    shift.after_undo(case)
    assert (case.state, second_review.of_case(shift.session, case.id or 0)) == (State.IN_REVIEW, None)


def test_the_second_decision_is_compared_only_when_it_stands(shift: Shift) -> None:
    add_case(shift.session, shift.now)
    shift.decide(shift.lan, READ)
    case = shift.claim(shift.mai)
    assert case is not None
    decisions.reject(shift.session, shift.mai, sight(case), shift.now, "no_violation")
    go_on(shift.session, case.id or 0, shift.now)  # a worker that comes too early
    assert shift.review_of(case).state == "open"
    decisions.undo(shift.session, shift.mai, case.id or 0, shift.now)
    decisions.accept(shift.session, shift.mai, sight(case), shift.now)
    shift.after_undo(case)
    assert shift.review_of(case).state == "agreed"


def test_alone_on_the_shift_nobody_waits_for_a_second(shift: Shift) -> None:
    shift.mai.disabled_at = shift.now
    shift.session.flush()
    add_case(shift.session, shift.now)
    case = shift.decide(shift.lan, READ)
    assert (case.state, shift.look_ups()) == (State.ACCEPTED, 1)


def test_what_is_due_soon_is_not_looked_at_twice(shift: Shift) -> None:
    case = add_case(shift.session, shift.now)
    shift.now = case.notice_due_at - MARGIN + timedelta(seconds=1)
    assert shift.decide(shift.lan, READ).state == State.ACCEPTED
    assert shift.look_ups() == 1


def test_nor_is_what_the_police_sent_back(shift: Shift) -> None:
    officer = add_user(shift.session, "hung", Role.OFFICER, shift.now)
    rules.set_rules(shift.session, shift.lead, Rules(), shift.now)
    add_case(shift.session, shift.now)
    case = shift.decide(shift.lan, READ)
    case.state = State.OWNER_NOT_FOUND
    confirmation.send_back(shift.session, officer, sight(case), shift.now, "xem lại biển")
    rules.set_rules(shift.session, shift.lead, ALL, shift.now)
    assert shift.decide(shift.lan, READ).state == State.ACCEPTED


def test_what_nobody_looks_at_in_time_is_a_case_like_any_other(shift: Shift) -> None:
    case = add_case(shift.session, shift.now)
    shift.decide(shift.lan, READ)
    assert lapse(shift.session, shift.now) == 0
    shift.now += PATIENCE + timedelta(seconds=1)
    assert lapse(shift.session, shift.now) == 1
    assert shift.review_of(case).state == "lapsed"
    assert shift.decide(shift.lan, READ).state == State.ACCEPTED
    assert shift.look_ups() == 1
    assert lapse(shift.session, shift.now) == 0


@pytest.mark.parametrize("second", [None, "no_violation"])
def test_the_limitation_goes_on_and_ends_it(shift: Shift, second: str | None) -> None:
    case = add_case(shift.session, shift.now)
    shift.decide(shift.lan, READ)
    if second:
        shift.decide(shift.mai, second)
    assert expire_due(shift.session, case.limitation_at) == 1
    assert (case.state, lapse(shift.session, case.limitation_at)) == (State.EXPIRED, 1)
    with pytest.raises(DomainError):
        settlement.settle(shift.session, shift.lead, case.id or 0, case.version, "first", "x", shift.now)


def test_figures_of_agreement(shift: Shift) -> None:
    for sequence, (first, second) in enumerate([(READ, READ), (READ, "no_violation"), ("no_violation",) * 2]):
        add_case(shift.session, shift.now, sequence + 1)
        shift.decide(shift.lan, first)
        case = shift.decide(shift.mai, second)
        if case.state == State.DISPUTED:
            settlement.settle(shift.session, shift.lead, case.id or 0, case.version, "second", "x", shift.now)
    (person,) = agreement.by_person(shift.session, shift.now - timedelta(days=1))
    assert (person.of, person.compared, person.overturned, person.waiting) == (shift.lan.id, 3, 1, 0)
    assert person.share == pytest.approx(2 / 3)
    (rule,) = agreement.by_rule(shift.session, shift.now - timedelta(days=1))
    assert (rule.of, rule.accepted, rule.accepted_agreed, rule.rejected_agreed) == ("red_light", 2, 1, 1)
    assert agreement.by_rule(shift.session, shift.now + timedelta(days=1)) == []


def test_who_set_the_rules_is_kept(shift: Shift) -> None:
    rules.set_rules(shift.session, shift.lead, Rules(second_accepted=5), shift.now)
    shift.session.commit()
    assert rules.present(shift.session) == Rules(second_accepted=5)
    assert [row.set_by for row in rules.history(shift.session)] == [shift.lead.id] * 2
    entry = next(e for e in audit.list_entries(shift.session) if e.action == "watching.rules")
    assert entry.detail == {"second_accepted": [100.0, 5.0], "second_rejected": [100.0, 0.0]}


def test_what_names_the_vehicle_can_be_forgotten(shift: Shift) -> None:
    case = add_case(shift.session, shift.now)
    shift.decide(shift.lan, READ)
    second_review.forget(shift.session, case.id or 0)
    assert shift.review_of(case).first == {}


@pytest.mark.parametrize(("percent", "drawn"), [(0.0, False), (100.0, True)])
def test_the_lot(percent: float, drawn: bool) -> None:
    assert all(by_lot(percent) is drawn for _ in range(50))
