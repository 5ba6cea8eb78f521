"""A circuit breaker in the database: after failures of a system all workers pause their requests to it, then
one tests it.

Any answer closes the circuit, also "no such plate"."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.alarms import service as alarms
from central.audit import service as audit
from central.connections.models import Connection
from central.connections.problems import AWAY, OutsideError, Problem
from central.db import insert, transaction
from central.jobs.runner import PostponedError
from contract.reasons import reason

OPENS_AFTER = 5
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=30)

TRYING = timedelta(seconds=30)
"""While one worker tries a system again, the others wait this long: longer than a question's time limit."""

AWAY_ALARM = "connection.away"


def enter(session: Session, name: str, now: datetime) -> None:
    """Asks for permission, in the transaction before a question.

    Raises:
        PostponedError: the circuit is open.
    """
    row = _row(session, name)
    if row.open_until is None:
        return
    if now < row.open_until:
        raise PostponedError(row.open_until, f"{name} is left alone until then: {row.problem}")
    row.open_until = now + TRYING


@contextmanager
def watched(engine: Engine, name: str, now: datetime, away: type[Exception]) -> Iterator[None]:
    """Wraps a call outside of any transaction: lets it through or not, and records the result; `away` is the
    exception that says that the system does not serve.

    Raises:
        PostponedError: the circuit is open.
    """
    with transaction(engine) as session:
        enter(session, name, now)
    try:
        yield
    except away as problem:
        with transaction(engine) as session:
            failed(session, name, OutsideError(Problem.TIMEOUT, str(problem)), now)
        raise
    with transaction(engine) as session:
        answered(session, name, now)


def note(session: Session, name: str, failure: OutsideError | None, now: datetime) -> None:
    """Records the result of a question: an answer (no failure, or the system's own "no such thing"), or
    none.
    """
    if failure is None or failure.problem in (Problem.NOT_FOUND, Problem.MULTIPLE):
        answered(session, name, now)
    else:
        failed(session, name, failure, now)


def answered(session: Session, name: str, now: datetime) -> None:
    """Records that the system answered."""
    row = _row(session, name)
    row.last_success_at = now
    _serves(session, row, now)


def failed(session: Session, name: str, failure: OutsideError, now: datetime) -> None:
    """Records a failure. Only one that concerns the whole system (`AWAY`) counts towards opening the
    circuit.
    """
    row = _row(session, name)
    row.last_failure_at, row.problem, row.detail = now, failure.problem, failure.detail[:300]
    if failure.problem not in AWAY:
        _serves(session, row, now)
        return
    row.failures += 1
    if failure.problem is Problem.MAINTENANCE and failure.until is not None:
        row.open_until = min(max(failure.until, now), now + LONGEST_PAUSE)
    elif row.failures >= OPENS_AFTER:
        row.open_until = now + _pause(row.failures)
    if row.open_until is not None:
        why = reason(AWAY_ALARM, system=name, detail=failure.detail[:300])
        alarms.raise_alarm(session, alarms.CENTRE, why, now, name)


def _serves(session: Session, row: Connection, now: datetime) -> None:
    row.failures, row.open_until = 0, None
    alarms.clear(session, alarms.CENTRE, [AWAY_ALARM], now, row.name)


def close(session: Session, name: str, actor: str) -> None:
    """Closes the circuit after a person has fixed the problem: the next question goes through."""
    row = _row(session, name)
    row.failures, row.open_until = 0, None
    audit.record(session, actor, "connection.close", f"connection:{name}", {})


def standing(session: Session) -> dict[str, Connection]:
    """The state of every system that was ever asked."""
    return {row.name: row for row in session.exec(select(Connection))}


def _pause(failures: int) -> timedelta:
    """The pause, doubled with each successive failure."""
    doubled: timedelta = FIRST_PAUSE * 2.0 ** min(failures - OPENS_AFTER, 10)
    return min(doubled, LONGEST_PAUSE)


def _row(session: Session, name: str) -> Connection:
    """The row, locked; created if there is none."""
    made = insert(session, Connection).values(name=name, failures=0, problem="", detail="")
    session.exec(made.on_conflict_do_nothing(index_elements=["name"]))
    query = select(Connection).where(col(Connection.name) == name).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()
