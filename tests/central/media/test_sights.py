"""Evidence is shown whole or not at all, and each sight of it is in the audit log once."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from central.audit.models import AuditEntry
from central.db import transaction
from central.media.sights import CheckedMedia, Sight, hand_out, show
from central.media.store import MediaError, MediaStore


@pytest.fixture
def media(tmp_path: Path) -> CheckedMedia:
    return CheckedMedia(MediaStore(tmp_path / "media"))


@pytest.fixture
def sight(media: CheckedMedia, tmp_path: Path) -> Sight:
    picture = tmp_path / "picture"
    picture.write_bytes(b"\xff\xd8\xff" + b"road" * 1000)
    with picture.open("rb") as content:
        return Sight("lan", "case:7", "over.jpg", media.store.put(content))


def entries(engine: Engine) -> list[tuple[str, str, str]]:
    """Who did what to which file."""
    with transaction(engine) as session:
        log = session.exec(select(AuditEntry).order_by(col(AuditEntry.seq)))
        return [(e.actor, e.action, e.detail["file"]) for e in log]


def test_many_looks_are_one_sight_for_each_person_and_file(
    engine: Engine, media: CheckedMedia, sight: Sight
) -> None:
    other = Sight("hung", sight.subject, sight.name, sight.sha256)
    again = Sight("lan", sight.subject, "plate.jpg", sight.sha256)
    for looked in (sight, sight, other, again, sight, other):
        assert show(engine, media, looked).read_bytes().startswith(b"\xff\xd8\xff")
    assert entries(engine) == [
        ("user:lan", "evidence.view", "over.jpg"),
        ("user:hung", "evidence.view", "over.jpg"),
        ("user:lan", "evidence.view", "plate.jpg"),
    ]


def test_each_file_taken_away_is_an_entry(engine: Engine, media: CheckedMedia, sight: Sight) -> None:
    for _ in range(2):
        hand_out(engine, media, sight)
    assert entries(engine) == [("user:lan", "evidence.download", "over.jpg")] * 2


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _altered(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-4] + b"ROAD")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _gone(path: Path) -> None:
    path.unlink()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [_cut, _altered, _empty, _gone, _folder])
@pytest.mark.parametrize("shown_before", [False, True])
@pytest.mark.parametrize("look", [show, hand_out])
def test_what_is_not_whole_is_not_shown(
    sqlite_engine: Engine,
    media: CheckedMedia,
    sight: Sight,
    harm: Callable[[Path], None],
    shown_before: bool,
    look: Callable[[Engine, CheckedMedia, Sight], Path],
) -> None:
    if shown_before:
        show(sqlite_engine, media, sight)
    path = media.store.path(sight.sha256)
    path.chmod(0o640)
    harm(path)
    with pytest.raises(MediaError):
        look(sqlite_engine, media, sight)
    assert len(entries(sqlite_engine)) == shown_before


def test_an_unchanged_file_is_hashed_once(
    media: CheckedMedia, sight: Sight, monkeypatch: pytest.MonkeyPatch
) -> None:
    media.path(sight.sha256)
    monkeypatch.setattr(MediaStore, "open", lambda *_args, **_kwargs: pytest.fail("hashed again"))
    media.path(sight.sha256)
    os.utime(media.store.path(sight.sha256), (1, 1))
    with pytest.raises(pytest.fail.Exception):
        media.path(sight.sha256)
