"""Alarms: current problems of a node or the centre. Raising one twice counts it, clearing keeps the
history.
"""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, update
from sqlmodel import Session, col, func, select

from central.alarms.models import Alarm
from central.audit import service as audit
from central.db import insert
from central.errors import NotFoundError
from contract.reasons import LEGACY_TEXT, Reason

KEPT = timedelta(days=90)

CENTRE = ""
"""In place of a node's id: the problem is the centre's own."""


def raise_alarm(
    session: Session, node_id: str, why: Reason, now: datetime, subject: str = "", *, reported: bool = False
) -> None:
    """Opens an alarm, or counts it once more if it is already open; its text is then the latest."""
    values = why.model_dump(mode="json")["values"]
    statement = insert(session, Alarm).values(
        node_id=node_id,
        kind=why.code,
        subject=subject[:160],
        values=values,
        reported=reported,
        count=1,
        raised_at=now,
        last_at=now,
    )
    session.exec(
        statement.on_conflict_do_update(
            index_elements=["node_id", "kind", "subject", "reported"],
            index_where=col(Alarm.cleared_at).is_(None),
            set_={"count": col(Alarm.count) + 1, "last_at": now, "values": values},
        )
    )


def clear(
    session: Session, node_id: str, kinds: Collection[str], now: datetime, subject: str | None = None
) -> None:
    """Ends the open alarms of these kinds, for one subject or for all."""
    ours = col(Alarm.kind).in_(kinds) & col(Alarm.reported).is_(False)
    ended = update(Alarm).where(_open(node_id), ours).values(cleared_at=now)
    session.exec(ended if subject is None else ended.where(col(Alarm.subject) == subject[:160]))


def clear_others(session: Session, node_id: str, kind: str, kept: Collection[str], now: datetime) -> None:
    """Ends the open alarms of a kind but those of the subjects that are kept."""
    ours = (col(Alarm.kind) == kind) & col(Alarm.reported).is_(False) & col(Alarm.subject).not_in(kept)
    session.exec(update(Alarm).where(_open(node_id), ours).values(cleared_at=now))


def set_reported(session: Session, node_id: str, reported: Collection[Reason], now: datetime) -> None:
    """Makes the node's own alarms exactly those it reports now; their numbers may change, the alarm stays
    open.
    """
    by_kind = {(alarm.code, _subject(alarm)): alarm for alarm in reported}
    for (_, subject), alarm in by_kind.items():
        raise_alarm(session, node_id, alarm, now, subject, reported=True)
    present = select(Alarm).where(_open(node_id), col(Alarm.reported).is_(True))
    for stored in session.exec(present):
        if (stored.kind, stored.subject) not in by_kind:
            stored.cleared_at = now


def is_open(session: Session, node_id: str, kind: str, subject: str | None = None) -> bool:
    """Whether such an alarm is open, for one subject or for any."""
    query = select(Alarm.id).where(_open(node_id), Alarm.kind == kind)
    if subject is not None:
        query = query.where(Alarm.subject == subject[:160])
    return session.exec(query).first() is not None


def count_open(session: Session) -> dict[tuple[str, str], int]:
    """How many alarms are open, by node and kind."""
    query = select(Alarm.node_id, Alarm.kind, func.count()).where(col(Alarm.cleared_at).is_(None))
    rows = session.exec(query.group_by(col(Alarm.node_id), col(Alarm.kind)))
    return {(node, kind): count for node, kind, count in rows}


def list_open(
    session: Session, limit: int = 200, skip: int = 0, *, node_id: str | None = None
) -> list[Alarm]:
    """The open alarms, of all nodes or of one, newest first."""
    query = select(Alarm).where(col(Alarm.cleared_at).is_(None) if node_id is None else _open(node_id))
    query = query.order_by(col(Alarm.last_at).desc(), col(Alarm.id).desc())
    return list(session.exec(query.offset(skip).limit(limit)))


def list_ended(session: Session, limit: int = 200, skip: int = 0) -> list[Alarm]:
    """Alarms that have ended, the latest end first."""
    query = select(Alarm).where(col(Alarm.cleared_at).is_not(None))
    query = query.order_by(col(Alarm.cleared_at).desc(), col(Alarm.id).desc())
    return list(session.exec(query.offset(skip).limit(limit)))


def acknowledge(session: Session, alarm_id: int, now: datetime, actor: str, note: str = "") -> Alarm:
    """A person has dealt with the alarm and says how; it is closed until it occurs again. Raises
    NotFoundError.
    """
    alarm = session.get(Alarm, alarm_id, with_for_update=True)
    if alarm is None or alarm.cleared_at is not None:
        raise NotFoundError("alarm", id=alarm_id)
    alarm.cleared_at, alarm.cleared_by, alarm.note = now, actor, note
    subject = f"node:{alarm.node_id}" if alarm.node_id else "centre"
    audit.record(session, actor, "alarm.clear", subject, {"kind": alarm.kind, "note": note})
    return alarm


def trim(session: Session, now: datetime) -> int:
    """Deletes alarms that ended long ago; returns how many."""
    old = col(Alarm.cleared_at) < now - KEPT
    return session.exec(delete(Alarm).where(old)).rowcount


def _subject(alarm: Reason) -> str:
    """The subject of a node's alarm, beside its code; for prose (release 0.1), the text without its
    numbers.
    """
    return re.sub(r"\d+", "#", str(alarm.values["en"]))[:160] if alarm.code == LEGACY_TEXT else ""


def _open(node_id: str) -> ColumnElement[bool]:
    return and_(col(Alarm.node_id) == node_id, col(Alarm.cleared_at).is_(None))
