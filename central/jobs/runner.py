"""The loop that runs jobs: one at a time, each kind with its own number of threads, ready to stop.

A hanging job blocks only its own kind: a kind whose threads are all busy is not claimed, the others are.
Threads are daemons and every job has a lease, so the process may end at any moment and lose nothing. The
lease is short and renewed while the job runs, so that another worker soon takes over the jobs of a killed
one.
"""

import os
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import structlog
from sqlalchemy import Engine

from central.alarms import service as alarms
from central.clock import Clock
from central.db import is_away, reading, transaction
from central.jobs import queue
from central.jobs.queue import Claimed
from contract.reasons import reason

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
HELD = timedelta(seconds=30)
"""Length of a lease: after this, any worker may claim the jobs of a killed one."""

RENEW_SECONDS = 8.0
"""A worker may miss two renewals and still hold its leases."""

PATIENCE_SECONDS = 1.5
"""How long a stopping worker waits for its running jobs."""

DEAD, FAILING = "centre.job_dead", "centre.job_failing"
"""Kinds of alarm: a job was dead-lettered; a job keeps failing and is still retried."""


class TryAgainError(Exception):
    """The work can't be done just now, for a reason that is not a bug in the software."""


class PostponedError(Exception):
    """The work was not tried: it waits until `until`, and this does not count as a failed attempt."""

    def __init__(self, until: datetime, why: str) -> None:
        super().__init__(why)
        self.until = until


@dataclass(frozen=True)
class Handler:
    """How jobs of a kind are run.

    Attributes:
        run: runs one job; returning True means that there is more to do at once (periodic work only). It
            raises TryAgainError or any other error on failure.
        lease: the longest run: every call it makes has a total time limit below it. The lease is not
            renewed beyond that, even if the job hangs.
        at_once: how many jobs of this kind one worker runs at the same time.
        attempts: after so many failures in a row an alarm is raised and the job becomes a dead letter.
        endless: it is retried without end instead.
        every: the pause between two runs of periodic work, which is endless too.
    """

    kind: str
    run: Callable[[Claimed], bool | None]
    lease: timedelta = timedelta(minutes=2)
    at_once: int = 1
    attempts: int = 10
    endless: bool = False
    every: timedelta | None = None

    @property
    def is_endless(self) -> bool:
        """Whether it is retried without end."""
        return self.endless or self.every is not None


class Runner:
    """Runs due jobs until it is asked to stop; any number of processes may run one on the same database."""

    def __init__(self, engine: Engine, handlers: Sequence[Handler], clock: Clock) -> None:
        self._engine = engine
        self._handlers = {handler.kind: handler for handler in handlers}
        self._clock = clock
        self._name = f"{socket.gethostname()[:60]}:{os.getpid()}"
        self._numbers = count(1)
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[str, tuple[Claimed, datetime]] = {}
        """By lease owner, each running job and until when its lease may be held."""
        self._interrupted: deque[Claimed] = deque()
        """Jobs whose result could not be stored, because the database was unavailable."""

    def run(self, stop: threading.Event) -> int:
        """Works until `stop` is set; returns how many jobs were left unfinished (their leases expire)."""
        dispatcher = threading.Thread(target=self._dispatch, args=(stop,), name="jobs", daemon=True)
        dispatcher.start()
        threading.Thread(target=self._hold, args=(stop,), name="leases", daemon=True).start()
        while not stop.wait(POLL_SECONDS):
            pass  # with a timeout: a wait without one is not woken by a signal that another thread received
        self._wake.set()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and (dispatcher.is_alive() or self._running):
            time.sleep(0.02)
        return len(self._running)

    def run_due(self) -> Counter[str]:
        """Runs all due jobs one after the other in this thread; returns how many of each kind.

        For tests and demonstrations; a job that is due again at once counts again.
        """
        done: Counter[str] = Counter()
        self._ensure_periodic()
        while (unit := self._claim(lambda _handler: True, timedelta.max)) is not None:
            self._do(unit)
            done[unit.kind] += 1
        return done

    def _dispatch(self, stop: threading.Event) -> None:
        ensured = False
        while not stop.is_set():
            self._wake.clear()
            try:
                if not ensured:
                    self._ensure_periodic()
                    ensured = True
                self._hand_back()
                started = self._start_one()
            except Exception as problem:
                _log_trouble("claiming work", problem)
                started = False
            if not started:
                self._wake.wait(POLL_SECONDS)

    def _hand_back(self) -> None:
        """Makes jobs interrupted by a database failure due again as soon as it is back, not only when their
        lease expires.
        """
        while self._interrupted:
            unit = self._interrupted.popleft()
            try:
                with transaction(self._engine) as session:
                    queue.postpone(session, unit, "the database was away", self._clock())
            except Exception as problem:
                if is_away(problem):
                    self._interrupted.appendleft(unit)
                raise

    def _ensure_periodic(self) -> None:
        with transaction(self._engine) as session:
            for handler in self._handlers.values():
                if handler.every is not None:
                    queue.ensure(session, handler.kind, "", self._clock())

    def _hold(self, stop: threading.Event) -> None:
        """Renews the leases of running jobs."""
        while not stop.wait(RENEW_SECONDS):
            now = self._clock()
            with self._lock:
                held = [unit for unit, until in self._running.values() if now < until]
            try:
                for unit in held:
                    with transaction(self._engine) as session:
                        queue.renew(session, unit, now + HELD)
            except Exception as problem:
                _log_trouble("holding work", problem)

    def _start_one(self) -> bool:
        with self._lock:
            busy = Counter(unit.kind for unit, _until in self._running.values())
        unit = self._claim(lambda handler: busy[handler.kind] < handler.at_once, HELD)
        if unit is None:
            return False
        with self._lock:
            self._running[unit.owner] = unit, self._clock() + self._handlers[unit.kind].lease
        threading.Thread(target=self._in_thread, args=(unit,), name=f"job {unit.kind}", daemon=True).start()
        return True

    def _claim(self, may: Callable[[Handler], bool], held: timedelta) -> Claimed | None:
        """Due work of a kind that has a free thread, leased for at most `held`; the kind served last comes
        last.
        """
        now = self._clock()
        with reading(self._engine) as session:
            kind = queue.find_due(
                session, [kind for kind, handler in self._handlers.items() if may(handler)], now
            )
        if kind is None:
            return None
        handler = self._handlers.pop(kind)
        self._handlers[kind] = handler
        owner = f"{self._name}:{next(self._numbers)}"
        with transaction(self._engine) as session:
            return queue.claim(session, kind, min(handler.lease, held), owner, now)

    def _in_thread(self, unit: Claimed) -> None:
        try:
            self._do(unit)
        except Exception as problem:
            _log_trouble(f"storing what came of {unit.kind}", problem)
            if is_away(problem):
                self._interrupted.append(unit)
        finally:
            with self._lock:
                del self._running[unit.owner]
            self._wake.set()

    def _do(self, unit: Claimed) -> None:
        handler = self._handlers[unit.kind]
        started = time.monotonic()
        try:
            if unit.attempt > handler.attempts and not handler.is_endless:
                raise RuntimeError("every worker that tried it ended before it was done")
            more = handler.run(unit)
        except PostponedError as pause:
            with transaction(self._engine) as session:
                queue.postpone(session, unit, str(pause), pause.until)
        except TryAgainError as problem:
            log.warning("work failed", **_of(unit), problem=str(problem))
            self._store_failure(handler, unit, str(problem))
        except Exception as problem:
            log.exception("work failed in a way nobody foresaw", **_of(unit))
            self._store_failure(handler, unit, f"{type(problem).__name__}: {problem}")
        else:
            self._store_success(handler, unit, bool(more))
        if time.monotonic() - started > handler.lease.total_seconds():
            log.error("work took longer than its lease: it may have been done twice", **_of(unit))

    def _store_success(self, handler: Handler, unit: Claimed, more: bool) -> None:
        now = self._clock()
        again = None if handler.every is None else now + (timedelta() if more else handler.every)
        with transaction(self._engine) as session:
            queue.finish(session, unit, again)
            if unit.attempt > handler.attempts:
                alarms.clear(session, alarms.CENTRE, [FAILING], now, unit.kind)

    def _store_failure(self, handler: Handler, unit: Claimed, error: str) -> None:
        now = self._clock()
        pause = queue.pause_after(unit.attempt)
        if handler.every is not None:
            pause = min(pause, max(handler.every, queue.FIRST_PAUSE))
        gives_up = unit.attempt >= handler.attempts and not handler.is_endless
        with transaction(self._engine) as session:
            queue.fail(session, unit, error, None if gives_up else now + pause)
            if unit.attempt >= handler.attempts:
                code = DEAD if gives_up else FAILING
                why = reason(code, kind=unit.kind, attempts=unit.attempt, detail=error[:500])
                alarms.raise_alarm(session, alarms.CENTRE, why, now, unit.kind)


def _of(unit: Claimed) -> dict[str, object]:
    """The job named in a log line."""
    return {"kind": unit.kind, "key": unit.key, "attempt": unit.attempt}


def _log_trouble(what: str, problem: Exception) -> None:
    if is_away(problem):
        log.warning("the database is away; trying on", work=what, problem=type(problem).__name__)
    else:
        log.error("work failed; trying on", work=what, exc_info=problem)
