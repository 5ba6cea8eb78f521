"""What the worker does when its time has come, over the real tables."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from central.accounts import service as accounts
from central.accounts.models import UserSession
from central.accounts.permissions import Role
from central.accounts.sessions import sign_in
from central.alarms.models import Alarm
from central.console.connections import SYSTEMS
from central.db import transaction
from central.fleet.enrolment import enrol
from central.ingest import quarantine
from central.ingest.models import PartialFile
from central.ingest.work import Arrived, Refusal
from central.jobs.runner import Runner
from central.media.store import PartialFiles
from central.settings import CentralSettings
from central.worker import handlers
from configs.wording import LANGUAGES, Language
from configs.words import value_words
from contract.reasons import reason
from contract.topics import NodeTopics
from tests.central.evidence import NODE, chain, enrolment
from tests.central.ingest.conftest import Centre


@pytest.fixture
def centre(engine: Engine, tmp_path: Path, now: datetime) -> Centre:
    with transaction(engine) as session:
        enrol(session, enrolment(), now, "test")
    return Centre(engine, tmp_path, now)


def work_at(centre: Centre, now: datetime) -> Counter[str]:
    def clock() -> datetime:
        return now

    work = handlers(CentralSettings(data_dir=centre.folder), centre.engine, clock)
    return Runner(centre.engine, work, clock).run_due()


def test_everything_comes_round_and_what_must_not_be_late_every_ten_seconds(
    centre: Centre, now: datetime
) -> None:
    assert set(work_at(centre, now)) == {
        "cases.expire",
        "fleet.watch_silence",
        "reports.take",
        "ingest.watch_gaps",
        "accounts.end_sessions",
        "accounts.disable_unused",
        "searches.watch",
        "incidents.look",
        "ingest.forget_early",
        "alarms.trim",
        "audit.check",
        "fleet.trim_health",
        "ingest.trim_quarantine",
        "retention.tests",
        "proceedings.sweep",
        "proceedings.withdraw_late",
        "parties.reseal",
        "registry.reseal",
        "sharing.count",
        "population.reseal",
        "citizens.reseal",
        "data_subjects.erase",
        "data_subjects.reseal",
        "citizens.tidy",
        "proceedings.waiting",
        "watching.lapse",
        "watching.swings",
        "watching.drops",
        "watching.tidy",
        "watching.judge_cameras",
        "watching.keep_apart",
    }
    assert set(work_at(centre, now + timedelta(seconds=11))) == {"cases.expire", "fleet.watch_silence"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_alarms_name_every_kind_of_work_and_every_connection_in_words(
    centre: Centre, language: Language, now: datetime
) -> None:
    kinds = {
        work.kind for work in handlers(CentralSettings(data_dir=centre.folder), centre.engine, lambda: now)
    }
    kinds |= {kind for system in SYSTEMS for kind in system.kinds}
    assert [kind for kind in sorted(kinds) if value_words("kind", kind, language) == kind] == []
    names = [system.name for system in SYSTEMS]
    assert [name for name in names if value_words("system", name, language) == name] == []


def test_pieces_nobody_named_are_forgotten_after_a_day(centre: Centre, now: datetime) -> None:
    centre.receive([Arrived(NodeTopics(NODE).chunk("a" * 64, 0), b"x")])
    work_at(centre, now + timedelta(hours=23))
    assert len(list(PartialFiles(centre.folder / "partial").names())) == 1
    work_at(centre, now + timedelta(hours=25))
    assert list(PartialFiles(centre.folder / "partial").names()) == []
    with transaction(centre.engine) as session:
        assert session.exec(select(PartialFile)).all() == []


def test_a_package_that_stays_away_raises_an_alarm(centre: Centre, now: datetime) -> None:
    first, _withheld, third = chain(3)
    centre.receive([first.manifest_message, third.manifest_message])
    work_at(centre, now + timedelta(minutes=30))
    assert centre.alarms() == set()
    work_at(centre, now + timedelta(hours=2))
    assert centre.alarms() == {"package.gap"}


def test_old_sessions_go(centre: Centre, now: datetime) -> None:
    with transaction(centre.engine) as session:
        made = accounts.create_user(session, "lan", "Lan", Role.OPERATOR, now, "test")
    sign_in(centre.engine, "lan", made.password, now)
    work_at(centre, now + timedelta(days=1))
    with transaction(centre.engine) as session:
        assert session.exec(select(UserSession)).all() == []


def test_the_quarantine_is_bounded(centre: Centre, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "KEPT_ENTRIES", 3)
    with transaction(centre.engine) as session:
        refusals = [Refusal(Arrived("t", bytes([n])), reason("message.topic", detail="?")) for n in range(5)]
        quarantine.put(session, refusals, now)
    work_at(centre, now)
    assert sorted(entry.head for entry in centre.quarantined()) == [b"\x02", b"\x03", b"\x04"]


def test_a_chore_that_fails_keeps_no_other_from_its_turn(
    centre: Centre, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_arguments: object) -> int:
        raise RuntimeError("the shelf is on fire")

    monkeypatch.setattr(quarantine, "trim", fails)
    assert work_at(centre, now)["cases.expire"] == 1
    assert "on fire" in caplog.text
    with transaction(centre.engine) as session:
        assert session.exec(select(Alarm)).all() == []
