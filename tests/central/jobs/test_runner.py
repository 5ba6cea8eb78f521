"""The worker's loop: what hangs or fails holds up only its own kind, and the process may end at any time."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from central import migrations
from central.alarms.models import Alarm
from central.db import make_engine, transaction
from central.jobs import queue, runner
from central.jobs.queue import Claimed
from central.jobs.runner import Handler, Runner, TryAgainError
from configs.words import say
from tests.central.work import waiting
from tests.faults import Cluster


def utc_now() -> datetime:
    return datetime.now(UTC)


def ask(engine: Engine, kind: str, *keys: str, at: datetime) -> None:
    with transaction(engine) as session:
        for key in keys:
            queue.enqueue(session, kind, key, {}, at)


@contextmanager
def running(engine: Engine, *handlers: Handler) -> Iterator[Callable[[], int]]:
    """A worker in a thread of its own; calling what is given stops it and tells what was left unfinished."""
    stop = threading.Event()
    left: list[int] = []
    thread = threading.Thread(target=lambda: left.append(Runner(engine, handlers, utc_now).run(stop)))
    thread.start()

    def end() -> int:
        stop.set()
        thread.join(10)
        return left[0]

    yield end
    stop.set()
    thread.join(10)


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_a_kind_that_hangs_holds_up_no_other_and_not_the_end(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.05)
    hang, done, chores = threading.Event(), [], []

    def hangs(_unit: Claimed) -> None:
        hang.wait(60)

    def watches(_unit: Claimed) -> None:
        chores.append(1)

    ask(engine, "register", *map(str, range(30)), at=utc_now() - timedelta(days=1))
    ask(engine, "mail", "1", "2", at=utc_now())
    handlers = (
        Handler("register", hangs, at_once=2),
        Handler("mail", lambda unit: done.append(unit.key)),
        Handler("watch", watches, every=timedelta(seconds=0.1)),
    )
    with running(engine, *handlers) as end:
        assert until(lambda: len(done) == 2 and len(chores) >= 3)
        started = time.monotonic()
        assert end() == 2
        assert time.monotonic() - started < 2.5
    hang.set()


def test_a_signal_that_another_thread_gets_ends_it_too(engine: Engine) -> None:
    stop = threading.Event()
    before = signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=stop.set).start())

    def get_signal() -> None:
        time.sleep(0.5)
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

    late = threading.Timer(20, stop.set)
    late.start()
    threading.Thread(target=get_signal).start()
    try:
        assert Runner(engine, [], utc_now).run(stop) == 0
        assert late.is_alive()
    finally:
        late.cancel()
        signal.signal(signal.SIGUSR1, before)


def test_a_kind_works_as_often_at_once_as_it_may(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.05)
    together = threading.Barrier(3)
    ask(engine, "k", "1", "2", "3", at=utc_now())
    with running(engine, Handler("k", lambda _unit: together.wait(20) and None, at_once=3)):
        assert until(lambda: all(waiting(engine, "k", key) is None for key in "123"))


def test_what_a_killed_worker_was_doing_is_done_by_another_soon(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(runner, "HELD", timedelta(seconds=0.6))
    monkeypatch.setattr(runner, "RENEW_SECONDS", 0.1)
    hang, done = threading.Event(), []
    ask(engine, "k", "1", at=utc_now())
    with running(engine, Handler("k", lambda _unit: hang.wait(60) and None, timedelta(hours=1))) as end:
        assert until(lambda: waiting(engine, "k", "1").lease_owner is not None)  # type: ignore[union-attr]
        other = Handler("k", lambda unit: done.append(unit.attempt))
        with running(engine, other):
            time.sleep(1.5)
            assert done == []  # held, though it takes longer than one lease
            assert end() == 1  # gone without a word, as if it had been killed
            assert until(lambda: done == [2], seconds=10)
    hang.set()


def test_what_hangs_longer_than_it_may_is_held_no_more(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(runner, "HELD", timedelta(seconds=0.3))
    monkeypatch.setattr(runner, "RENEW_SECONDS", 0.1)
    hang, done = threading.Event(), []
    ask(engine, "k", "1", at=utc_now())
    with running(engine, Handler("k", lambda _unit: hang.wait(60) and None, timedelta(seconds=0.8))):
        assert until(lambda: waiting(engine, "k", "1").lease_owner is not None)  # type: ignore[union-attr]
        with running(engine, Handler("k", lambda unit: done.append(unit.attempt))):
            assert until(lambda: done == [2], seconds=10)
    hang.set()


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def alarms(engine: Engine) -> dict[str, str]:
    with transaction(engine) as session:
        return {
            alarm.kind: say(alarm.reason, "en")
            for alarm in session.exec(select(Alarm))
            if alarm.cleared_at is None and alarm.node_id == ""
        }


def test_failing_work_is_given_up_with_an_alarm(engine: Engine, now: datetime) -> None:
    tries: list[datetime] = []
    clock = Clock(now)

    def fails(_unit: Claimed) -> None:
        tries.append(clock.now)
        raise ValueError("broken")

    ask(engine, "k", "1", at=now)
    work = Runner(engine, [Handler("k", fails, attempts=4)], clock)
    for _ in range(100):
        work.run_due()
        clock.now += timedelta(seconds=5)
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(tries)]
    assert len(tries) == 4
    assert pauses == sorted(pauses)
    assert "after 4 attempts; last error: ValueError: broken" in alarms(engine)["centre.job_dead"]


def test_endless_work_raises_an_alarm_and_goes_on_until_it_succeeds(engine: Engine, now: datetime) -> None:
    clock = Clock(now)
    answers = iter([*[TryAgainError("no answer")] * 5, None])

    def asks(_unit: Claimed) -> None:
        problem = next(answers)
        if problem is not None:
            raise problem

    ask(engine, "k", "1", at=now)
    work = Runner(engine, [Handler("k", asks, attempts=3, endless=True)], clock)
    for _ in range(5):
        work.run_due()
        clock.now += queue.LONGEST_PAUSE
    assert "5 times" in alarms(engine)["centre.job_failing"]
    work.run_due()
    assert alarms(engine) == {}
    assert waiting(engine, "k", "1") is None


def test_periodic_work_comes_round_whatever_happens_in_it(engine: Engine, now: datetime) -> None:
    clock, turns = Clock(now), []

    def chore(_unit: Claimed) -> None:
        turns.append(clock.now)
        if len(turns) % 2:
            raise OSError("disk")

    work = Runner(engine, [Handler("k", chore, every=timedelta(seconds=10), attempts=2)], clock)
    for _ in range(30):
        work.run_due()
        clock.now += timedelta(seconds=2)
    assert len(turns) >= 5
    assert max(b - a for a, b in pairwise(turns)) <= timedelta(seconds=14)


def test_periodic_work_with_more_to_do_goes_on_at_once(engine: Engine, now: datetime) -> None:
    left = iter([True, True, False])
    work = Runner(engine, [Handler("k", lambda _unit: next(left), every=timedelta(hours=1))], Clock(now))
    assert work.run_due()["k"] == 3


def test_two_workers_share_one_round_of_periodic_work(engine: Engine, now: datetime) -> None:
    clock = Clock(now)
    workers = [
        Runner(engine, [Handler("k", lambda _unit: None, every=timedelta(minutes=1))], clock) for _ in "ab"
    ]
    assert sum(worker.run_due()["k"] for worker in workers) == 1


def test_work_that_kills_its_worker_is_given_up_too(engine: Engine, now: datetime) -> None:
    ask(engine, "k", "1", at=now)
    for number in range(3):
        with transaction(engine) as session:
            at = now + timedelta(hours=number)
            assert queue.claim(session, "k", timedelta(minutes=1), "killed", at) is not None
    clock = Clock(now + timedelta(hours=4))
    ran: list[Claimed] = []
    Runner(engine, [Handler("k", ran.append, attempts=3)], clock).run_due()
    assert ran == []
    assert "centre.job_dead" in alarms(engine)


def test_a_worker_outlives_a_database_that_is_away(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.05)
    real, broken = queue.find_due, iter(range(3))

    def find_due(*arguments: object) -> str | None:
        if next(broken, None) is not None:
            raise RuntimeError("what nobody foresaw")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(queue, "find_due", find_due)
    done: list[Claimed] = []
    ask(engine, "k", "1", at=utc_now())
    with running(engine, Handler("k", done.append)):
        assert until(lambda: len(done) == 1)
    assert "what nobody foresaw" in caplog.text


@pytest.mark.postgres
@pytest.mark.skipif(Cluster.binaries() is None, reason="no PostgreSQL server to start")
def test_what_a_dead_database_interrupted_is_done_soon_after_its_return() -> None:
    """Not only when its lease has ended: a watch would be late by as much again."""
    cluster = Cluster()
    engine = make_engine(cluster.url(cluster.port))
    migrations.upgrade(engine)
    begun, dead, turns = threading.Event(), threading.Event(), []

    def watches(_unit: Claimed) -> None:
        turns.append(time.monotonic())
        begun.set()
        dead.wait(30)

    try:
        with running(engine, Handler("watch", watches, every=timedelta(seconds=0.1))):
            assert begun.wait(20)
            cluster.kill()
            dead.set()
            time.sleep(2)
            cluster.start()
            back = time.monotonic()
            assert until(lambda: len(turns) > 1)
            assert turns[1] - back < runner.HELD.total_seconds() / 3
    finally:
        engine.dispose()
        cluster.remove()
