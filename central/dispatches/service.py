"""Messages to other authorities: stored in the transaction of the event, sent in order by a job, proved by a
receipt or by hand.

If a worker dies after the other side has accepted a message, it is sent again under the same key.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from central.audit import service as audit
from central.connections import circuit
from central.connections.http import Peer
from central.connections.origin import SYSTEM, Origin
from central.connections.problems import OutsideError
from central.db import insert, transaction
from central.dispatches.models import Dispatch
from central.dispatches.port import Receipt
from central.errors import ConflictError, NotFoundError
from central.jobs import queue as jobs
from central.jobs.runner import TryAgainError

AT_ONCE = 50
"""Most messages in one run of a job."""

Build = Callable[[Session, Dispatch], BaseModel]
"""Builds a message's content when it is sent, so that personal data are not stored twice."""


@dataclass(frozen=True)
class Message:
    """A message to a system; see `Dispatch`."""

    system: str
    subject: str
    kind: str
    key: str
    case_id: int | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


def job_of(system: str) -> str:
    """Kind of the jobs that send to a system; their key is the subject."""
    return f"dispatches.{system}"


def post(session: Session, message: Message, now: datetime) -> None:
    """Requests a message to a system; once for a key."""
    keep(session, message, now)
    send_later(session, message.system, message.subject, now)


def keep(session: Session, message: Message, now: datetime) -> None:
    """Stores a message to a system, for a periodic job to send."""
    row = insert(session, Dispatch).values(
        **asdict(message), at=now, receipt="", origin="system", origin_note="", entered_by=""
    )
    session.exec(row.on_conflict_do_nothing(index_elements=["key"]))


def send_later(session: Session, system: str, subject: str, now: datetime) -> None:
    """Requests that the waiting messages of a subject be sent."""
    jobs.enqueue(session, job_of(system), subject, {"subject": subject}, now)


def is_known(session: Session, key: str) -> bool:
    """Whether such a message exists, sent or not."""
    return session.exec(select(Dispatch.id).where(Dispatch.key == key)).first() is not None


def send(
    engine: Engine, peer: Peer, path: str, system: str, subject: str, build: Build, now: datetime
) -> bool:
    """Sends the waiting messages of a subject, the oldest first, outside of any transaction; True if there
    are more.

    Raises:
        TryAgainError: the other side did not accept one; those after it wait.
        PostponedError: requests to the system are paused.
    """
    for _ in range(AT_ONCE):
        with transaction(engine) as session:
            row = _oldest(session, system, subject)
            if row is None:
                return False
            circuit.enter(session, system, now)
            row.sequence = row.sequence or _next(session, system, subject)
            message = build(session, row)
            dispatch_id = row.id
        try:
            receipt = peer.ask(path, message.model_dump(mode="json"), Receipt).receipt
        except OutsideError as failure:
            with transaction(engine) as session:
                circuit.note(session, system, failure, now)
            raise TryAgainError(f"{failure.problem}: {failure.detail}") from failure
        with transaction(engine) as session:
            circuit.answered(session, system, now)
            _done(session, session.get_one(Dispatch, dispatch_id), receipt, SYSTEM, now)
    return True


def done_by_hand(
    session: Session, dispatch_id: int, receipt: str, origin: Origin, on: datetime, now: datetime
) -> None:
    """Records that a person has informed the other authority by letter.

    Raises:
        NotFoundError: no such message, or it was already accepted.
        ConflictError: an older one of the same subject waits.
    """
    row = session.get(Dispatch, dispatch_id, with_for_update=True)
    if row is None or row.sent_at is not None:
        raise NotFoundError("question", key=str(dispatch_id))
    oldest = _oldest(session, row.system, row.subject)
    if oldest is not None and oldest.id != row.id:
        raise ConflictError("dispatch_order", id=oldest.id)
    row.sequence = row.sequence or _next(session, row.system, row.subject)
    _done(session, row, receipt, origin, on)
    if _oldest(session, row.system, row.subject) is None:
        jobs.cancel(session, job_of(row.system), row.subject)
    else:
        send_later(session, row.system, row.subject, now)


def _done(session: Session, row: Dispatch, receipt: str, origin: Origin, at: datetime) -> None:
    if row.sent_at is not None:
        return
    row.sent_at, row.receipt = at, receipt[:200]
    row.set_origin(origin)
    detail = {"kind": row.kind, "receipt": row.receipt, "origin": origin.kind, "source": origin.note}
    where = f"case:{row.case_id}" if row.case_id else f"system:{row.system}"
    audit.record(session, origin.by or "system", f"dispatch.{row.system}", where, detail)
    session.flush()


def _oldest(session: Session, system: str, subject: str) -> Dispatch | None:
    query = select(Dispatch).where(
        Dispatch.system == system, Dispatch.subject == subject, col(Dispatch.sent_at).is_(None)
    )
    return session.exec(query.order_by(col(Dispatch.id)).limit(1).with_for_update()).first()


def _next(session: Session, system: str, subject: str) -> int:
    given = select(func.max(Dispatch.sequence)).where(Dispatch.system == system, Dispatch.subject == subject)
    return (session.exec(given).one() or 0) + 1


def unsent(session: Session, system: str, limit: int) -> list[Dispatch]:
    """Unsent messages to a system, the oldest first."""
    query = select(Dispatch).where(Dispatch.system == system, col(Dispatch.sent_at).is_(None))
    return list(session.exec(query.order_by(col(Dispatch.id)).limit(limit)))


def count_unsent(session: Session, system: str) -> int:
    """Number of unsent messages."""
    query = select(func.count()).where(Dispatch.system == system, col(Dispatch.sent_at).is_(None))
    return session.exec(query).one()


def get(session: Session, system: str, dispatch_id: int) -> Dispatch:
    """An unsent message to a system. Raises NotFoundError."""
    row = session.get(Dispatch, dispatch_id)
    if row is None or row.system != system or row.sent_at is not None:
        raise NotFoundError("question", key=str(dispatch_id))
    return row


def of_case(session: Session, case_id: int) -> list[Dispatch]:
    """Messages about a case, the oldest first."""
    return list(session.exec(select(Dispatch).where(Dispatch.case_id == case_id).order_by(col(Dispatch.id))))
