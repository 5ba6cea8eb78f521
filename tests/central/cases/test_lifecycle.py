"""The table of a case's life: what no sequence of steps, however odd, may reach."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from central.cases.lifecycle import (
    CHARGED,
    STEPS,
    SYSTEM,
    TERMINAL,
    Action,
    Actor,
    Mover,
    Standing,
    State,
    StepError,
    StepProblem,
    allowed_actions,
    next_state,
    step_for,
)

STEP_ACTIONS = sorted(step.action for step in STEPS)
DECIDES = {Action.ACCEPT, Action.REJECT}

movers = st.one_of(
    st.just(SYSTEM),
    st.builds(
        Mover,
        st.integers(1, 3),
        st.frozensets(st.sampled_from([Actor.OPERATOR, Actor.OFFICER]), min_size=1),
    ),
)


class CaseLife(RuleBasedStateMachine):
    """Three people with any roles try any step in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.standing = Standing(State.RECEIVED, None, "violation")
        self.path: list[tuple[Action, int | None]] = []

    @rule(data=st.data(), mover=movers)
    def take_a_step_that_is_offered(self, data: st.DataObject, mover: Mover) -> None:
        """Every offered step works, given its reason."""
        offered = sorted(allowed_actions(self.standing, mover))
        assume(offered)
        action = data.draw(st.sampled_from(offered))
        state = next_state(self.standing, action, mover, reason_given=True)
        decided_by = {True: mover.person}.get(action in DECIDES, self.standing.decided_by)
        self.standing = Standing(state, decided_by, "violation")
        self.path.append((action, mover.person))

    @rule(data=st.data(), mover=movers)
    def try_a_step_that_is_not(self, data: st.DataObject, mover: Mover) -> None:
        """No other step works, even with a reason."""
        refused = sorted(set(STEP_ACTIONS) - allowed_actions(self.standing, mover))
        action = data.draw(st.sampled_from(refused))
        with pytest.raises(StepError):
            next_state(self.standing, action, mover, reason_given=True)

    @invariant()
    def an_offence_has_every_step_and_two_people(self) -> None:
        """Whoever is charged was claimed, accepted, found, and confirmed by somebody else."""
        actions = [action for action, _ in self.path]
        charged = self.standing.state in CHARGED
        assert not charged or {Action.CLAIM, Action.ACCEPT, Action.CONFIRM} <= set(actions)
        assert not charged or {Action.OWNER_FOUND, Action.RESOLVE_MISMATCH} & set(actions)
        last = dict(self.path)
        assert not charged or last[Action.CONFIRM] not in (None, last[Action.ACCEPT])


TestCaseLife = CaseLife.TestCase


def _charge(people: dict[Action, Mover], node_decision: str = "violation") -> State:
    """The straight way to an offence, taken by the given people."""
    standing = Standing(State.RECEIVED, None, node_decision)  # type: ignore[arg-type]
    for action in (Action.CLAIM, Action.ACCEPT, Action.OWNER_FOUND, Action.CONFIRM, Action.RECORD):
        mover = people.get(action, SYSTEM)
        state = next_state(standing, action, mover, reason_given=False)
        decided_by = {Action.ACCEPT: mover.person}.get(action, standing.decided_by)
        standing = Standing(state, decided_by, standing.node_decision)
    return standing.state


BOTH = frozenset({Actor.OPERATOR, Actor.OFFICER})


def test_two_people_charge_one_vehicle() -> None:
    first, second = Mover(1, BOTH), Mover(2, BOTH)
    people = {Action.CLAIM: first, Action.ACCEPT: first, Action.CONFIRM: second}
    assert _charge(people) is State.RECORDED


def test_one_person_with_both_roles_does_not() -> None:
    alone = Mover(1, BOTH)
    with pytest.raises(StepError) as refusal:
        _charge({Action.CLAIM: alone, Action.ACCEPT: alone, Action.CONFIRM: alone})
    assert refusal.value.problem is StepProblem.SAME_PERSON


def test_what_the_node_could_not_decide_nobody_accepts() -> None:
    first, second = Mover(1, BOTH), Mover(2, BOTH)
    with pytest.raises(StepError) as refusal:
        _charge({Action.CLAIM: first, Action.ACCEPT: first, Action.CONFIRM: second}, "undecidable")
    assert refusal.value.problem is StepProblem.UNDECIDABLE


@given(state=st.sampled_from(sorted(TERMINAL)), mover=movers)
def test_nothing_leaves_a_terminal_state(state: State, mover: Mover) -> None:
    assert allowed_actions(Standing(state, 1, "violation"), mover) == frozenset()


@given(state=st.sampled_from(sorted(State)), node=st.sampled_from(["violation", "borderline", "undecidable"]))
def test_the_programme_alone_never_accepts_or_confirms(state: State, node: str) -> None:
    offered = allowed_actions(Standing(state, None, node), SYSTEM)  # type: ignore[arg-type]
    assert offered.isdisjoint({Action.ACCEPT, Action.CONFIRM, Action.RESOLVE_MISMATCH})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.action)
def test_every_state_that_can_be_entered_can_be_left_or_is_an_end(step: object) -> None:
    target = step.target  # type: ignore[attr-defined]
    leaves = [other for other in STEPS if target in other.sources]
    assert bool(leaves) != (target in TERMINAL)


def test_a_mismatch_has_no_way_to_confirmation_but_through_its_resolution() -> None:
    assert State.OWNER_MISMATCH not in step_for(Action.CONFIRM).sources
    into_found = {step.action for step in STEPS if step.target is State.OWNER_FOUND}
    assert into_found == {Action.OWNER_FOUND, Action.RESOLVE_MISMATCH}


@pytest.mark.parametrize("action", [step.action for step in STEPS if step.reason])
def test_a_step_with_consequences_needs_its_reason(action: Action) -> None:
    state = min(step_for(action).sources)
    mover = Mover(2, BOTH)
    with pytest.raises(StepError) as refusal:
        next_state(Standing(state, 1, "violation"), action, mover, reason_given=False)
    assert refusal.value.problem is StepProblem.NO_REASON
