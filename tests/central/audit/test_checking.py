"""The daily check: what was altered, taken out or cut off at the end is found."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from central.alarms import service as alarms
from central.audit import checking
from central.audit import service as audit
from central.db import transaction
from central.jobs.queue import Claimed
from central.settings import CentralSettings
from central.worker import CHAIN_ALARM, chain_handler


def write(engine: Engine, number: int) -> None:
    """Some acts."""
    for each in range(number):
        with transaction(engine) as session:
            audit.record(session, "user:lan", "case.view", f"case:{each}", {})


@pytest.fixture
def centre(sqlite_engine: Engine, tmp_path: Path) -> CentralSettings:
    write(sqlite_engine, 3)
    return CentralSettings(data_dir=tmp_path, secure_cookies=False, unit="BN")


def checked(engine: Engine, settings: CentralSettings) -> bool:
    """What the worker does once a day; whether an alarm stands."""
    unit = Claimed(1, "audit.check", "", {}, attempt=1, revision=1, owner="test")
    chain_handler(engine, settings, lambda: datetime(2026, 11, 24, 8, tzinfo=UTC)).run(unit)
    with transaction(engine) as session:
        return alarms.is_open(session, alarms.CENTRE, CHAIN_ALARM)


def by_hand(engine: Engine, statement: str) -> None:
    """Somebody who can write to the database, past its triggers."""
    with engine.begin() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
        for name in list(names):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(statement))


def test_a_whole_log_is_noted_and_marked(sqlite_engine: Engine, centre: CentralSettings) -> None:
    assert not checked(sqlite_engine, centre)
    mark = checking.read_mark(centre.data_dir / "audit.mark")
    assert mark is not None
    assert mark.seq == 3
    write(sqlite_engine, 2)
    assert not checked(sqlite_engine, centre)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'user:x' WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq >= 3",
        "DELETE FROM audit_entry",
    ],
)
def test_what_was_done_to_it_raises_an_alarm_until_it_is_whole(
    sqlite_engine: Engine, centre: CentralSettings, statement: str
) -> None:
    assert not checked(sqlite_engine, centre)
    by_hand(sqlite_engine, statement)
    assert checked(sqlite_engine, centre)
    write(sqlite_engine, 5)
    assert checked(sqlite_engine, centre), "what comes after it heals nothing"


def test_a_spoilt_mark_is_an_alarm_and_not_overwritten(
    sqlite_engine: Engine, centre: CentralSettings
) -> None:
    path = centre.data_dir / "audit.mark"
    path.write_text("{")
    assert checked(sqlite_engine, centre)
    assert path.read_text() == "{"
