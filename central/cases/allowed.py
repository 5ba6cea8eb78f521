"""Whether a person may take a step now, where it leads and which facts it sets: the table of
`central.cases.lifecycle` applied to a case. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from central.cases.lifecycle import STEPS, UNDO_TIME, Action, Actor, Facts, State, Step
from contract.types import DecisionName

_BY_ACTION = {step.action: step for step in STEPS}
_ACCEPTING = frozenset({Action.ACCEPT, Action.SETTLE_ACCEPT})


class StepProblem(StrEnum):
    """Why a step is not allowed."""

    WRONG_STATE = "wrong_state"
    WRONG_ROLE = "wrong_role"
    SAME_PERSON = "same_person"
    NOT_YOURS = "not_yours"
    TOO_LATE_TO_UNDO = "too_late_to_undo"
    NO_REASON = "no_reason"
    UNDECIDABLE = "undecidable"
    FROM_THE_FUTURE = "from_the_future"
    LIMITATION_OVER = "limitation_over"
    NOT_YET_OVER = "not_yet_over"
    DECIDED = "decided"


class StepError(Exception):
    """A step the table does not allow; `problem` says why."""

    def __init__(self, problem: StepProblem, action: Action, state: State) -> None:
        super().__init__(f"{action} from {state}: {problem}")
        self.problem = problem
        self.action = action
        self.state = state


@dataclass(frozen=True)
class Standing:
    """The facts of a case that the table needs.

    Attributes:
        operator, operator_at, officer, officer_at: who took which decision, and when.
        officer_from: the state the officer decided from.
        acted_after: the earliest moment the act can have occurred, by the node's clock and its uncertainty.
        limitation_at: when the limitation is over.
        decision_signed: a decision to sanction is signed, so the limitation no longer ends the case.
    """

    state: State
    node_decision: DecisionName
    acted_after: datetime
    limitation_at: datetime
    operator: int | None = None
    operator_at: datetime | None = None
    officer: int | None = None
    officer_at: datetime | None = None
    officer_from: State | None = None
    decision_signed: bool = False


@dataclass(frozen=True)
class Mover:
    """Who wants to take the step. The software itself has no person id and only the role `system`."""

    person: int | None
    roles: frozenset[Actor]


SYSTEM = Mover(None, frozenset({Actor.SYSTEM}))
"""The software itself."""


def step_for(action: Action) -> Step:
    """The table's row. Raises KeyError for `receive`, which opens a case and is not a step."""
    return _BY_ACTION[action]


def next_state(
    standing: Standing, action: Action, mover: Mover, now: datetime, *, reason_given: bool
) -> State:
    """The state a step leads to.

    An undecidable case (the node could not prove it: for instance red for less than the clock's uncertainty)
    can be viewed, rejected and counted, but never accepted: a person can't see what was not measured.

    Raises:
        StepError: the step does not start here, or not by this person, or not now, or lacks its reason.
    """
    step = step_for(action)
    problem = _problem(step, standing, mover, now, reason_given)
    if problem is not None:
        raise StepError(problem, action, standing.state)
    target = step.target or standing.officer_from
    assert target is not None, "a decision of the police keeps where it was taken from"
    return target


def facts_of(
    step: Step, standing: Standing, mover: Mover, now: datetime, given: Facts, lease_until: datetime | None
) -> dict[str, Any]:
    """Every fact the step sets, its own and those given with it.

    Raises:
        ValueError: a fact is missing, or does not belong to this step.
    """
    missing, strange = step.needs - given.keys(), given.keys() - step.needs - step.may
    if missing or strange or step.holds != (lease_until is not None):
        wrong = ", ".join(sorted(missing | strange)) or "lease"
        raise ValueError(f"{step.action} does not go with these facts: {wrong}")
    signed: dict[str, Any] = {}
    if step.signs == "operator":
        signed = {"operator_id": mover.person, "operator_at": now}
    elif step.signs == "officer":
        signed = {"officer_id": mover.person, "officer_at": now, "officer_from": standing.state}
    elif step.signs == "resolver":
        signed = {"mismatch_resolved_by": mover.person}
    lease = {"lease_owner_id": mover.person if step.holds else None, "lease_until": lease_until}
    return {**step.sets, **given, **signed, **lease}


def allowed_actions(standing: Standing, mover: Mover, now: datetime) -> frozenset[Action]:
    """Actions this person could take now, given a reason; determines which buttons are shown."""
    return frozenset(
        step.action for step in STEPS if _problem(step, standing, mover, now, reason_given=True) is None
    )


def _problem(
    step: Step, standing: Standing, mover: Mover, now: datetime, reason_given: bool
) -> StepProblem | None:
    if standing.state not in step.sources:
        return StepProblem.WRONG_STATE
    if step.actor not in mover.roles:
        return StepProblem.WRONG_ROLE
    if step.second_person and (mover.person is None or mover.person == standing.operator):
        return StepProblem.SAME_PERSON
    if step.action in _ACCEPTING and standing.node_decision == "undecidable":
        return StepProblem.UNDECIDABLE
    late = _wrong_moment(step, standing, mover, now)
    if late is not None:
        return late
    return StepProblem.NO_REASON if step.reason and not reason_given else None


def _wrong_moment(step: Step, standing: Standing, mover: Mover, now: datetime) -> StepProblem | None:
    if step.by_same is not None:
        person, at = standing.operator, standing.operator_at
        if step.by_same == "officer":
            person, at = standing.officer, standing.officer_at
        if mover.person is None or mover.person != person:
            return StepProblem.NOT_YOURS
        if at is None or now >= at + UNDO_TIME:
            return StepProblem.TOO_LATE_TO_UNDO
    if step.after_act and now < standing.acted_after:
        return StepProblem.FROM_THE_FUTURE
    if step.in_time and now >= standing.limitation_at:
        return StepProblem.LIMITATION_OVER
    if step.after_limitation and now < standing.limitation_at:
        return StepProblem.NOT_YET_OVER
    return StepProblem.DECIDED if step.after_limitation and standing.decision_signed else None
