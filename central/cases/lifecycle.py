"""The life of a case (vòng đời hồ sơ) in one table: which step leads where, who may take it, what it needs.

Pure: no clock, no database. `central.cases.service` is the only caller that changes a stored state, and the
database repeats the essentials as CHECK constraints (`central.cases.models`), so that a slip in a service
can't let one person alone turn a picture into an offence.

    received ─claim→ in_review ─accept→ accepted ─(registry)→ owner_found | owner_not_found | owner_mismatch
    owner_found ─confirm (another person, an officer)→ confirmed ─record→ recorded

Sources: NĐ 61/2026 Art. 13-15 (trained user, written result, identification before the record), TT 73/2024
Art. 23-26 (notice); two people because an IOC operator proposes and a traffic police officer decides.
"""

from dataclasses import dataclass
from enum import StrEnum

from contract.messages import DecisionName


class State(StrEnum):
    """Where a case is. A case never leaves a terminal state."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    OWNER_FOUND = "owner_found"
    OWNER_NOT_FOUND = "owner_not_found"
    OWNER_MISMATCH = "owner_mismatch"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    RECORDED = "recorded"
    MILITARY = "military"
    EXPIRED = "expired"


class Action(StrEnum):
    """A step in the life of a case; also the name of its entry in the case's history."""

    RECEIVE = "receive"
    CLAIM = "claim"
    RELEASE = "release"
    SKIP = "skip"
    ACCEPT = "accept"
    REJECT = "reject"
    UNDO = "undo"
    SET_ASIDE_MILITARY = "set_aside_military"
    NOT_MILITARY = "not_military"
    OWNER_FOUND = "owner_found"
    OWNER_NOT_FOUND = "owner_not_found"
    OWNER_MISMATCH = "owner_mismatch"
    LOOK_UP_AGAIN = "look_up_again"
    RESOLVE_MISMATCH = "resolve_mismatch"
    RETURN = "return"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    RECORD = "record"
    EXPIRE = "expire"


class Actor(StrEnum):
    """Who takes a step: the programme, an IOC operator (nhân viên IOC) or a traffic police officer (CSGT)."""

    SYSTEM = "system"
    OPERATOR = "operator"
    OFFICER = "officer"


WAITING = frozenset({State.RECEIVED, State.RETURNED})
"""States from which an operator can be given a case."""

WITH_OFFICER = frozenset({State.OWNER_FOUND, State.OWNER_NOT_FOUND, State.OWNER_MISMATCH})
"""States in which the police decide."""

TERMINAL = frozenset({State.REFUSED, State.RECORDED, State.EXPIRED})
"""States without a way out. A rejection becomes final only when its time for undoing is over."""

OPEN = frozenset(State) - TERMINAL - {State.REJECTED, State.MILITARY}
"""States that still lead to an offence: what a backlog is made of."""

CHARGED = frozenset({State.CONFIRMED, State.RECORDED})
"""States that say somebody did it: only two different people together get a case here."""


@dataclass(frozen=True)
class Step:
    """One row of the table.

    `second_person`: whoever accepted the case may not take this step. `same_person`: only whoever took the
    last decision may. `reason`: a reason (code or words) must come with it.
    """

    action: Action
    sources: frozenset[State]
    target: State
    actor: Actor
    second_person: bool = False
    same_person: bool = False
    reason: bool = False


def _step(
    action: Action,
    sources: State | frozenset[State],
    target: State,
    actor: Actor,
    *,
    second_person: bool = False,
    same_person: bool = False,
    reason: bool = False,
) -> Step:
    found = frozenset({sources}) if isinstance(sources, State) else sources
    return Step(action, found, target, actor, second_person, same_person, reason)


STEPS: tuple[Step, ...] = (
    _step(Action.CLAIM, WAITING, State.IN_REVIEW, Actor.OPERATOR),
    _step(Action.RELEASE, State.IN_REVIEW, State.RECEIVED, Actor.SYSTEM),
    _step(Action.SKIP, State.IN_REVIEW, State.RECEIVED, Actor.OPERATOR, reason=True),
    _step(Action.ACCEPT, State.IN_REVIEW, State.ACCEPTED, Actor.OPERATOR),
    _step(Action.REJECT, State.IN_REVIEW, State.REJECTED, Actor.OPERATOR, reason=True),
    _step(
        Action.UNDO,
        frozenset({State.ACCEPTED, State.REJECTED}),
        State.IN_REVIEW,
        Actor.OPERATOR,
        same_person=True,
    ),
    _step(
        Action.SET_ASIDE_MILITARY,
        frozenset({State.RECEIVED, State.IN_REVIEW}),
        State.MILITARY,
        Actor.SYSTEM,
    ),
    _step(Action.NOT_MILITARY, State.MILITARY, State.RECEIVED, Actor.OFFICER, reason=True),
    _step(Action.OWNER_FOUND, State.ACCEPTED, State.OWNER_FOUND, Actor.SYSTEM),
    _step(Action.OWNER_NOT_FOUND, State.ACCEPTED, State.OWNER_NOT_FOUND, Actor.SYSTEM),
    _step(Action.OWNER_MISMATCH, State.ACCEPTED, State.OWNER_MISMATCH, Actor.SYSTEM),
    _step(Action.LOOK_UP_AGAIN, State.OWNER_NOT_FOUND, State.ACCEPTED, Actor.OFFICER),
    _step(
        Action.RESOLVE_MISMATCH,
        State.OWNER_MISMATCH,
        State.OWNER_FOUND,
        Actor.OFFICER,
        second_person=True,
        reason=True,
    ),
    _step(Action.RETURN, WITH_OFFICER, State.RETURNED, Actor.OFFICER, second_person=True, reason=True),
    _step(Action.CONFIRM, State.OWNER_FOUND, State.CONFIRMED, Actor.OFFICER, second_person=True),
    _step(Action.REFUSE, WITH_OFFICER, State.REFUSED, Actor.OFFICER, second_person=True, reason=True),
    _step(Action.RECORD, State.CONFIRMED, State.RECORDED, Actor.SYSTEM),
    _step(Action.EXPIRE, OPEN - {State.CONFIRMED}, State.EXPIRED, Actor.SYSTEM),
)
"""The whole table. `receive` is not in it: a case is born in `received`."""

_BY_ACTION = {step.action: step for step in STEPS}


class StepProblem(StrEnum):
    """Why a step is not allowed."""

    WRONG_STATE = "wrong_state"
    WRONG_ROLE = "wrong_role"
    SAME_PERSON = "same_person"
    NOT_YOURS = "not_yours"
    NO_REASON = "no_reason"
    UNDECIDABLE = "undecidable"


class StepError(Exception):
    """A step the table does not allow; `problem` says why."""

    def __init__(self, problem: StepProblem, action: Action, state: State) -> None:
        super().__init__(f"{action} from {state}: {problem}")
        self.problem = problem
        self.action = action
        self.state = state


@dataclass(frozen=True)
class Standing:
    """What the table needs to know: the case's state, who accepted or rejected it, what the node thought."""

    state: State
    decided_by: int | None
    node_decision: DecisionName


@dataclass(frozen=True)
class Mover:
    """Who wants to take the step. The programme itself has no person id and only the role `system`."""

    person: int | None
    roles: frozenset[Actor]


SYSTEM = Mover(None, frozenset({Actor.SYSTEM}))
"""The programme itself."""


def step_for(action: Action) -> Step:
    """The table's row. Raises KeyError for `receive`, which is a birth and not a step."""
    return _BY_ACTION[action]


def next_state(standing: Standing, action: Action, mover: Mover, *, reason_given: bool) -> State:
    """The state a step leads to.

    An undecidable case (the node could not prove it: for instance red for less than the clock's uncertainty)
    can be looked at, rejected and counted, but never accepted: a person can't see what wasn't measured.

    Raises:
        StepError: the step does not start here, or not by this person, or lacks its reason.
    """
    step = step_for(action)
    problem = _problem(step, standing, mover, reason_given)
    if problem is not None:
        raise StepError(problem, action, standing.state)
    return step.target


def allowed_actions(standing: Standing, mover: Mover) -> frozenset[Action]:
    """What this person could do now, given a reason: decides which buttons are shown."""
    return frozenset(
        step.action for step in STEPS if _problem(step, standing, mover, reason_given=True) is None
    )


def _problem(step: Step, standing: Standing, mover: Mover, reason_given: bool) -> StepProblem | None:
    if standing.state not in step.sources:
        return StepProblem.WRONG_STATE
    if step.actor not in mover.roles:
        return StepProblem.WRONG_ROLE
    if step.second_person and (mover.person is None or mover.person == standing.decided_by):
        return StepProblem.SAME_PERSON
    if step.same_person and mover.person != standing.decided_by:
        return StepProblem.NOT_YOURS
    if step.action is Action.ACCEPT and standing.node_decision == "undecidable":
        return StepProblem.UNDECIDABLE
    if step.reason and not reason_given:
        return StepProblem.NO_REASON
    return None
