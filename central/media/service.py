"""Knowing which evidence files are stored."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Subquery
from sqlmodel import Session, col, delete, func, select

from central.db import among, insert_new
from central.media.models import Media
from central.media.store import MediaError, MediaStore


def find(session: Session, sha256: str) -> Media | None:
    """The stored file of that content."""
    return session.get(Media, sha256)


def stored(session: Session, hashes: Collection[str]) -> set[str]:
    """Which of these contents are in the store."""
    return set(session.exec(select(Media.sha256).where(among(session, Media.sha256, hashes))))


def known(session: Session, hashes: Collection[str]) -> dict[str, Media]:
    """Those of these contents that are in the store, by hash."""
    rows = session.exec(select(Media).where(among(session, Media.sha256, hashes)))
    return {row.sha256: row for row in rows}


def described() -> Subquery:
    """What is known of each stored file, for another query to join: `sha256`, `bytes`, `media_type`."""
    return select(Media.sha256, Media.bytes, Media.media_type).subquery()


def unmet(session: Session, store: MediaStore) -> list[str]:
    """The hashes that are noted as stored and are not in the store, in order. Raises StorageError."""
    missing = set(session.exec(select(Media.sha256)))
    missing.difference_update(store.names())  # one list: a bucket would have to be asked for each
    return sorted(missing)


def checked(session: Session, store: MediaStore) -> Iterator[tuple[Media, MediaError | None]]:
    """Walks all stored files, hashing each: the row, and what is wrong with its file (None: nothing)."""
    query = select(Media).order_by(col(Media.sha256)).execution_options(yield_per=100)
    for row in session.exec(query):
        try:
            store.verify(row.sha256)
        except MediaError as problem:
            yield row, problem
        else:
            yield row, None


def add(session: Session, sha256: str, size: int, media_type: str, now: datetime) -> None:
    """Notes that a file is in the store, if it isn't noted yet. The caller has put it there, durably,
    before."""
    row = {"sha256": sha256, "bytes": size, "media_type": media_type, "stored_at": now}
    insert_new(session, Media, [row])


def measure(session: Session, hashes: Collection[str]) -> tuple[int, int]:
    """How many of these contents are stored, and their bytes."""
    query = select(func.count(), func.coalesce(func.sum(Media.bytes), 0))
    count, size = session.exec(query.where(among(session, Media.sha256, hashes))).one()
    return count, int(size)


def forget(session: Session, hashes: Collection[str]) -> None:
    """The store no longer promises these contents; the caller takes the files out after the commit."""
    session.exec(delete(Media).where(among(session, Media.sha256, hashes)))
