"""Alarms: what is wrong now with a node or the centre. Raising twice counts, clearing keeps the history."""

import re
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, update
from sqlmodel import Session, col, select

from central.alarms.models import Alarm
from central.audit import service as audit
from central.db import insert
from central.errors import NotFoundError
from configs.words import say_both
from contract.reasons import LEGACY_TEXT, Reason

CENTRE = ""
"""In place of a node's id: something is wrong with the centre itself."""

_REPORTED = "reported"


def raise_alarm(session: Session, node_id: str, kind: str, subject: str, message: str, now: datetime) -> None:
    """Opens an alarm, or counts it once more when it is open already."""
    statement = insert(session, Alarm).values(
        node_id=node_id,
        kind=kind,
        subject=subject[:160],
        message=message[:500],
        count=1,
        raised_at=now,
        last_at=now,
    )
    session.exec(
        statement.on_conflict_do_update(
            index_elements=["node_id", "kind", "subject"],
            index_where=col(Alarm.cleared_at).is_(None),
            set_={"count": col(Alarm.count) + 1, "last_at": now, "message": message[:500]},
        )
    )


def clear(
    session: Session, node_id: str, kinds: Collection[str], now: datetime, subject: str | None = None
) -> None:
    """Ends the open alarms of these kinds, of one subject or of all."""
    ended = update(Alarm).where(_open(node_id), col(Alarm.kind).in_(kinds)).values(cleared_at=now)
    session.exec(ended if subject is None else ended.where(col(Alarm.subject) == subject[:160]))


def set_reported(session: Session, node_id: str, reported: Collection[Reason], now: datetime) -> None:
    """Makes the node's own alarms exactly those it reports now; numbers in them may change, the alarm
    stays."""
    subjects = [_subject(alarm) for alarm in reported]
    for alarm, subject in zip(reported, subjects, strict=True):
        raise_alarm(session, node_id, _REPORTED, subject, say_both(alarm), now)
    gone = col(Alarm.subject).not_in(subjects)
    session.exec(
        update(Alarm).where(_open(node_id), col(Alarm.kind) == _REPORTED, gone).values(cleared_at=now)
    )


def list_open(session: Session, limit: int = 200) -> list[Alarm]:
    """What is wrong now, newest first."""
    query = select(Alarm).where(col(Alarm.cleared_at).is_(None)).order_by(col(Alarm.last_at).desc())
    return list(session.exec(query.limit(limit)))


def acknowledge(session: Session, alarm_id: int, now: datetime, actor: str) -> Alarm:
    """A person has dealt with it: closed until it happens again. Raises NotFoundError."""
    alarm = session.get(Alarm, alarm_id)
    if alarm is None or alarm.cleared_at is not None:
        raise NotFoundError("alarm", id=alarm_id)
    alarm.cleared_at = now
    audit.record(session, actor, "alarm.clear", f"node:{alarm.node_id}", {"kind": alarm.kind})
    return alarm


def _subject(alarm: Reason) -> str:
    """What an alarm is about: its code; of prose (release 0.1) the text less its numbers."""
    if alarm.code != LEGACY_TEXT:
        return alarm.code
    return re.sub(r"\d+", "#", str(alarm.values["en"]))[:160]


def _open(node_id: str) -> ColumnElement[bool]:
    return and_(col(Alarm.node_id) == node_id, col(Alarm.cleared_at).is_(None))
