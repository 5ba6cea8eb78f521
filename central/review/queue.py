"""Assigning cases (hàng đợi thẩm định): one case to one person for a limited time, nearest deadline first."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.accounts.service import lock_person
from central.cases import waiting
from central.cases.intake import ATTENTION, MAIN
from central.cases.lifecycle import WITH_OFFICER, Action, State
from central.cases.models import Case
from central.cases.service import held_case, hold, let_go, lock_case, take_step
from central.review.models import Skip
from central.watching import known_answers, second_review

LEASE = timedelta(minutes=2)
"""How long a case stays with a person without renewal; an open page renews the lease every half minute."""

GRACE = timedelta(seconds=10)
"""How long a case stays with a person whose page was closed."""

SKIP_REST = timedelta(hours=4)
"""How long a skipped case is not given to the same person again."""


def claim_next(session: Session, user: User, queue: str, now: datetime) -> Case | None:
    """Leases the next case to this person; returns the one they already hold, if any; None if no case waits.

    A person's claims are serialised, so that somebody with ten pages gets one case. On PostgreSQL rows that
    others are claiming at this moment are skipped; SQLite allows one writer at a time. Either way no two
    people get the same case.
    """
    lock_person(session, user)
    held = waiting.held_by(session, user)
    if held is not None:
        hold(held, user, now + LEASE)
        return held
    case = _free(session, user, queue, now)
    if case is None:
        return None
    case = known_answers.draw(session, user, queue, now) or case
    if case.state == State.IN_REVIEW:
        take_step(session, case, Action.RELEASE, None, now, detail={"because": "lease ended"})
    take_step(session, case, Action.CLAIM, user, now, lease_until=now + LEASE)
    session.flush()
    return case


def _free(session: Session, user: User, queue: str, now: datetime) -> Case | None:
    rested = select(Skip.case_id).where(Skip.user_id == user.id, col(Skip.at) > now - SKIP_REST)
    return waiting.free_for_operator(session, queue, [rested, second_review.not_for(user)], now)


def counts(session: Session) -> dict[str, int]:
    """How many cases wait for an operator in each queue, up to `waiting.COUNTED_UP_TO`."""
    return {name: waiting.count_of_queue(session, name) for name in (MAIN, ATTENTION)}


def officer_counts(session: Session) -> dict[str, int]:
    """How many cases are in each of the officers' states, up to `waiting.COUNTED_UP_TO`."""
    return {state.value: waiting.count_of_state(session, state) for state in sorted(WITH_OFFICER)}


def keep_lease(session: Session, user: User, case_id: int, now: datetime) -> datetime:
    """Renews the lease for the page that shows the case; returns until when it is valid.

    Raises:
        LeaseLostError: somebody else has the case, or it is decided.
    """
    hold(held_case(session, user, case_id), user, now + LEASE)
    return now + LEASE


def leave(session: Session, user: User, case_id: int, now: datetime) -> None:
    """The page with the case was closed or is being reloaded: the case stays with this person for `GRACE`, so
    that a reload neither loses it nor fills its history. Nothing happens if it isn't theirs.
    """
    case = lock_case(session, case_id)
    if case.lease_owner_id == user.id:
        hold(case, user, now + GRACE)


def release(session: Session, user: User, case_id: int, now: datetime) -> None:
    """Releases a case whose page was closed; nothing happens if it is no longer theirs."""
    case = lock_case(session, case_id)
    if case.lease_owner_id != user.id:
        return
    if case.state == State.IN_REVIEW:
        take_step(session, case, Action.RELEASE, None, now, detail={"because": f"left by {user.username}"})
    else:
        let_go(case)


def claim_for_officer(session: Session, user: User, state: State, now: datetime) -> Case | None:
    """The next case for a police officer in one of the officers' states, or the one they already have.

    Its state stays: the lease only prevents two officers from reading the same case, the version prevents
    both from deciding it.
    """
    assert state in WITH_OFFICER
    lock_person(session, user)
    case = waiting.free_for_officer(session, user, state, now)
    if case is not None:
        hold(case, user, now + LEASE)
    return case
