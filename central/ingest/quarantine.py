"""Refused messages are stored within limits: their start, their full hash, and the reason."""

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
"""Limit for each node and reason; messages from no enrolled node share one limit per reason, so that a flood
displaces only itself.
"""


def put(session: Session, refusals: Collection[Refusal], now: datetime) -> None:
    """Stores refused messages. The same bytes on the same topic again only raise the count."""
    if not refusals:
        return
    statement = insert(session, Quarantined)
    again = {name: statement.excluded[name] for name in ("last_at", "reason", "values")}
    statement = statement.on_conflict_do_update(
        index_elements=["topic", "payload_sha256"], set_={"count": col(Quarantined.count) + 1, **again}
    )
    # One statement for all: with one for each, refusing a flood would be several times slower.
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
    """The most recently refused first, counting repeats; `before` is the id of the last one of the previous
    page.
    """
    order = tuple_(col(Quarantined.last_at), col(Quarantined.id))
    query = select(Quarantined).order_by(col(Quarantined.last_at).desc(), col(Quarantined.id).desc())
    if before is not None:
        shown = session.get(Quarantined, before)
        query = query.where(
            order < tuple_(shown.last_at, shown.id) if shown else col(Quarantined.id) < before
        )
    return list(session.exec(query.limit(limit)))


def times(session: Session, message: Arrived) -> int:
    """How often exactly this message was refused."""
    query = select(Quarantined.count).where(
        Quarantined.topic == visible(message.topic, 300),
        Quarantined.payload_sha256 == sha256_hex(message.payload),
    )
    return session.exec(query).first() or 0


def trim(session: Session) -> int:
    """Deletes the oldest entries beyond the limit; returns how many."""
    newest = func.row_number().over(
        partition_by=(col(Quarantined.node_id), col(Quarantined.reason)),
        order_by=(col(Quarantined.last_at).desc(), col(Quarantined.id).desc()),
    )
    ranked = select(Quarantined.id, newest.label("place")).subquery()
    beyond = select(ranked.c.id).where(ranked.c.place > KEPT_ENTRIES)
    return session.exec(delete(Quarantined).where(col(Quarantined.id).in_(beyond))).rowcount
