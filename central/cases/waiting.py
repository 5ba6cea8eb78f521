"""Waiting cases: the next free one, who holds a lease, how many there are, who decided last.

`central.review` determines who may have one and for how long.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from central.accounts.models import User
from central.cases.lifecycle import State
from central.cases.models import REAL, Case
from central.cases.queries import CaseFilter, count_cases

COUNTED_UP_TO = 1000
"""Backlogs are counted only up to here: nobody needs a higher figure and a database needs much time for
it.
"""


def held_by(session: Session, user: User) -> Case | None:
    """The case this person is reviewing; their lease is valid until somebody else takes the case."""
    query = select(Case).where(Case.lease_owner_id == user.id, Case.state == State.IN_REVIEW)
    return session.exec(query.limit(1).with_for_update()).first()


def free_for_operator(
    session: Session, queue: str, leaving_out: Sequence[SelectOfScalar[int]], now: datetime
) -> Case | None:
    """A case whose reviewer has left, otherwise one the police sent back, otherwise a new one, locked.

    One query each, so that an index serves all of them however many cases are stored. `leaving_out`: queries
    of numbers.
    """
    free = (
        (col(Case.state) == State.IN_REVIEW) & (col(Case.lease_until) <= now),
        col(Case.state) == State.RETURNED,
        col(Case.state) == State.RECEIVED,
    )
    for condition in free:
        others = [col(Case.id).not_in(numbers) for numbers in leaving_out]
        wanted = (condition, col(Case.queue) == queue, REAL, *others)
        case = _first_unlocked(session, wanted, now)
        if case is not None:
            return case
    return None


def free_for_officer(session: Session, user: User, state: State, now: datetime) -> Case | None:
    """A case in a state, locked: the one this officer has, otherwise a free one; never one they decided in
    the first stage.
    """
    theirs = col(Case.lease_owner_id) == user.id
    free = col(Case.lease_owner_id).is_(None) | (col(Case.lease_until) <= now)
    for condition in (theirs, free):
        wanted = (col(Case.state) == state, condition, col(Case.operator_id) != user.id)
        case = _first_unlocked(session, wanted, now)
        if case is not None:
            return case
    return None


def _first_unlocked(session: Session, wanted: tuple[ColumnElement[bool], ...], now: datetime) -> Case | None:
    """By the nearest deadline, among those that can still lead to something and that nobody is claiming just
    now.
    """
    return session.exec(
        select(Case)
        .where(*wanted, col(Case.limitation_at) > now)
        .order_by(col(Case.notice_due_at), col(Case.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def upcoming(session: Session, queue: str, limit: int = 2) -> list[Case]:
    """The cases that will probably be given out next, so that a browser can prefetch their pictures."""
    query = select(Case).where(Case.state == State.RECEIVED, Case.queue == queue, REAL)
    return list(session.exec(query.order_by(col(Case.notice_due_at), col(Case.id)).limit(limit)))


def count_of_queue(session: Session, queue: str) -> int:
    """How many cases wait for an operator in a queue, up to `COUNTED_UP_TO`."""
    states = frozenset({State.RECEIVED, State.RETURNED})
    return count_cases(session, CaseFilter(states, queue=queue), COUNTED_UP_TO)


def count_of_state(session: Session, state: State) -> int:
    """How many cases are in a state, up to `COUNTED_UP_TO`."""
    return count_cases(session, CaseFilter(frozenset({state})), COUNTED_UP_TO)


def last_of_operator(session: Session, user: User, states: Collection[State], since: datetime) -> Case | None:
    """This person's last decision as an operator after a moment, among cases in one of these states."""
    theirs = (Case.operator_id == user.id, col(Case.operator_at) > since, col(Case.state).in_(states))
    return session.exec(select(Case).where(*theirs).order_by(col(Case.operator_at).desc()).limit(1)).first()


def last_of_officer(session: Session, user: User, states: Collection[State], since: datetime) -> Case | None:
    """This person's last decision as an officer after a moment, among cases in one of these states."""
    theirs = (Case.officer_id == user.id, col(Case.officer_at) > since, col(Case.state).in_(states))
    return session.exec(select(Case).where(*theirs).order_by(col(Case.officer_at).desc()).limit(1)).first()
