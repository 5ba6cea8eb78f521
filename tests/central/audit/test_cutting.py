"""The oldest entries go when their time is over: the chain goes on, nothing else can be deleted, a hold and a
SIEM keep what they need."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from central.audit import cutting, service
from central.audit.models import AuditEntry, AuditExport
from central.db import transaction

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def write(engine: Engine, *subjects: str) -> None:
    """An act on each of these."""
    for subject in subjects:
        with transaction(engine) as session:
            service.record(session, "user:lan", "case.view", subject, {})


def moment_of(engine: Engine, seq: int) -> datetime:
    with transaction(engine) as session:
        return session.get_one(AuditEntry, seq).at


def cut(engine: Engine, before: datetime, *held: str) -> bool:
    """What the worker does; whether more may go."""
    with transaction(engine) as session:
        return cutting.cut(session, before, held, NOW)


def left(engine: Engine) -> list[int]:
    with transaction(engine) as session:
        assert service.verify_chain(session).broken_at is None
        return sorted(entry.seq for entry in service.list_entries(session))


def test_what_is_older_goes_and_the_chain_goes_on(engine: Engine) -> None:
    write(engine, "case:1", "case:2", "case:3", "case:4")
    assert not cut(engine, moment_of(engine, 3))
    assert left(engine) == [3, 4, 5]
    with transaction(engine) as session:
        told = service.list_entries(session, limit=1)[0]
        assert (told.action, told.detail["through"], told.detail["entries"]) == (service.CUT, 2, 2)
    write(engine, "case:5")
    cut(engine, moment_of(engine, 5))
    assert left(engine) == [5, 6, 7]


def test_the_last_entry_stays(engine: Engine) -> None:
    write(engine, "case:1", "case:2")
    cut(engine, NOW)
    assert left(engine) == [2, 3]
    with transaction(engine) as session:
        assert cutting.cuttable(session, NOW - timedelta(days=9999), ()).entries == 0


def test_it_goes_a_turn_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "ONE_TURN", 2)
    write(engine, *(f"case:{number}" for number in range(5)))
    before = moment_of(engine, 5) + timedelta(microseconds=1)
    turns = 1
    while cut(engine, before):
        turns += 1
    assert turns == 3
    assert left(engine)[0] == 6


def test_entries_of_a_case_on_hold_stay_and_everything_after_them(engine: Engine) -> None:
    write(engine, "case:1", "case:17", "case:2", "case:3")
    with transaction(engine) as session:
        found = cutting.cuttable(session, NOW, {"case:17"})
    assert (found.entries, found.stopped_by) == (1, 2)
    cut(engine, NOW, "case:17")
    assert left(engine) == [2, 3, 4, 5]


def test_what_a_siem_has_not_taken_stays(engine: Engine) -> None:
    write(engine, "case:1", "case:2", "case:3", "case:4")
    with transaction(engine) as session:
        session.add(AuditExport(destination="siem:6514", seq=2, sent_at=NOW))
    cut(engine, NOW)
    assert left(engine) == [3, 4, 5]


@pytest.mark.parametrize("statement", ["DELETE FROM audit_entry WHERE seq = 4", "DELETE FROM audit_entry"])
def test_the_database_lets_go_only_of_what_a_cut_tells_of(engine: Engine, statement: str) -> None:
    write(engine, "case:1", "case:2", "case:3", "case:4")
    cut(engine, moment_of(engine, 3))
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    assert left(engine) == [3, 4, 5]


def test_a_beginning_that_no_entry_tells_of_is_found_out(engine: Engine) -> None:
    """Somebody who can write to the database makes the log's beginning vanish as if its time were over."""
    write(engine, "case:1", "case:2", "case:3")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_cut (through, hash, entries, first_at, last_at, at) "
                "SELECT 2, hash, 2, at, at, at FROM audit_entry WHERE seq = 2"
            )
        )
        connection.execute(text("DELETE FROM audit_entry WHERE seq <= 2"))
    with transaction(engine) as session:
        report = service.verify_chain(session)
    assert (report.broken_at, "no entry tells" in report.reason) == (2, True)
