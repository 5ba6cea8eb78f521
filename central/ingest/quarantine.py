"""What was refused is kept, bounded: the start of it, the hash of all of it, and why."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, tuple_
from sqlmodel import Session, col, func, select

from central.db import insert
from central.ingest.models import Quarantined
from central.ingest.work import Arrived, Refusal
from central.values import visible
from contract.canonical import sha256_hex

KEPT_BYTES = 4096
KEPT_ENTRIES = 500
"""Of each node and reason; of all that is no enrolled node's together, of each reason: a flood pushes out
nothing but itself."""


def put(session: Session, refusals: Collection[Refusal], now: datetime) -> None:
    """Keeps refused messages. The same bytes on the same topic again only raise the count."""
    if not refusals:
        return
    statement = insert(session, Quarantined)
    again = {name: statement.excluded[name] for name in ("last_at", "reason", "values")}
    statement = statement.on_conflict_do_update(
        index_elements=["topic", "payload_sha256"], set_={"count": col(Quarantined.count) + 1, **again}
    )
    # One statement for all: a flood is refused several times faster than with one for each.
    session.connection().execute(statement, [_row(refusal, now) for refusal in refusals])


def _row(refusal: Refusal, now: datetime) -> dict[str, Any]:
    message, why = refusal.message, refusal.reason
    return {
        "node_id": refusal.node,
        "topic": visible(message.topic, 300),
        "payload_sha256": sha256_hex(message.payload),
        "size": len(message.payload),
        "head": message.payload[:KEPT_BYTES],
        "reason": why.code,
        "values": why.model_dump(mode="json")["values"],
        "count": 1,
        "first_at": now,
        "last_at": now,
    }


def list_latest(session: Session, before: int | None = None, limit: int = 50) -> list[Quarantined]:
    """Those refused last first, also where the same came before; `before` is the id of the last one of the
    page before."""
    order = tuple_(col(Quarantined.last_at), col(Quarantined.id))
    query = select(Quarantined).order_by(col(Quarantined.last_at).desc(), col(Quarantined.id).desc())
    if before is not None:
        shown = session.get(Quarantined, before)
        query = query.where(
            order < tuple_(shown.last_at, shown.id) if shown else col(Quarantined.id) < before
        )
    return list(session.exec(query.limit(limit)))


def times(session: Session, message: Arrived) -> int:
    """How often this very message was refused."""
    query = select(Quarantined.count).where(
        Quarantined.topic == visible(message.topic, 300),
        Quarantined.payload_sha256 == sha256_hex(message.payload),
    )
    return session.exec(query).first() or 0


def trim(session: Session) -> int:
    """Deletes the oldest entries beyond what is kept; returns how many."""
    newest = func.row_number().over(
        partition_by=(col(Quarantined.node_id), col(Quarantined.reason)),
        order_by=(col(Quarantined.last_at).desc(), col(Quarantined.id).desc()),
    )
    ranked = select(Quarantined.id, newest.label("place")).subquery()
    beyond = select(ranked.c.id).where(ranked.c.place > KEPT_ENTRIES)
    return session.exec(delete(Quarantined).where(col(Quarantined.id).in_(beyond))).rowcount
