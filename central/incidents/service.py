"""Security incidents: entered when found, their papers drawn up from the audit log, each sending recorded.

The first notice is due 24 hours after the incident was found, the report 72 hours after it. A report that
is sent first covers the notice: the authority was told. What was entered by mistake is dropped and stays
listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, not_, select

from central.accounts.models import User
from central.audit import service as audit
from central.db import is_postgresql
from central.deadlines.rules import Running, running
from central.errors import ConflictError, InvalidError, NotFoundError
from central.incidents.models import Incident
from central.law import service as law
from configs.law_tables import shipped

FACTS = ("kind", "systems", "cause", "effects", "measures", "help", "persons_told", "contact")
"""What only the unit knows, in the order of the form."""

Letter = Literal["notice", "report"]
LETTERS: tuple[Letter, ...] = ("notice", "report")
_CODES: dict[Letter, str] = {"notice": "incident_notice", "report": "incident_report"}


@dataclass(frozen=True)
class Found:
    """An incident as it was found: what, when, and the period whose readings of personal data concern it."""

    title: str
    found_at: datetime
    first_at: datetime
    until_at: datetime


def enter(session: Session, user: User, found: Found, now: datetime) -> Incident:
    """Records an incident; its deadlines run from when it was found.

    Raises:
        InvalidError: found in the future, or a period that ends before it begins.
        ConflictError: an incident of that title and moment was entered before.
    """
    if found.found_at > now:
        raise InvalidError("incident_future", field="found_at")
    if found.first_at >= found.until_at:
        raise InvalidError("incident_period", field="until_at")
    _one_after_another(session)
    if (known := _same(session, found)) is not None:
        raise ConflictError("incident_twice", n=known)
    assert user.id is not None
    notice, report = (_due(session, letter, found.found_at) for letter in LETTERS)
    row = Incident(
        title=found.title,
        found_at=found.found_at,
        first_at=found.first_at,
        until_at=found.until_at,
        entered_at=now,
        entered_by=user.id,
        notice_by=notice.due_at,
        notice_basis=notice.row.legal_basis,
        report_by=report.due_at,
        report_basis=report.row.legal_basis,
    )
    session.add(row)
    session.flush()
    audit.record(session, user.actor, "incident.enter", _subject(row), {"on": found.found_at.isoformat()})
    return row


def _one_after_another(session: Session) -> None:
    """Until the transaction ends nobody else enters one: two people may write of the same at the same moment.
    SQLite has one writer at a time."""
    if is_postgresql(session):
        session.connection().exec_driver_sql("LOCK TABLE incident IN SHARE ROW EXCLUSIVE MODE")


def _same(session: Session, found: Found) -> int | None:
    wanted = (Incident.found_at == found.found_at, col(Incident.dropped_at).is_(None))
    rows = session.exec(select(Incident).where(*wanted))
    return next((row.id for row in rows if row.title.casefold() == found.title.casefold()), None)


def _due(session: Session, letter: Letter, found_at: datetime) -> Running:
    """By the law in use; by the shipped tables if the one in use is older and has no such deadline."""
    for book in (law.book(session), shipped()):
        deadline = running(book, {"incident_found": found_at}).get(_CODES[letter])
        if deadline is not None:
            return deadline
    raise InvalidError("incident_before_the_law", field="found_at")


def write(session: Session, user: User, incident_id: int, facts: Mapping[str, str]) -> Incident:
    """Replaces what the unit knows. Raises ConflictError once the report was sent, or it was dropped."""
    row = _open(session, incident_id)
    row.facts = {name: facts[name] for name in FACTS if facts.get(name)}
    audit.record(session, user.actor, "incident.write", _subject(row), {})
    return row


def note_sent(
    session: Session,
    user: User,
    incident_id: int,
    letter: Letter,
    at: datetime,
    reference: str,
    now: datetime,
) -> Incident:
    """Records that a letter was sent to the authority, under which number. After the report, a notice that
    went out before it can still be recorded.

    Raises:
        ConflictError: this letter was sent before; it was dropped.
        InvalidError: before the incident was found, or in the future; a notice after its report; no number.
    """
    row = _standing(session, incident_id)
    if sent_at(row, letter) is not None:
        raise ConflictError("incident_letter_sent", id=incident_id)
    if not row.found_at <= at <= now:
        raise InvalidError("incident_sent_at", field="at")
    if row.report_sent_at is not None and at > row.report_sent_at:
        raise InvalidError("incident_after_report", field="at")
    if not reference:
        raise InvalidError("incident_reference", field="reference")
    if letter == "notice":
        row.notice_sent_at, row.notice_reference = at, reference
    else:
        row.report_sent_at, row.report_reference = at, reference
    detail = {"letter": letter, "on": at.isoformat(), "reference": reference}
    audit.record(session, user.actor, "incident.send", _subject(row), detail)
    return row


def drop(session: Session, user: User, incident_id: int, why: str, now: datetime) -> Incident:
    """Gives up an incident that was entered by mistake; it stays listed, without deadlines.

    Raises:
        ConflictError: it was reported, or dropped before.
    """
    row = _open(session, incident_id)
    row.dropped_at, row.dropped_by, row.dropped_why = now, user.id, why
    audit.record(session, user.actor, "incident.drop", _subject(row), {"reason": why})
    return row


def sent_at(row: Incident, letter: Letter) -> datetime | None:
    """When a letter was sent."""
    return row.notice_sent_at if letter == "notice" else row.report_sent_at


def told_at(row: Incident, letter: Letter) -> datetime | None:
    """When the authority was told what a letter has to tell: the report tells what the notice would."""
    sent = sent_at(row, letter)
    return row.report_sent_at if sent is None else sent


def to_send(row: Incident) -> list[Letter]:
    """The letters that are still to be sent."""
    return [] if row.dropped_at else [letter for letter in LETTERS if told_at(row, letter) is None]


def due_at(row: Incident, letter: Letter) -> datetime:
    """When a letter has to be sent."""
    return row.notice_by if letter == "notice" else row.report_by


def get(session: Session, incident_id: int) -> Incident:
    """The incident with that number. Raises NotFoundError."""
    row = session.get(Incident, incident_id)
    if row is None:
        raise NotFoundError("incident", id=incident_id)
    return row


def listed(session: Session, limit: int) -> list[Incident]:
    """Open ones by the next deadline, then those that were reported or dropped, the newest first."""
    ended = select(Incident).where(not_(_is_open())).order_by(col(Incident.found_at).desc()).limit(limit)
    return [*open_ones(session, limit), *session.exec(ended)][:limit]


def open_ones(session: Session, limit: int | None = None) -> list[Incident]:
    """Incidents whose report is still to be sent, by the next deadline."""
    return list(
        session.exec(select(Incident).where(_is_open()).order_by(col(Incident.found_at)).limit(limit))
    )


def _is_open() -> ColumnElement[bool]:
    return and_(col(Incident.report_sent_at).is_(None), col(Incident.dropped_at).is_(None))


def _open(session: Session, incident_id: int) -> Incident:
    row = _standing(session, incident_id)
    if row.report_sent_at is not None:
        raise ConflictError("incident_reported", id=incident_id)
    return row


def _standing(session: Session, incident_id: int) -> Incident:
    row = session.exec(select(Incident).where(Incident.id == incident_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError("incident", id=incident_id)
    if row.dropped_at is not None:
        raise ConflictError("incident_dropped", id=incident_id)
    return row


def _subject(row: Incident) -> str:
    return f"incident:{row.id}"
