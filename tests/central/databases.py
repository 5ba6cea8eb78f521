"""Databases for the centre's tests: a fresh SQLite file, or a throw-away PostgreSQL database."""

import atexit
import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, event, text

from central import migrations
from central.db import make_engine

SERVER = os.environ.get("NGATU_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def postgres_problem() -> str | None:
    """Why the PostgreSQL tests can't run; None when they can."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as problem:
        return f"no PostgreSQL at NGATU_TEST_POSTGRES or 127.0.0.1:5432: {problem}"
    return None


def need_postgres() -> None:
    """Skips the test, with the reason, where there is no PostgreSQL."""
    if problem := postgres_problem():
        pytest.skip(problem)


@contextmanager
def throwaway_postgres(kind: str = "") -> Iterator[str]:
    """The URL of a new database, dropped afterwards; `kind` is added to its CREATE DATABASE."""
    name = f"ngatu_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" {kind}')
        # Nobody cuts the power: a commit needn't wait for the disk.
        server.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    try:
        yield SERVER.rsplit("/", 1)[0] + "/" + name
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def migrated_postgres() -> Iterator[str]:
    """The URL of a new database at the newest migration: a copy of one that is migrated once for the whole
    run."""
    with throwaway_postgres(f'TEMPLATE "{_migrated_postgres()}"') as url:
        yield url


@cache
def _migrated_postgres() -> str:
    """Its name; nobody may be connected to it while it is copied."""
    kept = ExitStack()
    atexit.register(kept.close)
    url = kept.enter_context(throwaway_postgres())
    engine = make_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    return url.rsplit("/", 1)[1]


def migrated_sqlite(file: Path) -> None:
    """Makes a SQLite database at the newest migration: a copy of one that is migrated once for the whole run,
    unless the file exists."""
    if not file.exists():
        shutil.copy(_migrated_once(), file)


@cache
def _migrated_once() -> Path:
    file = Path(tempfile.mkdtemp(prefix="ngatu-test-")) / "migrated.db"
    engine = not_waiting_for_the_disk(make_engine(f"sqlite:///{file}"))
    migrations.upgrade(engine)
    engine.dispose()  # the last connection to close puts everything into the one file
    return file


_EMPTY = """
DO $$
DECLARE name text;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
    CONTINUE WHEN name = 'alembic_version';
    EXECUTE 'DELETE FROM ' || name;
  END LOOP;
  FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences
      WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    PERFORM setval(name::regclass, 1, false);
  END LOOP;
END $$"""


def empty(engine: Engine) -> None:
    """Removes every row from a PostgreSQL test database; only here may the audit log be emptied.

    Not by TRUNCATE: it makes each table a new file, which takes a second for nearly empty tables.
    """
    with engine.begin() as connection:
        connection.execute(text(_EMPTY))


def not_waiting_for_the_disk(engine: Engine) -> Engine:
    """SQLite that leaves it to the system when it writes: a test's database needs no power cut."""

    @event.listens_for(engine, "connect")
    def _at_ease(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    return engine
