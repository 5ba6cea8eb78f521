"""Restores a centre into an empty place and verifies that it is the one that was saved."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from central import migrations
from central.audit import service as audit
from central.backup import databases, sealing
from central.backup.contents import BackupError, Contents, Shelf, listed, read_contents
from central.backup.databases import Shown
from central.backup.sealing import Keys
from central.db import reading, transaction
from central.media import service as media
from central.media.places import store_of
from central.media.store import MediaError
from central.settings import CentralSettings

ACTION = "centre.restore"


@dataclass(frozen=True)
class Restored:
    """Result of a restore; `missing` are files the database names and the backup never had."""

    contents: Contents
    missing: tuple[str, ...]


def check(shelf: Shelf, folder: Path, keys: Keys) -> Contents:
    """Reads and hashes everything in a set, including the evidence; changes nothing.

    Raises:
        BackupError: names the first item that is missing, altered or unsigned.
    """
    contents = read_contents(folder, keys.signing().public)
    for sha256 in listed(folder):
        try:
            shelf.pool.open(sha256, recheck=True).close()
        except MediaError as problem:
            raise BackupError(f"{shelf.pool.path(sha256)} is {problem.reason}: take another set") from problem
    return contents


def restore(shelf: Shelf, folder: Path, keys: Keys, settings: CentralSettings, engine: Engine) -> Restored:
    """Puts keys, evidence and database of a set into the empty place that the settings name, brings the
    database to this version, and compares it with what was signed.

    Args:
        keys: those the backup needs: already in place, or from the backup.

    Raises:
        BackupError: the place is not empty, the set is incomplete, or the restored data differ from the
            saved data.
    """
    contents = check(shelf, folder, keys)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _demand_emptiness(settings, engine, keys)
    if lacking := keys.lacking(contents.keys):
        places = ", ".join(str(sealing.places_of(settings)[name]) for name in lacking)
        raise BackupError(f"this backup needs its own keys, put them in place first: {places}")
    sealing.put_in_place(keys, settings)
    store = store_of(settings)
    for sha256 in listed(folder):
        with shelf.pool.open(sha256) as content:
            store.put(content)
    databases.load(engine, folder, contents.database)
    migrations.upgrade(engine)
    _compare(engine, contents)
    with transaction(engine) as session:
        audit.record(session, "cli", ACTION, f"backup:{folder.name}", {"made_at": str(contents.made_at)})
    with reading(engine) as session:
        return Restored(contents, tuple(media.unmet(session, store)))


def _demand_emptiness(settings: CentralSettings, engine: Engine, keys: Keys) -> None:
    if migrations.standing(engine).state != "empty":
        raise BackupError("the database is not empty: a restore never overwrites; give it a new one")
    if any(store_of(settings).names()):
        raise BackupError(f"{settings.media_dir} is not empty: a restore never overwrites; move it away")
    for name, content in Keys.in_place(settings).contents.items():
        if keys.contents.get(name) != content:
            raise BackupError(f"{sealing.places_of(settings)[name]} is another key: move it away first")


def _compare(engine: Engine, contents: Contents) -> None:
    with reading(engine) as session:
        shown, chain = Shown.of(session), audit.verify_chain(session)
    if chain.broken_at is not None:
        raise BackupError(f"the audit log of the backup is broken: {chain.reason}")
    saved = Shown(contents.cases, contents.audit_entries, contents.audit_head)
    if shown != saved:
        raise BackupError(f"the database shows {shown}, the backup was made of {saved}")
