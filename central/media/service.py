"""Records of stored evidence files."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Subquery
from sqlmodel import Session, col, delete, func, select

from central.db import among, insert_new
from central.media.models import Media
from central.media.store import MediaError, MediaStore


def find(session: Session, sha256: str) -> Media | None:
    """The stored file with that hash."""
    return session.get(Media, sha256)


def stored(session: Session, hashes: Collection[str]) -> set[str]:
    """Those of these files that are in the store."""
    return set(session.exec(select(Media.sha256).where(among(session, Media.sha256, hashes))))


def known(session: Session, hashes: Collection[str]) -> dict[str, Media]:
    """Those of these files that are in the store, by hash."""
    rows = session.exec(select(Media).where(among(session, Media.sha256, hashes)))
    return {row.sha256: row for row in rows}


def described() -> Subquery:
    """A subquery of the data of each stored file, to be joined: `sha256`, `bytes`, `media_type`."""
    return select(Media.sha256, Media.bytes, Media.media_type).subquery()


def unmet(session: Session, store: MediaStore) -> list[str]:
    """The hashes recorded as stored that are missing from the store, in order. Raises StorageError."""
    missing = set(session.exec(select(Media.sha256)))
    missing.difference_update(store.names())  # one listing: a bucket would need a request for each
    return sorted(missing)


def checked(session: Session, store: MediaStore) -> Iterator[tuple[Media, MediaError | None]]:
    """Iterates over all stored files and hashes each: the row, and the problem with its file (None if there
    is none).
    """
    query = select(Media).order_by(col(Media.sha256)).execution_options(yield_per=100)
    for row in session.exec(query):
        try:
            store.verify(row.sha256)
        except MediaError as problem:
            yield row, problem
        else:
            yield row, None


def add(session: Session, sha256: str, size: int, media_type: str, now: datetime) -> None:
    """Records that a file is in the store, if not recorded yet. The caller must have stored it durably
    before.
    """
    row = {"sha256": sha256, "bytes": size, "media_type": media_type, "stored_at": now}
    insert_new(session, Media, [row])


def measure(session: Session, hashes: Collection[str]) -> tuple[int, int]:
    """How many of these files are stored, and their total bytes."""
    query = select(func.count(), func.coalesce(func.sum(Media.bytes), 0))
    count, size = session.exec(query.where(among(session, Media.sha256, hashes))).one()
    return count, int(size)


def forget(session: Session, hashes: Collection[str]) -> None:
    """Removes the records of these files; the caller deletes the files after the commit."""
    session.exec(delete(Media).where(among(session, Media.sha256, hashes)))
