"""Fixtures of the centre's tests: what takes `engine` or `session` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine
from sqlmodel import Session

from central.db import make_engine, transaction
from tests.central import databases
from tests.central.casework import casework
from tests.central.faces import signed_in
from tests.central.sandboxes.national import national, token_file

__all__ = ["casework", "national", "signed_in", "token_file"]


@pytest.fixture(autouse=True)
def _quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 takes a tenth of a second and 64 MiB on purpose; hundreds of tests sign somebody in."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr("central.accounts.passwords._hasher", quick)


@pytest.fixture(scope="session")
def postgres_engine() -> Iterator[Engine]:
    """One throw-away database for the whole run, migrated as in production."""
    databases.need_postgres()
    with databases.migrated_postgres() as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A new SQLite file, migrated as in production."""
    databases.migrated_sqlite(tmp_path / "central.db")
    engine = databases.not_waiting_for_the_disk(make_engine(f"sqlite:///{tmp_path / 'central.db'}"))
    yield engine
    engine.dispose()


@pytest.fixture
def empty_postgres_engine(postgres_engine: Engine) -> Engine:
    """The PostgreSQL database without a row."""
    databases.empty(postgres_engine)
    return postgres_engine


@pytest.fixture(params=["sqlite_engine", pytest.param("empty_postgres_engine", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty database with all tables: SQLite, then PostgreSQL."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One transaction, committed at the end of the test."""
    with transaction(engine) as session:
        yield session


@pytest.fixture
def now() -> datetime:
    """The tests' clock."""
    return datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
