"""The table of a case's life: what no sequence of steps, however odd, may reach."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from central.cases.allowed import (
    SYSTEM,
    Mover,
    Standing,
    StepError,
    StepProblem,
    allowed_actions,
    facts_of,
    next_state,
    step_for,
)
from central.cases.lifecycle import CHARGED, STEPS, TERMINAL, UNDO_TIME, Action, Actor, State, Step

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LIMITATION = NOW + timedelta(days=300)
BOTH = frozenset({Actor.OPERATOR, Actor.OFFICER})
EVERY = BOTH | {Actor.SHIFT_LEAD}
STEP_ACTIONS = sorted(step.action for step in STEPS)
GIVEN: dict[str, Any] = {
    "plate": "29A00001",
    "plate_kind": "standard",
    "plate_colour": "white",
    "vehicle_kind": "car",
    "rule": "red_light",
    "duplicate_of_id": None,
    "flags": [],
    "queue": "main",
    "reason": "no_violation",
    "charge": {},
    "decision_signed_at": NOW,
    "limitation_at": NOW,
}

movers = st.one_of(
    st.just(SYSTEM),
    st.builds(
        Mover,
        st.integers(1, 3),
        st.frozensets(st.sampled_from(sorted(EVERY)), min_size=1),
    ),
)
waits = st.sampled_from(
    [timedelta(), timedelta(seconds=1), UNDO_TIME, timedelta(days=1), timedelta(days=100)]
)


def standing(state: State = State.RECEIVED, **values: Any) -> Standing:
    """A case whose act was yesterday."""
    whole = {
        "node_decision": "violation",
        "acted_after": NOW - timedelta(days=1),
        "limitation_at": LIMITATION,
    }
    return Standing(state=state, **(whole | values))


def standing_from(facts: dict[str, Any], before: Standing) -> Standing:
    """How the case stands once a step has set its facts, as the database would have them."""
    return replace(
        before,
        state=facts["state"],
        operator=facts["operator_id"],
        operator_at=facts["operator_at"],
        officer=facts["officer_id"],
        officer_at=facts["officer_at"],
        officer_from=facts["officer_from"],
        decision_signed=facts["decision_signed_at"] is not None,
    )


FRESH: dict[str, Any] = dict.fromkeys(
    [
        "operator_id", "operator_at", "officer_id", "officer_at", "officer_from", "charge", "reason",
        "owner_match", "mismatch_resolved_by", "lease_owner_id", "lease_until", "decision_signed_at", "plate",
    ]
)  # fmt: skip


def take(facts: dict[str, Any], before: Standing, action: Action, mover: Mover, now: datetime) -> None:
    """What the service does with a step: the new state and every fact together."""
    step = step_for(action)
    state = next_state(before, action, mover, now, reason_given=True)
    given = {name: GIVEN[name] for name in step.needs}
    lease = now + timedelta(minutes=2) if step.holds else None
    facts.update(facts_of(step, before, mover, now, given, lease), state=state)


class CaseLife(RuleBasedStateMachine):
    """Three people with any roles try any step in any order, and time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.standing = standing()
        self.facts: dict[str, Any] = {**FRESH, "state": State.RECEIVED}
        self.path: list[tuple[Action, int | None, datetime]] = []

    @rule(wait=waits)
    def time_passes(self, wait: timedelta) -> None:
        self.now += wait

    @rule(data=st.data(), mover=movers)
    def take_a_step_that_is_offered(self, data: st.DataObject, mover: Mover) -> None:
        """Every offered step works, given its reason."""
        offered = sorted(allowed_actions(self.standing, mover, self.now))
        assume(offered)
        action = data.draw(st.sampled_from(offered))
        take(self.facts, self.standing, action, mover, self.now)
        self.standing = standing_from(self.facts, self.standing)
        self.path.append((action, mover.person, self.now))

    @rule(data=st.data(), mover=movers)
    def try_a_step_that_is_not(self, data: st.DataObject, mover: Mover) -> None:
        """No other step works, even with a reason."""
        refused = sorted(set(STEP_ACTIONS) - allowed_actions(self.standing, mover, self.now))
        action = data.draw(st.sampled_from(refused))
        with pytest.raises(StepError):
            next_state(self.standing, action, mover, self.now, reason_given=True)

    @invariant()
    def who_is_charged_was_charged_by_two_people_in_time(self) -> None:
        """What the database checks too, and more: the way there."""
        if self.facts["state"] not in CHARGED:
            return
        assert None not in (self.facts["operator_id"], self.facts["officer_id"], self.facts["plate"])
        assert self.facts["operator_id"] != self.facts["officer_id"]
        assert self.facts["owner_match"] or self.facts["mismatch_resolved_by"]
        last = {action: (person, at) for action, person, at in self.path}
        assert last[Action.CONFIRM][0] == self.facts["officer_id"]
        accepted = [who for action, who, _ in self.path if action in (Action.ACCEPT, Action.SETTLE_ACCEPT)]
        assert accepted[-1] == self.facts["operator_id"]
        assert last[Action.CONFIRM][1] < LIMITATION

    @invariant()
    def the_facts_go_with_the_state(self) -> None:
        """No state is left with what belongs to another."""
        facts, state = self.facts, self.facts["state"]
        assert (state == State.IN_REVIEW) <= (facts["lease_owner_id"] is not None)
        undecided = (State.RECEIVED, State.IN_REVIEW, State.DISPUTED)
        assert (state in undecided) <= (facts["operator_id"] is None)
        assert (state in (State.REJECTED, State.REFUSED)) <= (facts["reason"] is not None)
        assert (state == State.CONFIRMED) <= (facts["charge"] is not None)
        assert (state in (State.ACCEPTED, State.OWNER_FOUND)) <= (facts["officer_id"] is None)
        assert (facts["decision_signed_at"] is not None) <= (state == State.RECORDED)


TestCaseLife = CaseLife.TestCase

WAY = (Action.CLAIM, Action.ACCEPT, Action.OWNER_FOUND, Action.CONFIRM, Action.RECORD)


def walk(people: dict[Action, Mover], at: datetime = NOW, **values: Any) -> tuple[dict[str, Any], Standing]:
    """The straight way to an offence, taken by the given people."""
    facts, stands = {**FRESH, "state": State.RECEIVED}, standing(**values)
    for action in WAY:
        take(facts, stands, action, people.get(action, SYSTEM), at)
        stands = standing_from(facts, stands)
    return facts, stands


FIRST, SECOND = Mover(1, BOTH), Mover(2, BOTH)
TWO = {Action.CLAIM: FIRST, Action.ACCEPT: FIRST, Action.CONFIRM: SECOND}


def problem_of(call: Any) -> StepProblem:
    with pytest.raises(StepError) as refusal:
        call()
    return refusal.value.problem


def test_two_people_charge_one_vehicle() -> None:
    facts, _ = walk(TWO)
    assert (facts["state"], facts["operator_id"], facts["officer_id"]) == (State.RECORDED, 1, 2)


def test_one_person_with_both_roles_does_not() -> None:
    assert problem_of(lambda: walk(TWO | {Action.CONFIRM: FIRST})) is StepProblem.SAME_PERSON


def test_what_the_node_could_not_decide_nobody_accepts() -> None:
    assert problem_of(lambda: walk(TWO, node_decision="undecidable")) is StepProblem.UNDECIDABLE


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=1), timedelta(days=1), timedelta(days=20_000)])
def test_nobody_is_charged_with_what_has_not_happened(ahead: timedelta) -> None:
    assert problem_of(lambda: walk(TWO, acted_after=NOW + ahead)) is StepProblem.FROM_THE_FUTURE
    assert walk(TWO, acted_after=NOW)[0]["state"] is State.RECORDED


@pytest.mark.parametrize("action", [Action.CLAIM, Action.ACCEPT, Action.CONFIRM, Action.RECORD])
def test_nothing_leads_on_after_the_limitation(action: Action) -> None:
    state = min(step_for(action).sources)
    stands = standing(state, operator=1, operator_at=NOW, officer=2, officer_at=NOW)
    mover = SYSTEM if step_for(action).actor is Actor.SYSTEM else Mover(3, BOTH)
    problem = problem_of(lambda: next_state(stands, action, mover, LIMITATION, reason_given=True))
    assert problem is StepProblem.LIMITATION_OVER


@pytest.mark.parametrize("state", sorted(step_for(Action.EXPIRE).sources))
def test_the_limitation_ends_a_case_on_which_no_decision_is_signed(state: State) -> None:
    stands = standing(state)
    expire = Action.EXPIRE
    assert next_state(stands, expire, SYSTEM, LIMITATION, reason_given=False) is State.EXPIRED
    early = problem_of(lambda: next_state(stands, expire, SYSTEM, NOW, reason_given=False))
    assert early is StepProblem.NOT_YET_OVER
    decided = replace(stands, decision_signed=True)
    kept = problem_of(lambda: next_state(decided, expire, SYSTEM, LIMITATION, reason_given=False))
    assert kept is StepProblem.DECIDED


def test_confirmed_and_recorded_cases_end_by_the_limitation_too() -> None:
    assert {State.CONFIRMED, State.RECORDED} <= step_for(Action.EXPIRE).sources


def test_an_annulled_decision_lets_the_limitation_count_again() -> None:
    facts, stands = walk(TWO)
    for action, signed in ((Action.SIGN_DECISION, True), (Action.ANNUL_DECISION, False)):
        take(facts, stands, action, SYSTEM, NOW)
        stands = standing_from(facts, stands)
        assert stands.decision_signed is signed
    take(facts, stands, Action.EXPIRE, SYSTEM, LIMITATION)
    assert facts["state"] is State.EXPIRED


@pytest.mark.parametrize("decision", [Action.CONFIRM, Action.REFUSE, Action.RETURN])
@pytest.mark.parametrize("came_from", [State.OWNER_FOUND, State.OWNER_MISMATCH, State.OWNER_NOT_FOUND])
def test_the_police_take_a_decision_back_to_where_it_was_taken(decision: Action, came_from: State) -> None:
    facts = {**FRESH, "state": came_from, "operator_id": 1, "operator_at": NOW, "owner_match": True}
    stands = standing(came_from, operator=1, operator_at=NOW)
    if came_from not in step_for(decision).sources:
        pytest.skip("not decided from here")
    before = dict(facts)
    take(facts, stands, decision, SECOND, NOW)
    stands = standing_from(facts, stands)
    late = problem_of(
        lambda: next_state(stands, Action.TAKE_BACK, SECOND, NOW + UNDO_TIME, reason_given=False)
    )
    other = problem_of(lambda: next_state(stands, Action.TAKE_BACK, FIRST, NOW, reason_given=False))
    assert (late, other) == (StepProblem.TOO_LATE_TO_UNDO, StepProblem.NOT_YOURS)
    take(facts, stands, Action.TAKE_BACK, SECOND, NOW + UNDO_TIME - timedelta(milliseconds=1))
    lease = {"lease_owner_id": 2, "lease_until": facts["lease_until"]}
    assert facts == before | lease


def test_what_can_not_be_recorded_goes_back_to_the_police() -> None:
    facts, stands = (
        {**FRESH, "state": State.OWNER_FOUND, "operator_id": 1},
        standing(State.OWNER_FOUND, operator=1),
    )
    take(facts, stands, Action.CONFIRM, SECOND, NOW)
    take(facts, standing_from(facts, stands), Action.NOT_RECORDED, SYSTEM, NOW)
    assert (facts["state"], facts["officer_id"], facts["charge"]) == (State.OWNER_FOUND, None, None)


def test_an_operators_claim_forgets_what_was_decided_before() -> None:
    facts = {**FRESH, "state": State.OWNER_MISMATCH, "operator_id": 1, "owner_match": False}
    stands = standing(State.OWNER_MISMATCH, operator=1)
    take(facts, stands, Action.RETURN, SECOND, NOW)
    take(facts, standing_from(facts, stands), Action.CLAIM, FIRST, NOW)
    kept = {name for name, value in facts.items() if value is not None}
    assert kept == {"state", "lease_owner_id", "lease_until"}


@given(state=st.sampled_from(sorted(TERMINAL)), mover=movers, at=st.sampled_from([NOW, LIMITATION]))
def test_nothing_leaves_a_terminal_state(state: State, mover: Mover, at: datetime) -> None:
    assert allowed_actions(standing(state, operator=1), mover, at) == frozenset()


@given(state=st.sampled_from(sorted(State)), node=st.sampled_from(["violation", "borderline", "undecidable"]))
def test_the_programme_alone_never_accepts_or_confirms(state: State, node: str) -> None:
    offered = allowed_actions(standing(state, node_decision=node), SYSTEM, NOW)
    by_people = {Action.ACCEPT, Action.SETTLE_ACCEPT, Action.CONFIRM, Action.RESOLVE_MISMATCH}
    assert offered.isdisjoint(by_people)


def test_a_decision_that_is_looked_at_again_leaves_no_trace_of_the_first() -> None:
    for first in (Action.ACCEPT, Action.REJECT):
        facts, stands = {**FRESH, "state": State.RECEIVED}, standing()
        for action, mover in ((Action.CLAIM, FIRST), (first, FIRST), (Action.SECOND_REVIEW, SYSTEM)):
            take(facts, stands, action, mover, NOW)
            stands = standing_from(facts, stands)
        unlike = {name for name, value in facts.items() if value != FRESH.get(name)}
        assert unlike == {"state", *step_for(Action.SECOND_REVIEW).needs} - {"duplicate_of_id"}
        assert facts["state"] is State.RECEIVED


@pytest.mark.parametrize("action", [Action.SETTLE_ACCEPT, Action.SETTLE_REJECT])
def test_only_a_shift_lead_settles_a_dispute(action: Action) -> None:
    stands = standing(State.DISPUTED)
    wrong = problem_of(lambda: next_state(stands, action, FIRST, NOW, reason_given=True))
    assert wrong is StepProblem.WRONG_ROLE
    lead = Mover(3, frozenset({Actor.SHIFT_LEAD}))
    settled = next_state(stands, action, lead, NOW, reason_given=True)
    assert settled is (State.ACCEPTED if action is Action.SETTLE_ACCEPT else State.REJECTED)


def test_a_disputed_case_ends_by_the_limitation() -> None:
    assert {State.DISPUTED} <= step_for(Action.EXPIRE).sources & step_for(Action.WITHDRAW).sources


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.action)
def test_every_state_that_can_be_entered_can_be_left_or_is_an_end(step: Step) -> None:
    leaves = [other for other in STEPS if step.target in other.sources]
    assert step.target is None or bool(leaves) != (step.target in TERMINAL)


def test_a_mismatch_has_no_way_to_confirmation_but_through_its_resolution() -> None:
    assert State.OWNER_MISMATCH not in step_for(Action.CONFIRM).sources
    into_found = {step.action for step in STEPS if step.target is State.OWNER_FOUND}
    assert into_found == {Action.OWNER_FOUND, Action.RESOLVE_MISMATCH}


@pytest.mark.parametrize("action", [step.action for step in STEPS if step.reason])
def test_a_step_with_consequences_needs_its_reason(action: Action) -> None:
    state = min(step_for(action).sources)
    mover = SYSTEM if step_for(action).actor is Actor.SYSTEM else Mover(2, EVERY)
    stands = standing(state, operator=1)
    problem = problem_of(lambda: next_state(stands, action, mover, NOW, reason_given=False))
    assert problem is StepProblem.NO_REASON


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.action)
def test_a_step_takes_its_own_facts_and_no_others(step: Step) -> None:
    stands, lease = standing(min(step.sources)), NOW if step.holds else None
    needed = {name: GIVEN[name] for name in step.needs}
    facts_of(step, stands, FIRST, NOW, needed, lease)
    with pytest.raises(ValueError, match=step.action):
        facts_of(step, stands, FIRST, NOW, needed | {"state": State.RECORDED}, lease)
    with pytest.raises(ValueError, match=step.action):
        facts_of(step, stands, FIRST, NOW, needed, None if step.holds else NOW)
    for missing in step.needs:
        fewer = {name: value for name, value in needed.items() if name != missing}
        with pytest.raises(ValueError, match=missing):
            facts_of(step, stands, FIRST, NOW, fewer, lease)
