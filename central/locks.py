"""A lock that one process holds: a second one waits on standby until the first ends."""

import fcntl
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger(__name__)

RETRY_SECONDS = 2.0
Held = Callable[[], bool]


@contextmanager
def only_one(engine: Engine, name: str, folder: Path, stop: threading.Event) -> Iterator[Held]:
    """Waits until no other process does the work called `name`, and keeps others out while the block runs.

    On PostgreSQL by an advisory lock on a separate connection: the server releases it when this process dies.
    On SQLite, where all processes are on one machine, by a locked file in `folder`.

    Yields:
        A function that returns whether the lock is still held. It returns False at once if `stop` was set
            while waiting.
    """
    hold = _hold_advisory_lock if engine.dialect.name == "postgresql" else _hold_file
    with hold(engine, name, folder, stop) as held:
        yield held


@contextmanager
def _hold_advisory_lock(engine: Engine, name: str, _folder: Path, stop: threading.Event) -> Iterator[Held]:
    key = int.from_bytes(hashlib.sha256(f"ngatu {name}".encode()).digest()[:8], "big", signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def try_lock() -> bool:
            return bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar())

        def held() -> bool:
            try:
                connection.execute(text("SELECT 1"))
            except DBAPIError:
                log.warning("the connection that holds the lock is gone", lock=name)
                return False
            return True

        if not _wait(try_lock, name, stop):
            yield lambda: False
            return
        try:
            yield held
        finally:
            # The connection returns to the pool: the lock must not stay on it.
            connection.invalidate()


@contextmanager
def _hold_file(_engine: Engine, name: str, folder: Path, stop: threading.Event) -> Iterator[Held]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:

        def try_lock() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        got = _wait(try_lock, name, stop)
        yield lambda: got


def _wait(try_lock: Callable[[], bool], name: str, stop: threading.Event) -> bool:
    waited = False
    while not stop.is_set():
        if try_lock():
            return True
        if not waited:
            log.info("another process does this work; standing by", lock=name)
        waited = True
        stop.wait(RETRY_SECONDS)
    return False
