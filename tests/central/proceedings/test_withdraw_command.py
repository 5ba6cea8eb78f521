"""One act from the command line: what it would touch, and the list of what it ended."""

from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from central.cli import app
from central.db import make_engine
from central.vault import BlindIndex, Vault
from tests.central import databases
from tests.central.proceedings.office import Office


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Office:
    """An office over the files that the command opens."""
    databases.migrated_sqlite(tmp_path / "central.db")
    monkeypatch.setenv("NGATU_CENTRAL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NGATU_CENTRAL_UNIT", "BN")
    vault, index = Vault.create_file(tmp_path / "owner.key"), BlindIndex.create_file(tmp_path / "index.key")
    engine = make_engine(f"sqlite:///{tmp_path / 'central.db'}")
    return Office(engine, now, vault=vault, index=index).open()


def run(
    office: Office, *more: str, by: str = "truong-phong", reason: str = "vạch dừng vẽ sai"
) -> tuple[int, str]:
    """The command for the office's camera; its exit code and what it said."""
    words = ["withdraw", "nut-1", "cam-1", "--by", by, "--reason", reason]
    words += ["--from", "2026-11-01", "--until", "2026-12-31T00:00", *more]
    done = CliRunner().invoke(app, words)
    return done.exit_code, done.output


def test_a_dry_run_says_what_it_would_touch_and_touches_nothing(office: Office) -> None:
    case_id = office.confirmed()
    assert run(office, "--dry-run") == (0, "recorded\t1\n")
    assert office.state(case_id, "case") == "open"


def test_the_act_lists_every_case(office: Office) -> None:
    office.to_notice(office.confirmed())
    code, said = run(office)
    assert code == 0
    assert "1\trecorded/open\t0 dong\t0 points" in said
    assert "withdrawal 1: 1 case" in said
    assert office.state(1, "notice") == "withdrawn"


def test_only_who_signs_may(office: Office) -> None:
    case_id = office.confirmed()
    code, said = run(office, by="thu-ly")
    assert code == 1
    assert "this step is not part of your role" in said
    assert office.state(case_id, "case") == "open"
