"""A database that takes no writes says why, whoever else is writing."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from central.app import create_app
from central.db import make_engine
from central.settings import CentralSettings
from central.web import writable
from tests.central import databases
from tests.faults import small_disk, without_privileges


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that accounts without privileges reach: pytest's own is closed to them."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o777)
    yield place
    place.chmod(0o777)
    shutil.rmtree(place)


def _file_is_read_only(file: Path) -> None:
    file.chmod(0o444)


def _all_is_read_only(file: Path) -> None:
    file.chmod(0o444)
    file.parent.chmod(0o555)


def _only_folder_is_read_only(file: Path) -> None:
    file.parent.chmod(0o555)


def _folder_is_closed(file: Path) -> None:
    file.parent.chmod(0o700 if os.geteuid() == 0 else 0o000)  # root makes it, another account looks


def _file_is_closed(file: Path) -> None:
    file.chmod(0o000)


CASES: list[tuple[Callable[[Path], object], str]] = [
    (_file_is_read_only, writable.READ_ONLY),
    (_all_is_read_only, writable.READ_ONLY),
    (_only_folder_is_read_only, writable.READ_ONLY),
    (_folder_is_closed, writable.NOT_OPENED),
    (_file_is_closed, writable.NOT_OPENED),
    (Path.unlink, writable.MISSING),
]


@pytest.mark.parametrize(("spoil", "why"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_a_file_that_takes_no_writes_is_told_with_the_reason(
    folder: Path, spoil: Callable[[Path], object], why: str
) -> None:
    file = folder / "central.db"
    databases.migrated_sqlite(file)
    file.chmod(0o666)
    centre = create_app(CentralSettings(data_dir=folder, secure_cookies=False, unit="BN"))
    with TestClient(centre, base_url="http://localhost") as browser:
        assert browser.get("/readyz").json() == {"status": "ok"}
        spoil(file)
        with without_privileges():
            answer = browser.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": why})
    assert file.exists() or why == writable.MISSING
    centre.state.engine.dispose()


def test_a_disk_without_room_is_told(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "40m") as mounted:
        if not mounted:
            pytest.skip("may not mount a small file system here")
        file = tmp_path / "disk" / "central.db"
        databases.migrated_sqlite(file)
        engine = make_engine(f"sqlite:///{file}", pooled=False)
        assert writable.refusal(engine) is None
        (tmp_path / "disk" / "other").write_bytes(b"\0" * 36 * 2**20)
        assert writable.refusal(engine) == writable.FULL
