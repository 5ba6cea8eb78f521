"""The life of a case (vòng đời hồ sơ) in one table: each step with its target state, who may take it and
when, the facts it needs and those it sets.

Pure: no clock, no database. `central.cases.allowed` checks a step against the table, `central.cases.service`
is the only caller that changes a stored case, and the database repeats the essentials as CHECK constraints
(`central.cases.models`), so that a slip in a service can't let one person alone turn a picture into an
offence.

    received ─claim→ in_review ─accept→ accepted ─(registry)→ owner_found | owner_not_found | owner_mismatch
    owner_found ─confirm (another person, an officer)→ confirmed ─record (30 s later)→ recorded
    accepted | rejected ─second_review (a sample)→ received, for another operator; two who differ → disputed
    disputed ─settle_accept | settle_reject (a third person, the shift lead)→ accepted | rejected

Sources: NĐ 61/2026 Art. 13-15 (trained user, written result, identification before the record), TT 73/2024
Art. 23-26 (notice), Law on handling administrative violations Art. 6 and 65 (nothing after the limitation
unless a decision is signed); two people because an IOC operator proposes and a police officer decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

UNDO_TIME = timedelta(seconds=30)
"""How long a decision can be taken back by the person who took it; its consequences begin only after that."""


class State(StrEnum):
    """Where a case is."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    OWNER_FOUND = "owner_found"
    OWNER_NOT_FOUND = "owner_not_found"
    OWNER_MISMATCH = "owner_mismatch"
    RETURNED = "returned"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    RECORDED = "recorded"
    MILITARY = "military"
    DIPLOMATIC = "diplomatic"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """A step in the life of a case; also the name of its entry in the case's history."""

    RECEIVE = "receive"
    CLAIM = "claim"
    RELEASE = "release"
    SKIP = "skip"
    ACCEPT = "accept"
    REJECT = "reject"
    UNDO = "undo"
    SECOND_REVIEW = "second_review"
    DISPUTE = "dispute"
    SETTLE_ACCEPT = "settle_accept"
    SETTLE_REJECT = "settle_reject"
    HOLD = "hold"
    LET_ON = "let_on"
    SET_ASIDE_MILITARY = "set_aside_military"
    NOT_MILITARY = "not_military"
    SET_ASIDE_DIPLOMATIC = "set_aside_diplomatic"
    NOT_DIPLOMATIC = "not_diplomatic"
    OWNER_FOUND = "owner_found"
    OWNER_NOT_FOUND = "owner_not_found"
    OWNER_MISMATCH = "owner_mismatch"
    LOOK_UP_AGAIN = "look_up_again"
    RESOLVE_MISMATCH = "resolve_mismatch"
    RETURN = "return"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    TAKE_BACK = "take_back"
    RECORD = "record"
    NOT_RECORDED = "not_recorded"
    SIGN_DECISION = "sign_decision"
    ANNUL_DECISION = "annul_decision"
    RESTART_LIMITATION = "restart_limitation"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


class Actor(StrEnum):
    """Who takes a step: the software, an IOC operator (nhân viên IOC), their shift lead (trưởng ca thẩm định)
    or a traffic police officer (CSGT).
    """

    SYSTEM = "system"
    OPERATOR = "operator"
    SHIFT_LEAD = "shift_lead"
    OFFICER = "officer"


WAITING = frozenset({State.RECEIVED, State.RETURNED})
"""States from which an operator can be given a case."""

WITH_OFFICER = frozenset({State.OWNER_FOUND, State.OWNER_NOT_FOUND, State.OWNER_MISMATCH})
"""States in which the police decide."""

CHARGED = frozenset({State.CONFIRMED, State.RECORDED})
"""States that hold a person responsible: two different people are needed to reach them."""

SET_ASIDE = frozenset({State.MILITARY, State.DIPLOMATIC})
"""Cases handed over to another authority; nobody gets a notice. Each state is also the `CaseKind` of the
file."""

OPEN = WAITING | WITH_OFFICER | {State.IN_REVIEW, State.ACCEPTED, State.DISPUTED, State.CONFIRMED}
"""States that can still lead to an offence: the backlog."""

TERMINAL = frozenset({State.EXPIRED, State.WITHDRAWN})
"""Final states. A rejection, a refusal and a return become final when they can no longer be taken back; a
recorded offence ends when the limitation expires unless a decision on it is signed.
"""

WITH_POLICE = WITH_OFFICER | CHARGED
"""States in which the owner's personal data are needed and may therefore be read."""

Facts = Mapping[str, Any]
"""Columns of a case with their values."""

_OPERATOR: Facts = {"operator_id": None, "operator_at": None}
_OFFICER: Facts = {"officer_id": None, "officer_at": None, "officer_from": None, "charge": None}
_OWNER: Facts = {"owner_match": None, "mismatch_resolved_by": None}
_UNDECIDED: Facts = {**_OPERATOR, **_OFFICER, **_OWNER, "reason": None}

_ACT = frozenset({"plate", "plate_colour", "plate_kind", "vehicle_kind", "rule"})
_COPY = frozenset({"duplicate_of_id", "flags", "queue"})


@dataclass(frozen=True)
class Step:
    """One row of the table.

    Attributes:
        target: None leads back to the state the officer decided from.
        second_person: whoever accepted the case may not take this step.
        by_same: only the person who took that decision may, within `UNDO_TIME` of it.
        reason: a reason (code or words) must come with it.
        in_time: not after the limitation (thời hiệu).
        after_act: not before the act can have occurred by the node's clock and its uncertainty.
        after_limitation: only then.
        needs: facts that come with the step; `may` come with it.
        sets: facts it sets by itself.
        signs: whose decision it is: the person and the time are stored.
        holds: the case is on the person's screen afterwards; every other step ends the lease.
    """

    action: Action
    sources: frozenset[State]
    target: State | None
    actor: Actor
    second_person: bool = False
    by_same: Literal["operator", "officer"] | None = None
    reason: bool = False
    in_time: bool = False
    after_act: bool = False
    after_limitation: bool = False
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    sets: Facts = field(default_factory=dict)
    signs: Literal["operator", "officer", "resolver"] | None = None
    holds: bool = False


def _set_aside(state: State, to_it: Action, back: Action) -> tuple[Step, Step]:
    """Out of this channel, to another authority; and back, by an officer, if that was a mistake."""
    return (
        Step(to_it, frozenset({State.RECEIVED, State.IN_REVIEW}), state, Actor.SYSTEM, may=_ACT),
        Step(back, frozenset({state}), State.RECEIVED, Actor.OFFICER, reason=True, in_time=True),
    )


STEPS: tuple[Step, ...] = (
    Step(
        Action.CLAIM,
        WAITING,
        State.IN_REVIEW,
        Actor.OPERATOR,
        in_time=True,
        sets=_UNDECIDED,
        holds=True,
    ),
    Step(Action.RELEASE, frozenset({State.IN_REVIEW}), State.RECEIVED, Actor.SYSTEM),
    Step(Action.SKIP, frozenset({State.IN_REVIEW}), State.RECEIVED, Actor.OPERATOR, reason=True),
    Step(
        Action.ACCEPT,
        frozenset({State.IN_REVIEW}),
        State.ACCEPTED,
        Actor.OPERATOR,
        in_time=True,
        after_act=True,
        needs=_ACT | _COPY,
        signs="operator",
    ),
    Step(
        Action.REJECT,
        frozenset({State.IN_REVIEW}),
        State.REJECTED,
        Actor.OPERATOR,
        reason=True,
        needs=frozenset({"reason"}),
        signs="operator",
    ),
    Step(
        Action.UNDO,
        frozenset({State.ACCEPTED, State.REJECTED}),
        State.IN_REVIEW,
        Actor.OPERATOR,
        by_same="operator",
        sets=_UNDECIDED,
        holds=True,
    ),
    # A sample of decided cases is reviewed again without showing the first decision
    # (`central.watching.second_review`).
    Step(
        Action.SECOND_REVIEW,
        frozenset({State.ACCEPTED, State.REJECTED}),
        State.RECEIVED,
        Actor.SYSTEM,
        in_time=True,
        needs=_ACT | _COPY,
        sets=_UNDECIDED,
    ),
    Step(
        Action.DISPUTE,
        frozenset({State.ACCEPTED, State.REJECTED}),
        State.DISPUTED,
        Actor.SYSTEM,
        sets=_UNDECIDED,
    ),
    Step(
        Action.SETTLE_ACCEPT,
        frozenset({State.DISPUTED}),
        State.ACCEPTED,
        Actor.SHIFT_LEAD,
        reason=True,
        in_time=True,
        after_act=True,
        needs=_ACT | _COPY,
        signs="operator",
    ),
    Step(
        Action.SETTLE_REJECT,
        frozenset({State.DISPUTED}),
        State.REJECTED,
        Actor.SHIFT_LEAD,
        reason=True,
        needs=frozenset({"reason"}),
        signs="operator",
    ),
    # Its camera is in quarantine, or released (`central.watching.quarantine`): only the queue changes.
    Step(
        Action.HOLD,
        frozenset({State.RECEIVED}),
        State.RECEIVED,
        Actor.SYSTEM,
        needs=frozenset({"queue"}),
    ),
    Step(
        Action.LET_ON,
        frozenset({State.RECEIVED}),
        State.RECEIVED,
        Actor.SYSTEM,
        needs=frozenset({"queue"}),
    ),
    *_set_aside(State.MILITARY, Action.SET_ASIDE_MILITARY, Action.NOT_MILITARY),
    *_set_aside(State.DIPLOMATIC, Action.SET_ASIDE_DIPLOMATIC, Action.NOT_DIPLOMATIC),
    Step(
        Action.OWNER_FOUND,
        frozenset({State.ACCEPTED}),
        State.OWNER_FOUND,
        Actor.SYSTEM,
        sets={"owner_match": True},
    ),
    Step(
        Action.OWNER_NOT_FOUND,
        frozenset({State.ACCEPTED}),
        State.OWNER_NOT_FOUND,
        Actor.SYSTEM,
        sets={"owner_match": None},
    ),
    Step(
        Action.OWNER_MISMATCH,
        frozenset({State.ACCEPTED}),
        State.OWNER_MISMATCH,
        Actor.SYSTEM,
        sets={"owner_match": False},
    ),
    Step(
        Action.LOOK_UP_AGAIN,
        frozenset({State.OWNER_NOT_FOUND, State.OWNER_MISMATCH}),
        State.ACCEPTED,
        Actor.OFFICER,
        in_time=True,
        sets=_OWNER,
    ),
    Step(
        Action.RESOLVE_MISMATCH,
        frozenset({State.OWNER_MISMATCH}),
        State.OWNER_FOUND,
        Actor.OFFICER,
        second_person=True,
        reason=True,
        in_time=True,
        signs="resolver",
    ),
    Step(
        Action.RETURN,
        WITH_OFFICER,
        State.RETURNED,
        Actor.OFFICER,
        second_person=True,
        reason=True,
        signs="officer",
    ),
    Step(
        Action.CONFIRM,
        frozenset({State.OWNER_FOUND}),
        State.CONFIRMED,
        Actor.OFFICER,
        second_person=True,
        in_time=True,
        after_act=True,
        needs=frozenset({"charge"}),
        signs="officer",
    ),
    Step(
        Action.REFUSE,
        WITH_OFFICER,
        State.REFUSED,
        Actor.OFFICER,
        second_person=True,
        reason=True,
        needs=frozenset({"reason"}),
        signs="officer",
    ),
    Step(
        Action.TAKE_BACK,
        frozenset({State.CONFIRMED, State.REFUSED, State.RETURNED}),
        None,
        Actor.OFFICER,
        by_same="officer",
        sets={**_OFFICER, "reason": None},
        holds=True,
    ),
    Step(
        Action.RECORD,
        frozenset({State.CONFIRMED}),
        State.RECORDED,
        Actor.SYSTEM,
        in_time=True,
        after_act=True,
    ),
    Step(Action.NOT_RECORDED, frozenset({State.CONFIRMED}), None, Actor.SYSTEM, reason=True, sets=_OFFICER),
    Step(
        Action.SIGN_DECISION,
        frozenset({State.RECORDED}),
        State.RECORDED,
        Actor.SYSTEM,
        reason=True,
        in_time=True,
        needs=frozenset({"decision_signed_at"}),
    ),
    Step(
        Action.ANNUL_DECISION,
        frozenset({State.RECORDED}),
        State.RECORDED,
        Actor.SYSTEM,
        reason=True,
        sets={"decision_signed_at": None},
    ),
    Step(
        Action.RESTART_LIMITATION,
        frozenset({State.RECORDED}),
        State.RECORDED,
        Actor.SYSTEM,
        reason=True,
        needs=frozenset({"limitation_at"}),
    ),
    Step(Action.EXPIRE, OPEN | {State.RECORDED}, State.EXPIRED, Actor.SYSTEM, after_limitation=True),
    # The camera was faulty: its cases are withdrawn, whatever their state (`central.proceedings.withdrawal`).
    Step(
        Action.WITHDRAW,
        OPEN | SET_ASIDE | {State.RECORDED},
        State.WITHDRAWN,
        Actor.SYSTEM,
        reason=True,
    ),
)
"""The whole table. `receive` is not in it: a case is opened in `received`."""
