"""The centre's commands: what scripts rely on, and mistakes told in a line."""

import json
import logging
import re
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from central.cli import app, until_signal
from central.db import make_engine, transaction
from central.jobs import queue
from central.media import service as media
from central.media.store import MediaStore
from central.settings import CentralSettings
from contract.signing import PublicKey
from tests.central.citizens.test_files import jpeg
from tests.central.evidence import enrolment

runner = CliRunner()
WITHDRAW = ("withdraw", "nut-1", "cam-1", "--by", "an")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the data of every command here are; the log goes back to where it went before."""
    monkeypatch.setenv("NGATU_CENTRAL_DATA_DIR", str(tmp_path / "data"))
    handlers, level = logging.root.handlers[:], logging.root.level
    yield tmp_path
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def ngatu(*words: str) -> Result:
    return runner.invoke(app, words)


def test_the_first_hour_of_a_centre(folder: Path) -> None:
    document = folder / "enrolment.json"
    document.write_text(enrolment().model_dump_json(by_alias=True))
    assert ngatu("migrate").exit_code == 0
    key = ngatu("key", "init").stdout.split()[-1]
    assert PublicKey.from_text(key).text == key
    assert ngatu("key", "init").stdout.split()[-1] == key
    assert stat.S_IMODE((folder / "data" / "centre.key").stat().st_mode) == 0o600
    added = ngatu("user", "add", "lan", "--role", "operator", "--name", "Nguyễn Thị Lan")
    assert re.search(r"one-time password: \S{16}$", added.stdout.strip())
    assert ngatu("node", "add", str(document)).exit_code == 0
    assert ngatu("node", "list").stdout.split() == ["nut-1", "unknown", "never"]
    assert ngatu("node", "revoke", "nut-1", "--reason", "stolen").exit_code == 0
    assert json.loads(ngatu("cases", "--json").stdout) == []
    assert "3 entries" in ngatu("audit", "verify").stdout


@pytest.mark.parametrize("address", ["no address", "ftp://centre", ""])
def test_an_invitation_that_cannot_be_printed_is_none(address: str) -> None:
    assert ngatu("migrate").exit_code == 0
    assert ngatu("node", "invite", "nut-1", "--address", address).exit_code == 1
    assert "0 entries" in ngatu("audit", "verify").stdout


def test_a_report_is_taken_once_and_written_as_a_workbook(folder: Path) -> None:
    assert ngatu("migrate").exit_code == 0
    sheet = folder / "report.xlsx"
    for day in ("2026-01-21", "2026-01-27"):
        told = ngatu("report", "weekly", "--period", day, "--out", str(sheet))
        assert told.stdout.startswith("weekly 2026-01-21 to 2026-01-27: revision 1, 0 figures corrected")
    assert sheet.read_bytes().startswith(b"PK")
    assert "revision 1" in ngatu("report", "monthly").stdout
    ahead = ngatu("report", "monthly", "--period", "2199-01-01")
    assert (ahead.exit_code, "2199-01-13" in ahead.stderr) == (1, True)


@pytest.mark.parametrize(
    "words",
    [("serve",), ("ingest",), ("worker",), ("cases",), ("user", "add", "lan", "--role", "admin")],
)
def test_a_database_of_another_version_is_refused(words: tuple[str, ...], folder: Path) -> None:
    (folder / "data").mkdir()
    done = ngatu(*words)
    assert done.exit_code == 1
    assert "ngatu central migrate" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ingest",), "ngatu central key init"),
        (("node", "add", "/nowhere"), "/nowhere"),
        (("node", "revoke", "nobody", "--reason", "lost"), "no node “nobody”"),
        (("user", "add", "a b", "--role", "admin"), "a user name is"),
        (("cases", "--settings", "/nowhere.yaml"), "/nowhere.yaml"),
    ],
)
def test_mistakes_are_told_in_a_line(words: tuple[str, ...], message: str) -> None:
    ngatu("migrate")
    done = ngatu(*words)
    assert done.exit_code == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("user", "add", "an", "--role", "officer", "--name", "An {}"),
        ("user", "disable", "{}"),
        ("node", "keys", "{}"),
        ("node", "revoke", "nut-1", "--reason", "{}"),
        ("node", "revoke-key", "nut-1", "{}", "--reason", "lost"),
        ("signer", "grant", "an", "--title", "{}", "--from", "2026-01-01"),
        ("signer", "grant", "an", "--title", "team_head", "--from", "2026-01-01", "--delegation", "{}"),
        ("hold", "place", "1", "--by", "an", "--reason", "{}"),
        (*WITHDRAW, "--from", "2026-01-01", "--until", "2026-01-02", "--reason", "{}"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
@pytest.mark.parametrize("typed", ["\udcff", "red \x1b[31m", "x" * 600], ids=["not UTF-8", "control", "long"])
def test_a_text_that_the_console_refuses_is_refused(words: tuple[str, ...], typed: str) -> None:
    done = ngatu(*(word.format(typed) for word in words))
    assert done.exit_code == 2, done.output


DEVICE = """
name: Camera 1
serial: SN-1
unit: CSGT
sign_photo: {file: sign.jpg, taken: %s}
"""


@pytest.mark.parametrize(
    ("photo", "taken", "code"),
    [
        (jpeg(), "2026-01-05", 0),
        (b"", "2026-01-05", 1),
        (b"<script>", "2026-01-05", 1),
        (jpeg()[:40], "2026-01-05", 1),
        (None, "2026-01-05", 1),
        (jpeg(), "9999-12-31", 1),
        (jpeg(), "0001-01-01", 1),
    ],
)
def test_a_device_s_file_proves_no_sign_that_the_console_refuses(
    folder: Path, photo: bytes | None, taken: str, code: int
) -> None:
    ngatu("migrate")
    entry = folder / "device.yaml"
    entry.write_text(DEVICE % taken)
    if photo is not None:
        (folder / "sign.jpg").write_bytes(photo)
    done = ngatu("device", "enter", "nut-1", "cam-1", str(entry))
    assert (done.exit_code, done.stderr.startswith("✗")) == (code, code == 1), done.output


@pytest.mark.parametrize("reason", ["", "  ", "\ufeff", "\u3164\u200f"])
def test_a_reason_of_nothing_is_none(reason: str) -> None:
    period = ("--from", "2026-01-01", "--until", "2026-01-02")
    for words in (("hold", "place", "1", "--by", "an"), ("node", "revoke", "nut-1"), (*WITHDRAW, *period)):
        assert ngatu(*words, "--reason", reason).exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("report", "weekly", "--period", "{}"),
        ("report", "monthly", "--period", "{}"),
        ("signer", "grant", "an", "--title", "team_head", "--from", "{}"),
        (*WITHDRAW, "--reason", "vạch sai", "--from", "{}", "--until", "2026-01-02"),
        ("audit", "breach", "--from", "{}", "--until", "2026-01-02", "--out", "breach.pdf"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_a_day_on_which_no_case_can_be_is_refused(
    words: tuple[str, ...], day: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where the report would be written
    done = ngatu(*(word.format(day) for word in words))
    assert done.exit_code == 2, done.output
    assert "from 2000 to 2199" in done.stderr


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("mysql://root@127.0.0.1/ngatu", "mysql"),
        ("not a url", "not a URL"),
        ("sqlite:////proc/nowhere/central.db", "the database can't be used"),
        ("sqlite:///{folder}/text.db", "the database can't be used"),
        ("postgresql://nobody@127.0.0.1:1/none", "the database can't be used"),
    ],
)
@pytest.mark.parametrize("words", [("migrate",), ("cases",)])
def test_a_database_that_is_none_is_told_plainly(
    words: tuple[str, ...], database: str, message: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "text.db").write_text("not a database, whatever its name says " * 100)
    monkeypatch.setenv("NGATU_CENTRAL_DATABASE", database.format(folder=folder))
    done = ngatu(*words)
    assert done.exit_code == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_work_that_was_given_up_is_shown_and_decided_on() -> None:
    ngatu("migrate")
    engine = make_engine(CentralSettings().database_url)
    now = datetime.now(UTC)
    with transaction(engine) as session:
        for key in ("1", "2"):
            queue.enqueue(session, "registry.look_up", key, {"case": int(key)}, now)
            claimed = queue.claim(session, "registry.look_up", timedelta(minutes=1), "w", now)
            assert claimed is not None
            queue.fail(session, claimed, "no answer", None)
    shown = ngatu("job", "list").stdout
    assert "dead 2" in shown
    assert "no answer" in shown
    assert ngatu("job", "retry", "1").exit_code == 0
    assert ngatu("job", "drop", "2").exit_code == 0
    assert "due 1\trunning 0\tdead 0" in ngatu("job", "list").stdout
    assert "no job #2" in ngatu("job", "drop", "2").stderr


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (Path.exists, ""),
        (Path.unlink, "can't be read"),
        (lambda file: file.write_bytes(b"another picture"), "altered"),
        (lambda file: file.write_bytes(b""), "altered"),
    ],
    ids=["whole", "gone", "altered", "empty"],
)
def test_evidence_that_is_gone_or_another_ends_with_1(happens: Callable[[Path], object], told: str) -> None:
    ngatu("migrate")
    settings = CentralSettings()
    store, engine = MediaStore(settings.media_dir), make_engine(settings.database_url)
    kept = [store.put(BytesIO(content)) for content in (b"a picture", b"a clip")]
    with transaction(engine) as session:
        for digest in kept:
            media.add(session, digest, 9, "image/jpeg", datetime.now(UTC))
    happens(store.path(kept[0]))
    done = ngatu("media", "verify")
    assert done.exit_code == (1 if told else 0)
    assert (f"✗ {kept[0]}" in done.stderr) is bool(told)
    assert told in done.stderr
    assert kept[1] not in done.stderr


def test_an_altered_audit_log_ends_with_1(folder: Path) -> None:
    ngatu("migrate")
    ngatu("user", "add", "lan", "--role", "operator")
    engine = make_engine(CentralSettings().database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entry_no_update"))
        connection.execute(text("UPDATE audit_entry SET actor = 'nobody'"))
    done = ngatu("audit", "verify")
    assert done.exit_code == 1
    assert "entry 1 was altered" in done.stderr


def test_a_signal_s_handler_does_not_wait_for_what_its_own_thread_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handlers: dict[int, Callable[[], object]] = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    stop = until_signal()
    with stop._cond:  # as in the moments in which wait() begins and ends
        handling = threading.Thread(target=handlers[signal.SIGTERM], daemon=True)
        handling.start()
        handling.join(20)
        assert not handling.is_alive()
    assert stop.wait(20)
