"""Saving the centre while it runs: first the database, then the evidence.

Evidence is stored before the database names it and never changes, so a copy made after the dump has
everything the dump names, except files that retention has rightly deleted since.
"""

import os
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine

from central.audit import service as audit
from central.backup import databases, sealing
from central.backup.contents import (
    MEDIA_LIST,
    SETTINGS,
    SIGNED,
    BackupError,
    Contents,
    Shelf,
    listed,
    sha256_of,
)
from central.backup.databases import Kind, Shown
from central.backup.sealing import Keys
from central.db import reading, transaction
from central.files import sync, write_new
from central.media import service as media
from central.media.places import store_of
from central.media.store import MediaError, MediaStore
from central.settings import CentralSettings
from contract.signing import sign

ACTION = "centre.backup"


@dataclass(frozen=True)
class Source:
    """The centre being saved. `settings_file` goes into the set: it contains no secret."""

    settings: CentralSettings
    engine: Engine
    settings_file: Path | None = None


@dataclass
class Copied:
    """The evidence of a set, how much of it was new to the pool, and stored files whose content no longer
    matches their name.
    """

    files: int = 0
    bytes: int = 0
    new: int = 0
    damaged: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Saved:
    """Result of a backup; `missing` are files that the database names and the store lacks."""

    folder: Path
    contents: Contents
    evidence: Copied
    missing: tuple[str, ...]


def save(source: Source, shelf: Shelf, passphrase: str | None, actor: str, now: datetime) -> Saved:
    """Adds a set, complete or not at all. With a passphrase it contains the sealed keys.

    Raises:
        BackupError: the set already exists, a tool or the centre's key is missing.
    """
    keys = sealing.all_in_place(source.settings)
    key = keys.signing()
    folder = shelf.place_for(now)
    if folder.exists():
        raise BackupError(f"{folder} is there already")
    unfinished = folder.with_suffix(".unfinished")
    _begin(unfinished)
    with transaction(source.engine) as session:
        audit.record(session, actor, ACTION, f"backup:{folder.name}", {})
    shown = databases.dump(source.engine, unfinished)
    store = store_of(source.settings)
    evidence = _copy_evidence(store, shelf.pool, unfinished / MEDIA_LIST)
    _add_small_files(source, keys, passphrase, unfinished)
    contents = _contents_of(unfinished, databases.kind_of(source.engine), shown, evidence, keys, now)
    write_new(unfinished / SIGNED, sign(contents, key).encode())
    _finish(unfinished, folder)
    with reading(source.engine) as session:
        return Saved(folder, contents, evidence, tuple(media.unmet(session, store)))


def thin_out(shelf: Shelf, keep: int) -> int:
    """Deletes all but the newest sets, and the evidence that only the deleted ones named; returns how many
    sets.

    So evidence that retention deleted at the centre leaves the backups too.
    """
    old = shelf.sets[:-keep]
    for folder in old:
        shutil.rmtree(folder)
    named = {sha256 for folder in shelf.sets for sha256 in listed(folder)}
    for sha256 in set(shelf.pool.names()) - named:
        shelf.pool.remove(sha256)
    return len(old)


def _contents_of(
    folder: Path, database: Kind, shown: Shown, evidence: Copied, keys: Keys, now: datetime
) -> Contents:
    return Contents(
        made_at=now.astimezone(UTC),
        software=version("ngatu"),
        database=database,
        cases=shown.cases,
        audit_entries=shown.audit_entries,
        audit_head=shown.audit_head,
        media_files=evidence.files,
        media_bytes=evidence.bytes,
        files={path.name: sha256_of(path) for path in sorted(folder.iterdir())},
        keys=keys.fingerprints(),
    )


def _begin(unfinished: Path) -> None:
    """An empty folder that only its owner can read; leftovers of an interrupted run are removed."""
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parents[1].mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished.mkdir(parents=True, mode=0o700)


def _finish(unfinished: Path, folder: Path) -> None:
    unfinished.rename(folder)
    sync(folder.parent)


def _copy_evidence(store: MediaStore, pool: MediaStore, target: Path) -> Copied:
    """Copies files the pool lacks, each checked against its name, and lists the store in `sha256sum`
    format.
    """
    done = Copied()
    with target.open("x", encoding="ascii") as lines:
        for sha256 in store.names():
            if _is_kept(store, pool, sha256, done):
                lines.write(f"{sha256}  {sha256[:2]}/{sha256[2:4]}/{sha256}\n")
                done.files += 1
                done.bytes += pool.path(sha256).stat().st_size
        lines.flush()
        os.fsync(lines.fileno())
    return done


def _is_kept(store: MediaStore, pool: MediaStore, sha256: str, done: Copied) -> bool:
    if pool.has(sha256):
        return True
    try:
        with store.open(sha256, recheck=True) as content:
            pool.put(content)
    except MediaError as problem:
        if problem.reason == "altered":  # otherwise retention has just deleted it
            done.damaged.append(sha256)
        return False
    done.new += 1
    return True


def _add_small_files(source: Source, keys: Keys, passphrase: str | None, folder: Path) -> None:
    if source.settings_file is not None:
        write_new(folder / SETTINGS, source.settings_file.read_bytes())
    if passphrase is not None:
        sealing.seal(keys, passphrase, folder)
