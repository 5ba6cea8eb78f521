"""Migrations and tables are one schema on both databases, whatever state a database is found in."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, Inspector, event, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

from central import migrations
from central.audit import service as audit
from central.db import DatabaseUnfitError, make_engine, transaction
from central.ingest.quarantine import list_latest
from central.models import ALL_TABLES
from configs.words import say
from tests.central import databases


@pytest.fixture
def bare_sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def bare_postgres() -> Iterator[Engine]:
    databases.need_postgres()
    with databases.throwaway_postgres() as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture(params=["bare_sqlite", pytest.param("bare_postgres", marks=pytest.mark.postgres)])
def bare(request: pytest.FixtureRequest) -> Engine:
    """A database without a table."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def test_migrations_lead_to_the_tables_of_the_programme(bare: Engine, engine: Engine) -> None:
    """CHECKs, indexes and their conditions included: a state that only the models know fails here.

    `engine` is migrated; `bare` gets what the models say. Both are compared as their database tells them.
    """
    if bare.dialect.name != engine.dialect.name:
        pytest.skip("the other pair of databases")
    SQLModel.metadata.create_all(bare, tables=ALL_TABLES)
    migrated = {part for part in _schema(engine) if not part.startswith("alembic_version:")}
    modelled = _schema(bare)
    assert (migrated - modelled, modelled - migrated) == (set(), set())
    migrations.check(engine)


@pytest.mark.postgres
def test_the_beginning_of_a_plate_is_found_whatever_the_server_sorts_by(postgres_engine: Engine) -> None:
    """Vietnamese and English collations of glibc pass over hyphens and case, so that `98A` finds nothing."""
    [plate] = [
        column for column in inspect(postgres_engine).get_columns("case_file") if column["name"] == "plate"
    ]
    assert getattr(plate["type"], "collation", None) == "C"


@pytest.mark.parametrize("first", ["central.accounts.models", "central.audit.models", "central.db"])
def test_constraints_have_names_whichever_module_comes_first(first: str) -> None:
    told = (
        f"import {first}; from central.models import ALL_TABLES;"
        "print([t.name for t in ALL_TABLES if t.primary_key.name != f'pk_{t.name}'])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _schema(engine: Engine) -> set[str]:
    """A line for each part of each table."""
    seen = inspect(engine)
    return {f"{table}: {part}" for table in seen.get_table_names() for part in _parts(seen, table)}


def _parts(seen: Inspector, table: str) -> Iterator[str]:
    for column in seen.get_columns(table):
        kind = f"{column['type']} {getattr(column['type'], 'collation', None)}"
        yield f"column {column['name']} {kind} null={column['nullable']}"
    for check in seen.get_check_constraints(table):
        yield f"check {check['name']} {check['sqltext']}"
    for key in (*seen.get_foreign_keys(table), *seen.get_unique_constraints(table)):
        yield f"key {key}"
    yield f"primary key {seen.get_pk_constraint(table)}"
    yield from map(_index, seen.get_indexes(table))


def _index(found: ReflectedIndex) -> str:
    options = {name: str(value) for name, value in found.get("dialect_options", {}).items()}
    return f"{found['name']} {found.get('expressions', found['column_names'])} {found['unique']} {options}"


def test_migrating_twice_changes_nothing(bare: Engine) -> None:
    assert migrations.standing(bare).state == "empty"
    migrations.upgrade(bare)
    migrations.upgrade(bare)
    assert migrations.standing(bare).state == "current"


def test_several_migrate_at_once_and_all_are_well(bare: Engine) -> None:
    problems: list[Exception] = []

    def migrate() -> None:
        engine = make_engine(bare.url.render_as_string(hide_password=False))
        try:
            migrations.upgrade(engine)
        except Exception as problem:
            problems.append(problem)
        engine.dispose()

    together = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert problems == []
    assert migrations.standing(bare).state == "current"


@pytest.mark.parametrize(
    ("statements", "state", "words"),
    [
        (["CREATE TABLE shop (id INTEGER)"], "foreign", "other tables"),
        (
            [
                "CREATE TABLE alembic_version (version_num VARCHAR(32))",
                "INSERT INTO alembic_version VALUES ('ae1027a6acf')",
            ],
            "foreign",
            "one of its own",
        ),
        (["UPDATE alembic_version SET version_num = '9999'"], "newer", "9999"),
    ],
)
def test_what_is_not_ours_or_newer_is_told_and_left_alone(
    bare: Engine, statements: list[str], state: str, words: str
) -> None:
    if state == "newer":
        migrations.upgrade(bare)
    with bare.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    tables = set(inspect(bare).get_table_names())
    assert migrations.standing(bare).state == state
    with pytest.raises(DatabaseUnfitError, match=words):
        migrations.upgrade(bare)
    assert set(inspect(bare).get_table_names()) == tables


def test_an_older_database_is_told(bare: Engine) -> None:
    migrations.upgrade(bare)
    with bare.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert migrations.standing(bare).state == "older"


def test_who_finds_another_migrating_waits_however_long_it_takes(bare_sqlite: Engine) -> None:
    url = bare_sqlite.url.render_as_string(hide_password=False)
    impatient = make_engine(url, lock_seconds=0.1)
    with bare_sqlite.connect() as other:
        other.exec_driver_sql("CREATE TABLE one (id INTEGER)")
        waiting = threading.Thread(target=migrations.upgrade, args=(impatient,))
        waiting.start()
        time.sleep(1.0)
        assert waiting.is_alive()
        other.rollback()
    waiting.join()
    assert migrations.standing(bare_sqlite).state == "current"
    with impatient.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 100
    impatient.dispose()


@pytest.mark.postgres
def test_a_machine_that_is_very_busy_migrates_too(
    bare_postgres: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends who does nothing in a transaction for long."""
    real = migrations._standing

    def slowly(connection: Connection) -> migrations.Standing:
        time.sleep(1.0)
        return real(connection)

    def impatient(connection: Any, _record: object) -> None:
        connection.execute("SET idle_in_transaction_session_timeout = '300ms'")

    event.listen(bare_postgres, "connect", impatient)
    monkeypatch.setattr(migrations, "_standing", slowly)
    migrations.upgrade(bare_postgres)
    with bare_postgres.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_without_vietnamese_letters_is_refused(encoding: str) -> None:
    databases.need_postgres()
    kind = f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    with databases.throwaway_postgres(kind) as url:
        engine = make_engine(url)
        with pytest.raises(DatabaseUnfitError, match=encoding):
            migrations.upgrade(engine)
        engine.dispose()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"])
def test_the_audit_log_is_append_only(engine: Engine, statement: str) -> None:
    with transaction(engine) as session:
        audit.record(session, "system", "test", "x", {})
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))


def test_a_migrated_file_is_what_sqlite_reads(sqlite_engine: Engine) -> None:
    assert sqlite_engine.url.database is not None
    with sqlite3.connect(sqlite_engine.url.database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_was_in_quarantine_keeps_its_words(bare: Engine) -> None:
    with bare.begin() as connection:
        command.upgrade(migrations._config(connection), "0027")
        connection.execute(
            text(
                "INSERT INTO quarantine (node_id, topic, payload_sha256, size, head, reason, detail, count,"
                " first_at, last_at) VALUES ('', 't', 'x', 1, :head, 'message.topic', 'chủ đề lạ — odd',"
                " 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00')"
            ),
            {"head": b"x"},
        )
    migrations.upgrade(bare)
    with transaction(bare) as session:
        [entry] = list_latest(session)
    assert (say(entry.why, "vi"), say(entry.why, "en")) == ("chủ đề lạ", "odd")


_AT_0015 = (
    "INSERT INTO node (id, enrolled_at, state, software, outbox_packages)"
    " VALUES ('n', '2026-01-01 00:00:00+00:00', 'online', '', 0)",
    *(
        "INSERT INTO camera (node_id, id, site, site_name, calibration, certificate, approved_from,"
        f" approved_until, state, fps, armed) VALUES ('n', '{camera}', 's', 'S', '', 'KD-1',"
        " '2025-12-31 17:00:00+00:00', '2026-12-31 16:59:59+00:00', 'online', 0, FALSE)"
        for camera in ("registered", "not registered")
    ),
    "INSERT INTO device (node_id, camera_id, name, serial, unit, expressway, entered_at, entered_by)"
    " VALUES ('n', 'registered', 'C', 'SN', 'CSGT', FALSE, '2026-01-02 00:00:00+00:00', 'test')",
)


def test_the_certificate_of_a_registered_camera_becomes_its_paper(bare: Engine) -> None:
    with bare.begin() as connection:
        command.upgrade(migrations._config(connection), "0015")
        for statement in _AT_0015:
            connection.execute(text(statement))
    migrations.upgrade(bare)
    with bare.connect() as connection:
        papers = connection.execute(
            text(
                "SELECT camera_id, kind, number, CAST(valid_from AS TEXT), CAST(valid_to AS TEXT)"
                " FROM device_paper"
            )
        ).all()
    assert [tuple(paper) for paper in papers] == [
        ("registered", "certificate", "KD-1", "2026-01-01", "2026-12-31")
    ]
