"""Databases for the centre's tests: a fresh SQLite file, or a throw-away PostgreSQL database."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

SERVER = os.environ.get("NGATU_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def postgres_problem() -> str | None:
    """Why the PostgreSQL tests can't run; None when they can."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as problem:
        return f"no PostgreSQL at NGATU_TEST_POSTGRES or 127.0.0.1:5432: {problem}"
    return None


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """The URL of a new database, dropped afterwards."""
    name = f"ngatu_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield SERVER.rsplit("/", 1)[0] + "/" + name
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def empty(engine: Engine) -> None:
    """Removes every row from a PostgreSQL test database; only here may the audit log be emptied."""
    names = ", ".join(f'"{table.name}"' for table in SQLModel.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
