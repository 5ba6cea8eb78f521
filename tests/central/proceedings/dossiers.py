"""Dossiers for the tests of the tables: a car's red light captured on 2 November 2026, and people in their
roles."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from central.proceedings.dossier import Attempt, Dossier, Limits
from central.proceedings.engine import take
from central.proceedings.signers import Act, Power
from central.proceedings.tracks import START, Actor, CaseKind, Track
from configs.law_tables import shipped

CAPTURED = date(2026, 11, 2)
LAST = date(2027, 11, 2)
OPERATOR, OFFICER, DEVICE_USER, CASE_OFFICER, SIGNER = 1, 2, 3, 4, 5
RED_CAR = Act("6.9.b", 20_000_000, 4)
PARK_CAR = Act("6.2.đ", 800_000, 0)

ROLES: dict[Actor, int | None] = {
    Actor.SYSTEM: None,
    Actor.DEVICE_USER: DEVICE_USER,
    Actor.CASE_OFFICER: CASE_OFFICER,
    Actor.SIGNER: SIGNER,
    Actor.CLERK: 6,
    Actor.COMMUNE: 7,
    Actor.TREASURY: 8,
    Actor.EXECUTOR: 9,
    Actor.CITIZEN: None,
}


def dossier(**changes: object) -> Dossier:
    """A confirmed red light of a car whose owner is known, as the proceedings open it."""
    fresh = Dossier(
        kind=CaseKind.ORDINARY,
        captured_on=CAPTURED,
        limits=Limits(limitation=LAST),
        book=shipped(),
        states=dict(START) | {Track.PERSON: "owner_known"},
        operator_id=OPERATOR,
        officer_id=OFFICER,
        device_valid=True,
        device_users=frozenset({DEVICE_USER}),
        acts=(RED_CAR,),
        owner_known=True,
        violator_known=True,
        explanation_opens=True,
        points=4,
    )
    return replace(fresh, **changes)  # type: ignore[arg-type]


def attempt(
    actor: Actor,
    day: date,
    *,
    today: date | None = None,
    person: int | None = None,
    power: Power | None = None,
    reason: bool = True,
    **detail: str,
) -> Attempt:
    """Somebody in that role tries a step, with a reason; a signer as head of the division unless told
    otherwise."""
    if power is None and actor is Actor.SIGNER:
        power = Power("division_head")
    who = ROLES[actor] if person is None else person
    powers = (power,) if power is not None else ()
    return Attempt(who, frozenset({actor}), day, today or day, powers, reason, detail)


Told = tuple[str, Actor] | tuple[str, Actor, int]
"""An action, who takes it, and days that pass before it."""


def walk(start: Dossier, steps: Iterable[Told], day: date = CAPTURED) -> Dossier:
    """The dossier after the steps, each on its day."""
    for action, actor, *wait in steps:
        day += timedelta(days=wait[0] if wait else 0)
        start, _ = take(start, action, attempt(actor, day))
    return start


TO_NOTICE: list[Told] = [
    ("sign_result", Actor.DEVICE_USER),
    ("draw_notice", Actor.CASE_OFFICER, 1),
    ("sign_notice", Actor.SIGNER),
    ("send_notice", Actor.CLERK, 1),
    ("publish", Actor.SYSTEM),
]
TO_RECORD: list[Told] = [
    *TO_NOTICE,
    ("admit", Actor.CITIZEN, 3),
    ("identify_violator", Actor.CASE_OFFICER, 1),
    ("make_record", Actor.CASE_OFFICER),
    ("sign_record", Actor.CITIZEN),
]
TO_PROPOSAL: list[Told] = [
    *TO_RECORD,
    ("explain", Actor.CITIZEN, 1),
    ("propose_decision", Actor.CASE_OFFICER),
]
TO_DECISION: list[Told] = [*TO_PROPOSAL, ("sign_decision", Actor.SIGNER, 1)]
TO_DELIVERY: list[Told] = [*TO_DECISION, ("send_decision", Actor.CLERK), ("deliver", Actor.CLERK, 2)]
