"""A bundle is exactly what the centre signed, or nothing of it is used."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.bundle import SIGNED, BundleError, check, seal
from contract.signing import SigningKey

KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "bundle"
    (place / "wheels").mkdir(parents=True)
    (place / "wheels" / "a-1.0+local.whl").write_bytes(b"a wheel")
    (place / "ghi chú.txt").write_text("đọc trước")
    return place


def test_what_was_signed_is_told(folder: Path) -> None:
    signed = seal(folder, "software", "0.2.0", KEY, NOW)
    assert check(folder, KEY.public, "software") == signed
    assert set(signed.files) == {"wheels/a-1.0+local.whl", "ghi chú.txt"}
    seal(folder, "software", "0.2.1", KEY, NOW)
    assert check(folder, KEY.public, "software").name == "0.2.1"


def _unsigned(folder: Path) -> None:
    (folder / SIGNED).unlink()


def _by_another(folder: Path) -> None:
    seal(folder, "software", "0.2.0", OTHER, NOW)


def _other_kind(folder: Path) -> None:
    seal(folder, "models", "0.2.0", KEY, NOW)


def _altered(folder: Path) -> None:
    (folder / "ghi chú.txt").write_text("đọc sau")


def _missing(folder: Path) -> None:
    (folder / "ghi chú.txt").unlink()


def _added(folder: Path) -> None:
    (folder / "wheels" / "evil-1.0.whl").write_bytes(b"runs at install")


def _linked(folder: Path) -> None:
    (folder / "ghi chú.txt").rename(folder.parent / "elsewhere.txt")
    os.symlink(folder.parent / "elsewhere.txt", folder / "ghi chú.txt")


def _list_altered(folder: Path) -> None:
    head, _, rest = (folder / SIGNED).read_text().partition(".")
    (folder / SIGNED).write_text(f"{head}.A{rest[1:]}")


@pytest.mark.parametrize(
    "harm", [_unsigned, _by_another, _other_kind, _altered, _missing, _added, _linked, _list_altered]
)
def test_anything_else_is_refused(harm: Callable[[Path], None], folder: Path) -> None:
    seal(folder, "software", "0.2.0", KEY, NOW)
    harm(folder)
    with pytest.raises(BundleError):
        check(folder, KEY.public, "software")


@pytest.mark.parametrize("name", ["", "a b", "../x"])
def test_a_name_must_do_for_a_folder(name: str, folder: Path) -> None:
    with pytest.raises(BundleError, match="can't be signed"):
        seal(folder, "software", name, KEY, NOW)


def test_an_empty_folder_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no file"):
        seal(tmp_path, "models", "1", KEY, NOW)
