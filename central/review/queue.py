"""Giving out cases (hàng đợi thẩm định): one case to one person for a limited time, oldest deadline first."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from central.accounts.models import User
from central.accounts.service import lock_person
from central.cases.intake import ATTENTION, MAIN
from central.cases.lifecycle import WITH_OFFICER, Action, State
from central.cases.models import Case
from central.cases.service import held_case, hold, let_go, lock_case, take_step
from central.review.models import Skip

LEASE = timedelta(minutes=2)
"""How long a case stays with a person who gives no sign of life; an open page gives one each half minute."""

GRACE = timedelta(seconds=10)
"""How long a case stays with a person whose page has gone."""

SKIP_REST = timedelta(hours=4)
"""How long a case that somebody put aside is not given to them again."""


COUNTED_UP_TO = 1000
"""Backlogs are counted up to here only: beyond it nobody needs the figure and a database needs much time."""


def claim_next(session: Session, user: User, queue: str, now: datetime) -> Case | None:
    """The next case for this person, now theirs; the one they already hold, if any; None when nothing waits.

    A person's claims wait for each other, so that one with ten pages is given one case. On PostgreSQL rows
    that others are claiming at this moment are passed over; SQLite lets one writer in at a time. Either way
    no two people are given the same case.
    """
    lock_person(session, user)
    held = held_by(session, user)
    if held is not None:
        hold(held, user, now + LEASE)
        return held
    case = _oldest_free(session, user, queue, now)
    if case is None:
        return None
    if case.state == State.IN_REVIEW:
        take_step(session, case, Action.RELEASE, None, now, detail={"because": "lease ended"})
    take_step(session, case, Action.CLAIM, user, now, lease_until=now + LEASE)
    session.flush()
    return case


def held_by(session: Session, user: User) -> Case | None:
    """The case this person is reviewing; their lease counts until somebody else takes the case."""
    query = select(Case).where(Case.lease_owner_id == user.id, Case.state == State.IN_REVIEW)
    return session.exec(query.limit(1).with_for_update()).first()


def _oldest_free(session: Session, user: User, queue: str, now: datetime) -> Case | None:
    """Cases whose reviewer has gone, then those the police sent back, then new ones: a query each, so that an
    index serves every one of them however many cases are stored."""
    rested = select(Skip.case_id).where(Skip.user_id == user.id, col(Skip.at) > now - SKIP_REST)
    free = (
        (col(Case.state) == State.IN_REVIEW) & (col(Case.lease_until) <= now),
        Case.state == State.RETURNED,
        Case.state == State.RECEIVED,
    )
    for condition in free:
        case = session.exec(
            select(Case)
            .where(condition, Case.queue == queue, col(Case.limitation_at) > now)
            .where(col(Case.id).not_in(rested))
            .order_by(col(Case.notice_due_at), col(Case.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if case is not None:
            return case
    return None


def upcoming(session: Session, queue: str, limit: int = 2) -> list[Case]:
    """The cases that will probably be given out next: a browser may fetch their pictures in advance."""
    return list(
        session.exec(
            select(Case)
            .where(Case.state == State.RECEIVED, Case.queue == queue)
            .order_by(col(Case.notice_due_at), col(Case.id))
            .limit(limit)
        )
    )


def counts(session: Session) -> dict[str, int]:
    """How many cases wait for an operator in each queue, up to `COUNTED_UP_TO`."""
    waiting = col(Case.state).in_([State.RECEIVED, State.RETURNED])
    return {name: _count(session, waiting, Case.queue == name) for name in (MAIN, ATTENTION)}


def officer_counts(session: Session) -> dict[str, int]:
    """How many cases are in each of the officers' states, up to `COUNTED_UP_TO`."""
    return {state.value: _count(session, Case.state == state) for state in sorted(WITH_OFFICER)}


def _count(session: Session, *conditions: ColumnElement[bool] | bool) -> int:
    found = select(Case.id).where(*conditions).limit(COUNTED_UP_TO).subquery()
    return session.exec(select(func.count()).select_from(found)).one()


def keep_lease(session: Session, user: User, case_id: int, now: datetime) -> datetime:
    """Renews the lease for the page that shows the case; returns until when it holds.

    Raises:
        LeaseLostError: somebody else has it, or it is decided.
    """
    hold(held_case(session, user, case_id), user, now + LEASE)
    return now + LEASE


def leave(session: Session, user: User, case_id: int, now: datetime) -> None:
    """The page that showed the case was closed, or is being opened anew: the case stays with this person for
    `GRACE`, so that a reload neither loses it nor fills its history. Nothing happens if it isn't theirs."""
    case = lock_case(session, case_id)
    if case.lease_owner_id == user.id:
        hold(case, user, now + GRACE)


def release(session: Session, user: User, case_id: int, now: datetime) -> None:
    """Puts a case back whose page was closed; nothing happens if it isn't theirs any more."""
    case = lock_case(session, case_id)
    if case.lease_owner_id != user.id:
        return
    if case.state == State.IN_REVIEW:
        take_step(session, case, Action.RELEASE, None, now, detail={"because": f"left by {user.username}"})
    else:
        let_go(case)


def claim_for_officer(session: Session, user: User, state: State, now: datetime) -> Case | None:
    """The next case for a police officer in one of the officers' states, or the one they already have. It
    keeps its state: the lease only keeps two officers from reading the same case, the version keeps them from
    both deciding it."""
    assert state in WITH_OFFICER
    lock_person(session, user)
    theirs = col(Case.lease_owner_id) == user.id
    free = col(Case.lease_owner_id).is_(None) | (col(Case.lease_until) <= now)
    for condition in (theirs, free):
        case = session.exec(
            select(Case)
            .where(Case.state == state, condition, col(Case.operator_id) != user.id)
            .where(col(Case.limitation_at) > now)
            .order_by(col(Case.notice_due_at), col(Case.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if case is not None:
            hold(case, user, now + LEASE)
            return case
    return None
