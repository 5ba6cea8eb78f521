"""Migrations and tables are one schema on both databases, the guards of the audit log included."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from central import migrations
from central.audit import service as audit
from central.db import make_engine, transaction
from tests.central import databases


@pytest.fixture
def bare_sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def bare_postgres() -> Iterator[Engine]:
    problem = databases.postgres_problem()
    if problem:
        pytest.skip(problem)
    with databases.throwaway_postgres() as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture(params=["bare_sqlite", pytest.param("bare_postgres", marks=pytest.mark.postgres)])
def bare(request: pytest.FixtureRequest) -> Engine:
    """A database without a table."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def test_migrations_lead_to_the_tables_of_the_programme(bare: Engine) -> None:
    assert not migrations.is_current(bare)
    migrations.upgrade(bare)
    assert migrations.is_current(bare)
    migrations.check(bare)


def test_migrating_twice_changes_nothing(bare: Engine) -> None:
    migrations.upgrade(bare)
    migrations.upgrade(bare)
    assert migrations.is_current(bare)


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"])
def test_the_audit_log_of_a_migrated_database_is_append_only(bare: Engine, statement: str) -> None:
    migrations.upgrade(bare)
    with transaction(bare) as session:
        audit.record(session, "system", "test", "x", {})
    with pytest.raises(DatabaseError, match="append-only"), bare.begin() as connection:
        connection.execute(text(statement))
