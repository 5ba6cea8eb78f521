"""`ngatu central backup` and `restore`: what an administrator types, and what they are told."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from central.cli import app

runner = CliRunner()


@pytest.fixture(autouse=True)
def _centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NGATU_CENTRAL_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "passphrase").write_text("một câu dài không ai đoán\n")
    assert ngatu("migrate").exit_code == 0


def ngatu(*words: str) -> Result:
    return runner.invoke(app, words)


def test_saved_checked_lost_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, passphrase = str(tmp_path / "shelf"), ("--passphrase-file", str(tmp_path / "passphrase"))
    ngatu("key", "init")
    ngatu("user", "add", "lan", "--role", "operator")
    for _ in range(2):
        saved = ngatu("backup", shelf, "--keep", "1", *passphrase)
        assert saved.exit_code == 0, saved.stderr
        assert "0 cases" in saved.stdout
        (made,) = (tmp_path / "shelf" / "sets").iterdir()
        made.rename(made.with_name("20260101T000000Z"))  # as if it were of another day
    assert "is whole: 0 cases" in ngatu("restore", shelf, "--check", *passphrase).stdout
    assert "the database is not empty" in ngatu("restore", shelf, *passphrase).stderr
    monkeypatch.setenv("NGATU_CENTRAL_DATA_DIR", str(tmp_path / "new"))
    back = ngatu("restore", shelf, *passphrase)
    assert back.exit_code == 0, back.stderr
    assert "the audit log is whole: 3 entries" in back.stdout
    assert "4 entries" in ngatu("audit", "verify").stdout
    assert ngatu("key", "init").stdout == ngatu("key", "init").stdout


def test_mistakes_are_told_in_a_line(tmp_path: Path) -> None:
    shelf = str(tmp_path / "shelf")
    for words, message in (
        (("backup", shelf), "centre.key is missing"),
        (("restore", shelf), "holds no backup"),
        (("restore", shelf, "--set", "nowhere"), "centre.key is missing"),
        (("restore", shelf, "--passphrase-file", "/nowhere"), "holds no backup"),
    ):
        done = ngatu(*words)
        assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
        assert message in done.stderr
