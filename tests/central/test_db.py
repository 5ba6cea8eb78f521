"""Sessions that read wait for nobody and write nothing; what can't be a database of the centre is told."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.audit import service as audit
from central.db import (
    DatabaseUnfitError,
    KeyTakenError,
    insert_all,
    is_away,
    make_engine,
    reading,
    reads_only,
    transaction,
)
from central.media.models import Media
from tests.central.people import add_user


def test_a_reader_does_not_wait_for_a_writer(engine: Engine, now: datetime) -> None:
    with transaction(engine) as writer:
        add_user(writer, "lan", Role.OPERATOR, now)
        with reading(engine) as session:
            assert session.connection().execute(text("SELECT count(*) FROM app_user")).scalar() == 0


def test_what_was_read_stays_usable(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        added = add_user(session, "lan", Role.OPERATOR, now).id
    with reading(engine) as session:
        found = session.get(User, added)
    assert found is not None
    assert found.username == "lan"


def test_a_reading_session_writes_nothing(engine: Engine, now: datetime) -> None:
    with reading(engine) as session, pytest.raises(DBAPIError):
        add_user(session, "lan", Role.OPERATOR, now)
    with transaction(engine) as session:
        add_user(session, "lan", Role.OPERATOR, now)


def test_a_sight_recorded_while_only_reading_is_a_mistake_of_ours(engine: Engine) -> None:
    with reading(engine) as session, pytest.raises(RuntimeError, match="only reads"):
        audit.record(session, "user:lan", "case.view", "case:1", {})


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    def open_it(engine: Engine) -> None:
        all_there.wait(20)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (a)")

    for attempt in range(20):
        engines = [make_engine(f"sqlite:///{tmp_path}/{attempt}.db") for _ in range(8)]
        all_there = threading.Barrier(len(engines))
        with ThreadPoolExecutor(len(engines)) as pool:
            list(pool.map(open_it, engines))
        for engine in engines:
            engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://root@host/ngatu", "mysql"),
        ("nonsense", "not a URL"),
        ("", "not a URL"),
        ("postgresql://root@host:port/ngatu", "not a URL"),
        ("postgresql://[::1/ngatu", "not a URL"),
        ("postgresql://", "needs a name"),
        ("postgresql://root@host", "needs a name"),
        ("postgresql://root@host/?connect_timeout=3", "needs a name"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_what_is_no_database_of_ours_is_told(url: str, words: str) -> None:
    with pytest.raises(DatabaseUnfitError, match=words):
        make_engine(url)


@pytest.mark.postgres
def test_a_server_that_turned_read_only_is_away(empty_postgres_engine: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, reads_only(empty_postgres_engine).begin() as connection:
        connection.execute(text("DELETE FROM media"))
    assert is_away(caught.value)


@pytest.mark.postgres
def test_a_server_that_ended_an_idle_transaction_is_away(empty_postgres_engine: Engine) -> None:
    with empty_postgres_engine.connect() as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 50"))
        time.sleep(0.5)
        for _ in ("told so", "asked again in the lost transaction"):
            with pytest.raises(SQLAlchemyError) as caught:
                connection.execute(text("SELECT 1"))
            assert is_away(caught.value)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "setting", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
)
def test_nothing_waits_for_ever(empty_postgres_engine: Engine, setting: str) -> None:
    with empty_postgres_engine.connect() as connection:
        assert connection.execute(text(f"SHOW {setting}")).scalar() not in ("0", None)


def test_many_rows_are_stored_at_once_or_none(engine: Engine, now: datetime) -> None:
    rows = [
        {"sha256": f"{n:064}", "bytes": 2**40 + n, "media_type": "a\tb\\c \n ệ", "stored_at": now}
        for n in range(3)
    ]
    with transaction(engine) as session:
        insert_all(session, Media, rows[:2])
    with pytest.raises(KeyTakenError), transaction(engine) as session, session.begin_nested():
        insert_all(session, Media, [rows[2], rows[0]])
    with reading(engine) as session:
        found = {row.sha256: row for row in session.exec(select(Media))}
    assert sorted(found) == [row["sha256"] for row in rows[:2]]
    first = found[str(rows[0]["sha256"])]
    assert (first.bytes, first.media_type, first.stored_at) == (2**40, rows[0]["media_type"], now)


@pytest.mark.parametrize("statement", ["INSERT INTO media (sha256) VALUES ('x')", "SELECT 1 FROM nowhere"])
def test_a_wrong_statement_is_not_a_database_that_is_away(engine: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        connection.execute(text(statement))
    assert not is_away(caught.value)
