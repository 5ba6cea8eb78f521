"""The worker's rounds: everything due is done, and one failing job doesn't keep the others waiting."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from central.accounts import service as accounts
from central.accounts.models import UserSession
from central.accounts.permissions import Role
from central.accounts.sessions import sign_in
from central.db import transaction
from central.fleet.enrolment import enrol
from central.fleet.models import Alarm
from central.ingest import quarantine
from central.ingest.models import PartialFile
from central.ingest.work import Arrived, Refusal
from central.media.store import PartialFiles
from central.settings import CentralSettings
from central.worker import Job, jobs, run_once
from contract.topics import NodeTopics
from tests.central.evidence import NODE, chain, enrolment
from tests.central.ingest.conftest import Centre


@pytest.fixture
def centre(engine: Engine, tmp_path: Path, now: datetime) -> Centre:
    with transaction(engine) as session:
        enrol(session, enrolment(), now, "test")
    return Centre(engine, tmp_path, now)


def round_at(centre: Centre, now: datetime) -> dict[str, int]:
    return run_once(jobs(CentralSettings(data_dir=centre.folder), centre.engine), now)


def test_pieces_nobody_named_are_forgotten_after_a_day(centre: Centre, now: datetime) -> None:
    centre.receive([Arrived(NodeTopics(NODE).chunk("a" * 64, 0), b"x")])
    assert round_at(centre, now + timedelta(hours=23))["forget early pieces"] == 0
    assert round_at(centre, now + timedelta(hours=25))["forget early pieces"] == 1
    assert list(PartialFiles(centre.folder / "partial").names()) == []
    with transaction(centre.engine) as session:
        assert session.exec(select(PartialFile)).all() == []


def test_a_package_that_stays_away_raises_an_alarm(centre: Centre, now: datetime) -> None:
    first, _withheld, third = chain(3)
    centre.receive([first.manifest_message, third.manifest_message])
    assert round_at(centre, now + timedelta(minutes=30))["watch gaps"] == 0
    assert round_at(centre, now + timedelta(hours=2))["watch gaps"] == 1
    with transaction(centre.engine) as session:
        assert [alarm.kind for alarm in session.exec(select(Alarm))] == ["gap"]


def test_old_sessions_go(centre: Centre, now: datetime) -> None:
    with transaction(centre.engine) as session:
        made = accounts.create_user(session, "lan", "Lan", Role.OPERATOR, now, "test")
    sign_in(centre.engine, "lan", made.password, now)
    assert round_at(centre, now + timedelta(days=1))["end sessions"] == 1
    with transaction(centre.engine) as session:
        assert session.exec(select(UserSession)).all() == []


def test_the_quarantine_is_bounded(centre: Centre, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "KEPT_ENTRIES", 3)
    with transaction(centre.engine) as session:
        refusals = [Refusal(Arrived("t", bytes([n])), "topic", "?") for n in range(5)]
        quarantine.put(session, refusals, now)
    assert round_at(centre, now)["trim quarantine"] == 2
    assert sorted(entry.head for entry in centre.quarantined()) == [b"\x02", b"\x03", b"\x04"]


def test_a_failing_job_does_not_stop_the_round(now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    def fails(_now: datetime) -> int:
        raise RuntimeError("the registry is on fire")

    done = run_once([Job("fails", fails), Job("works", lambda _now: 1)], now)
    assert done == {"works": 1}
    assert "on fire" in caplog.text
