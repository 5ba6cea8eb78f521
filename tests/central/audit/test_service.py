"""The audit chain: every alteration shows, the database refuses most, acts undone leave no trace."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from central.audit import service
from central.audit.models import AuditEntry
from central.db import make_engine, reading, transaction
from tests.central import databases


def _record(engine: Engine, *actions: str) -> None:
    for action in actions:
        with transaction(engine) as session:
            service.record(session, "user:lan", action, "case:1", {"plate": "29A-123.45", "n": 1, "ok": True})


def _actions(engine: Engine) -> list[str]:
    with transaction(engine) as session:
        return [entry.action for entry in service.list_entries(session)]


def test_entries_form_a_chain(engine: Engine) -> None:
    _record(engine, "a", "b", "c")
    with transaction(engine) as session:
        assert service.verify_chain(session) == service.ChainReport(3, None)
    assert _actions(engine) == ["c", "b", "a"]


def test_an_empty_log_is_whole(engine: Engine) -> None:
    with transaction(engine) as session:
        assert service.verify_chain(session) == service.ChainReport(0, None)


def test_the_bytes_that_are_hashed_never_change() -> None:
    entry = AuditEntry(
        seq=7,
        at=datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC),
        actor="user:lan",
        action="case.accept",
        subject="case:17",
        detail={"plate": "29A-123.45", "lý do": "rõ"},
        previous="0" * 64,
        hash="",
    )
    assert service.entry_hash(entry) == "91c9d9ae0e655a945a1951970ccdcc71fe891a4c966524c20f90856de8bd0202"


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_changes(engine: Engine, statement: str) -> None:
    _record(engine, "a")
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit_entry SET actor = 'user:an' WHERE seq = 2", 2),
        ("UPDATE audit_entry SET previous = hash WHERE seq = 3", 3),
        ("DELETE FROM audit_entry WHERE seq = 1", 1),
        ("DELETE FROM audit_entry WHERE seq = 2", 2),
    ],
)
def test_who_gets_past_the_database_is_found_out(
    sqlite_engine: Engine, statement: str, broken_at: int
) -> None:
    _record(sqlite_engine, "a", "b", "c")
    with sqlite_engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entry_no_update"))
        connection.execute(text("DROP TRIGGER audit_entry_no_delete"))
        connection.execute(text(statement))
    with transaction(sqlite_engine) as session:
        assert service.verify_chain(session).broken_at == broken_at


def test_what_was_rolled_back_was_not_done(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), transaction(engine) as session:
        _record_and_fail(session)
    assert _actions(engine) == []


def test_a_savepoint_takes_only_its_own_entries_back(engine: Engine) -> None:
    with transaction(engine) as session:
        service.record(session, "system", "before", "x", {})
        with session.begin_nested():
            service.record(session, "system", "kept", "x", {})
        with pytest.raises(RuntimeError, match="on purpose"), session.begin_nested():
            _record_and_fail(session)
        service.record(session, "system", "after", "x", {})
    assert _actions(engine) == ["after", "kept", "before"]


def _record_and_fail(session: Session) -> None:
    with session.begin_nested():
        service.record(session, "system", "undone", "x", {})
    raise RuntimeError("on purpose")


def test_writers_at_the_same_time_still_form_one_chain(engine: Engine) -> None:
    threads = [threading.Thread(target=_record, args=(engine, *"abcdefgh")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(engine) as session:
        assert service.verify_chain(session) == service.ChainReport(32, None)


def test_the_log_goes_by_the_clock_of_the_centre(tmp_path: Path, now: datetime) -> None:
    """As everything else: what was done within half an hour, or in a month, is asked by the same clock."""
    databases.migrated_sqlite(tmp_path / "central.db")
    moment = [now]
    engine = make_engine(f"sqlite:///{tmp_path / 'central.db'}", clock=lambda: moment[0])
    half_an_hour, entry = timedelta(minutes=30), ("user:lan", "a", "case:1")
    _record(engine, "a")
    with reading(engine) as session:
        assert [found.at for found in service.list_entries(session)] == [now]
    for passed, is_within in ((timedelta(0), True), (half_an_hour, False)):
        moment[0] = now + passed
        with reading(engine) as session:
            detail = {"plate": "29A-123.45", "n": 1, "ok": True}
            assert service.was_done(session, *entry, half_an_hour) is is_within
            assert service.was_recorded(session, *entry, detail, half_an_hour) is is_within
    engine.dispose()
