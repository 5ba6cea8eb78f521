"""What was refused is kept, bounded: the start of it, the hash of all of it, and why."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from central.db import insert
from central.ingest.models import Quarantined
from central.ingest.work import Refusal
from configs.words import say_both
from contract.canonical import sha256_hex

KEPT_BYTES = 4096
KEPT_ENTRIES = 10_000


def put(session: Session, refusals: Collection[Refusal], now: datetime) -> None:
    """Keeps refused messages. The same bytes on the same topic again only raise the count."""
    for refusal in refusals:
        statement = insert(session, Quarantined).values(
            topic=printable(refusal.message.topic, 300),
            payload_sha256=sha256_hex(refusal.message.payload),
            size=len(refusal.message.payload),
            head=refusal.message.payload[:KEPT_BYTES],
            reason=refusal.reason.code,
            detail=printable(say_both(refusal.reason), 500),
            count=1,
            first_at=now,
            last_at=now,
        )
        again = {
            "count": col(Quarantined.count) + 1,
            "last_at": now,
            "reason": statement.excluded.reason,
            "detail": statement.excluded.detail,
        }
        session.exec(statement.on_conflict_do_update(index_elements=["topic", "payload_sha256"], set_=again))


def list_latest(session: Session, before: int | None = None, limit: int = 50) -> list[Quarantined]:
    """Newest entries first; `before` is the id of the last one of the page before."""
    query = select(Quarantined).order_by(col(Quarantined.id).desc()).limit(limit)
    return list(session.exec(query if before is None else query.where(col(Quarantined.id) < before)))


def trim(session: Session) -> int:
    """Deletes the oldest entries beyond the bound; returns how many."""
    newest = select(Quarantined.id).order_by(col(Quarantined.last_at).desc(), col(Quarantined.id).desc())
    kept = newest.limit(KEPT_ENTRIES).subquery()
    if session.exec(select(func.count()).select_from(Quarantined)).one() <= KEPT_ENTRIES:
        return 0
    return session.exec(delete(Quarantined).where(col(Quarantined.id).not_in(select(kept.c.id)))).rowcount


def printable(text: str, longest: int) -> str:
    """Text from outside, cut, with control characters and lone surrogates made visible."""
    visible = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:longest])
    return visible.encode("utf-8", "backslashreplace").decode()[:longest]
