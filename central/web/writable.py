"""Whether the database accepts writes just now, and if not, why: for monitoring a process."""

import os
import sqlite3
from pathlib import Path
from typing import cast

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

LEAST_ROOM = 16 * 2**20
"""Bytes that must be free beside a SQLite file: for a package's rows, and the log they are first written
to.
"""

READ_ONLY = "database is read-only"
NOT_OPENED = "database file can't be opened"
MISSING = "database file is missing"
FULL = "disk is full"

_WORDS = {
    sqlite3.SQLITE_BUSY: None,  # another process is writing, so the database accepts writes
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: NOT_OPENED,
    sqlite3.SQLITE_FULL: FULL,
}


def refusal(engine: Engine) -> str | None:
    """Why the database accepts no writes, in a few words; None if it does. A SQLite file is checked without
    waiting for writers.

    Raises:
        SQLAlchemyError: it does not respond. OSError: the place of a SQLite file does not answer.
    """
    if engine.dialect.name != "postgresql":
        return _refusal_of_file(engine)
    with engine.connect() as connection:
        takes = connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "off"
    return None if takes else READ_ONLY


def _refusal_of_file(engine: Engine) -> str | None:
    try:
        disk = os.statvfs(Path(engine.url.database or ""))
    except FileNotFoundError:
        return MISSING
    except PermissionError:
        return NOT_OPENED
    if disk.f_bavail * disk.f_frsize < LEAST_ROOM:
        return FULL
    try:
        with engine.connect() as connection:
            _begin_to_write(cast("sqlite3.Connection", connection.connection.dbapi_connection))
    except (DBAPIError, sqlite3.Error) as problem:
        cause = problem.orig if isinstance(problem, DBAPIError) else problem
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code not in _WORDS:
            raise
        return _WORDS[code]
    return None


def _begin_to_write(connection: sqlite3.Connection) -> None:
    """Begins to write and rolls back: nothing reaches the disk. Raises sqlite3.Error.

    BEGIN IMMEDIATE alone proves nothing: on a read-only file SQLite silently begins a read transaction.
    """
    connection.execute("PRAGMA busy_timeout=0")
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("PRAGMA user_version=1")
    finally:
        connection.execute("ROLLBACK")
