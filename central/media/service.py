"""Knowing which evidence files are stored."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from central.db import among
from central.media.models import Media
from central.media.store import MediaError, MediaStore


def find(session: Session, sha256: str) -> Media | None:
    """The stored file of that content."""
    return session.get(Media, sha256)


def stored(session: Session, hashes: Collection[str]) -> set[str]:
    """Which of these contents are in the store."""
    return set(session.exec(select(Media.sha256).where(among(session, Media.sha256, hashes))))


def checked(session: Session, store: MediaStore) -> Iterator[tuple[Media, MediaError | None]]:
    """Walks all stored files, hashing each: the row, and what is wrong with its file (None: nothing)."""
    query = select(Media).order_by(col(Media.sha256)).execution_options(yield_per=100)
    for row in session.exec(query):
        try:
            store.open(row.sha256, recheck=True).close()
        except MediaError as problem:
            yield row, problem
        else:
            yield row, None


def add(session: Session, sha256: str, size: int, media_type: str, now: datetime) -> None:
    """Notes that a file is in the store. The caller has put it there, durably, before."""
    session.add(Media(sha256=sha256, bytes=size, media_type=media_type, stored_at=now))
