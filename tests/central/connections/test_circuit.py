"""A system that does not serve us is left alone, tried by one, and asked again when it answers."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from central.alarms import service as alarms
from central.connections import circuit
from central.connections.problems import OutsideError, Problem
from central.db import transaction
from central.jobs import queue
from central.jobs.queue import Claimed
from central.jobs.runner import Handler, PostponedError, Runner
from tests.central.work import waiting

AWAY = OutsideError(Problem.TIMEOUT, "no answer")


def fail(engine: Engine, now: datetime, times: int = 1, failure: OutsideError = AWAY) -> None:
    with transaction(engine) as session:
        for _ in range(times):
            circuit.failed(session, "registration", failure, now)


def is_let_through(engine: Engine, now: datetime) -> bool:
    try:
        with transaction(engine) as session:
            circuit.enter(session, "registration", now)
    except PostponedError:
        return False
    return True


def test_after_some_failures_nobody_asks_then_one_tries(engine: Engine, now: datetime) -> None:
    fail(engine, now, circuit.OPENS_AFTER - 1)
    assert is_let_through(engine, now)
    fail(engine, now)
    assert not is_let_through(engine, now)
    later = now + circuit.FIRST_PAUSE
    assert is_let_through(engine, later)
    assert not is_let_through(engine, later)
    with transaction(engine) as session:
        assert alarms.is_open(session, alarms.CENTRE, circuit.AWAY_ALARM)
        circuit.answered(session, "registration", later)
        assert not alarms.is_open(session, alarms.CENTRE, circuit.AWAY_ALARM)
    assert is_let_through(engine, later)
    assert is_let_through(engine, later)


def test_the_pause_grows_up_to_its_limit(session: Session, now: datetime) -> None:
    pauses = []
    for _ in range(circuit.OPENS_AFTER + 8):
        circuit.failed(session, "bank", AWAY, now)
        until = circuit.standing(session)["bank"].open_until
        if until is not None:
            pauses.append(until - now)
    assert pauses[:3] == [timedelta(minutes=minutes) for minutes in (1, 2, 4)]
    assert pauses[-1] == circuit.LONGEST_PAUSE


def test_announced_maintenance_is_waited_for_at_once(engine: Engine, now: datetime) -> None:
    until = now + timedelta(minutes=10)
    fail(engine, now, failure=OutsideError(Problem.MAINTENANCE, "503", until))
    assert not is_let_through(engine, until - timedelta(seconds=1))
    assert is_let_through(engine, until)


@pytest.mark.parametrize("problem", [Problem.UNREADABLE, Problem.OTHER_PLATE, Problem.OTHER_TIME])
def test_one_strange_answer_does_not_stop_the_others(engine: Engine, now: datetime, problem: Problem) -> None:
    fail(engine, now, 20, OutsideError(problem, "odd"))
    assert is_let_through(engine, now)
    with transaction(engine) as session:
        assert circuit.standing(session)["registration"].problem == problem


def test_a_person_closes_it(engine: Engine, now: datetime) -> None:
    fail(engine, now, circuit.OPENS_AFTER)
    with transaction(engine) as session:
        circuit.close(session, "registration", "user:admin")
    assert is_let_through(engine, now)


def test_a_fault_of_our_own_is_no_answer(engine: Engine, now: datetime) -> None:
    fail(engine, now, circuit.OPENS_AFTER)
    later = now + circuit.FIRST_PAUSE
    with pytest.raises(ZeroDivisionError), circuit.watched(engine, "registration", later, OutsideError):
        raise ZeroDivisionError
    with transaction(engine) as session:
        row = circuit.standing(session)["registration"]
        assert (row.failures, row.last_success_at) == (circuit.OPENS_AFTER, None)
    assert not is_let_through(engine, later)


def test_waiting_for_a_closed_circuit_is_no_failed_attempt(engine: Engine, now: datetime) -> None:
    fail(engine, now, circuit.OPENS_AFTER)
    attempts = []

    def run(unit: Claimed) -> None:
        with transaction(engine) as session:
            circuit.enter(session, "registration", moment)
        attempts.append(unit.attempt)

    with transaction(engine) as session:
        queue.enqueue(session, "ask", "1", {}, now)
    for moment in (now, now + circuit.FIRST_PAUSE):
        Runner(engine, [Handler("ask", run)], lambda: moment).run_due()  # noqa: B023
    assert attempts == [1]
    assert waiting(engine, "ask", 1) is None
