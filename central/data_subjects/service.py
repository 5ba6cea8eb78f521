"""Requests of persons concerned for the data held about them: entered with their deadlines, answered,
collected into one sealed file, given or refused, and deleted some time after that.

Law 91/2025 and NĐ 356/2025: a first answer within 2 working days, the data within 10 days.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.cases.errors import ReasonRequiredError
from central.data_subjects import cases, collecting, enclosing, paper
from central.data_subjects.collecting import FORMAT, Search, Wanted
from central.data_subjects.file import DATA, SUMMARY, as_json, packed
from central.data_subjects.models import DataRequest
from central.db import transaction
from central.deadlines.rules import Running, running
from central.documents.archive import Archive
from central.errors import ConflictError, InvalidError, NotFoundError
from central.law import service as law
from central.parties.service import Parties, Reader
from central.values import Text
from central.vault import BlindIndex, Vault
from central.words.languages import Language
from configs.law_tables import shipped
from configs.retention import RetentionRules
from contract.canonical import sha256_hex
from contract.local_time import local_day
from contract.plates import normalise, strange_characters

KEPT_AFTER_END = timedelta(days=30)
"""How long the file and the particulars of whoever asked stay after the request has ended."""
READ, COLLECT = "data_request.read", "data_request.collect"

Outcome = Literal["given", "refused"]


class Asked(BaseModel):
    """Who asks, and for whose data: the part of a request that is sealed."""

    model_config = ConfigDict(frozen=True)

    asker: Text
    identity: Text
    plate: Text


@dataclass(frozen=True)
class Letter:
    """The request as it came in: its number or another basis, and the day."""

    reference: str
    received_on: date


def enter(
    session: Session, vault: Vault, user: User, letter: Letter, asked: Asked, now: datetime
) -> DataRequest:
    """Enters a request with its deadlines.

    Raises:
        InvalidError: neither an identity number nor a plate, a plate with characters none has, a day in the
            future.
    """
    if not (asked.identity.strip() or asked.plate.strip()):
        raise InvalidError("data_request_of", field="identity")
    if strange := strange_characters(asked.plate):
        raise InvalidError("plate_characters", field="plate", characters=strange)
    if letter.received_on > local_day(now):
        raise InvalidError("day_ahead", field="received_on")
    key = secrets.token_hex(16)
    sealed = asked.model_copy(
        update={"identity": asked.identity.strip(), "plate": normalise(asked.plate) if asked.plate else ""}
    )
    first, whole = deadlines(session, letter.received_on)
    assert user.id is not None
    row = DataRequest(
        key=key,
        sealed=vault.seal(sealed.model_dump_json().encode(), _context(key)),
        key_id=vault.key_id,
        reference=letter.reference.strip(),
        received_on=letter.received_on,
        entered_at=now,
        entered_by=user.id,
        answer_by=first.last_day,
        give_by=whole.last_day,
        legal_basis=whole.row.legal_basis,
    )
    session.add(row)
    session.flush()
    audit.record(session, user.actor, "data_request.enter", _subject(row), {"reference": row.reference})
    return row


def deadlines(session: Session, received_on: date) -> tuple[Running, Running]:
    """The deadlines of the first answer and of the whole answer, by the law in use; by the shipped tables if
    the table in use is older and has none.
    """
    days = {"data_requested": received_on}
    for book in (law.book(session), shipped()):
        found = running(book, days)
        if {"data_request_answer", "data_request"} <= found.keys():
            break
    return found["data_request_answer"], found["data_request"]


def note_answer(session: Session, user: User, request_id: int, on: date, now: datetime) -> DataRequest:
    """Records the day of the first answer: received, and how it will be dealt with.

    Raises:
        ConflictError: the request has ended.
        InvalidError: a day before the request, or in the future.
    """
    row = _open(session, request_id)
    _check_day(row, on, now)
    row.answered_on = on
    audit.record(session, user.actor, "data_request.answer", _subject(row), {"on": on.isoformat()})
    return row


@dataclass(frozen=True)
class Collector:
    """What collecting needs: the vault of people's data with its index, the archive of papers with the store
    of evidence, the approved retention rules.
    """

    vault: Vault
    index: BlindIndex
    archive: Archive
    rules: RetentionRules | None = None


def collect(
    engine: Engine, by: Collector, user: User, request_id: int, language: Language, now: datetime
) -> DataRequest:
    """Collects everything held at this moment, masked, into one sealed file; again replaces the earlier file.

    The summary is typeset outside of any transaction: no lock is held for the seconds it takes. A file that
    somebody collected at a later moment meanwhile stays.

    Raises:
        ConflictError: the request has ended, perhaps while the file was being made.
        RenderError: the summary could not be typeset.
    """
    with transaction(engine) as session:
        row = _open(session, request_id)
        asked = _opened(by.vault, row)
        reader = Reader(user.actor, f"{row.legal_basis}: {row.reference}")
        wanted = Wanted(asked.identity, asked.plate)
        search = Search(session, Parties(session, by.vault, by.index), wanted, reader, now, by.rules)
        files = enclosing.enclosed(search, by.archive)
        content = collected(search, row) | {"files": [file.told() for file in files]}
    summary = paper.as_pdf(content, by.archive.office, language, now)
    inside = {file.path: file.content for file in files if file.content is not None}
    made = packed({DATA: as_json(content), SUMMARY: summary, **inside}, now)
    with transaction(engine) as session:
        row = _open(session, request_id)
        if row.collected_at is None or row.collected_at <= now:
            row.sealed_file, row.file_sha256 = by.vault.seal(made, _file_context(row.key)), sha256_hex(made)
            row.collected_at, row.collected_by = now, user.id
            number, why = len(content["cases"]), reader.purpose[:200]
            detail = {"sha256": row.file_sha256, "cases": number, "purpose": why}
            audit.record(session, user.actor, COLLECT, _subject(row), detail)
    return row


def collected(search: Search, row: DataRequest) -> dict[str, Any]:
    """The content of the file."""
    portal = collecting.on_the_portal(search)
    papers = collecting.papers(search)
    letters = [letter["number"] for letter in portal["submissions"]]
    return {
        "format": FORMAT,
        "made_at": search.now,
        "request": {"reference": row.reference, "received_on": row.received_on},
        "legal_basis": row.legal_basis,
        "asked_for": {"identity": search.wanted.identity, "plate": search.wanted.plate},
        "persons": collecting.persons(search),
        "cases": cases.told_cases(search),
        "cases_of_others": search.of_plate[1],
        "decisions": cases.told_decisions(search),
        "papers": papers,
        "notifications": collecting.told(search),
        "portal": portal,
        "watched_plates": collecting.watched(search),
        "read_by": cases.read_by(search, letters),
        "kept_for": collecting.kept_for(search.rules),
        "not_included": collecting.not_in_it(),
    }


def read_file(session: Session, vault: Vault, user: User, request_id: int) -> bytes:
    """The collected file; each reading is audited. Raises NotFoundError: none was collected, or it was
    deleted.
    """
    row = get(session, request_id)
    if row.sealed_file is None:
        raise NotFoundError("data_request_file", id=request_id)
    detail = {"sha256": row.file_sha256, "purpose": row.reference}
    audit.record(session, user.actor, READ, _subject(row), detail)
    return vault.open(row.sealed_file, _file_context(row.key))


def read_asked(session: Session, vault: Vault, user: User, request_id: int) -> Asked | None:
    """Who asked for whose data; audited. None once it was deleted."""
    row = get(session, request_id)
    if row.erased_at is not None:
        return None
    audit.record(session, user.actor, READ, _subject(row), {"purpose": row.reference})
    return _opened(vault, row)


def end(
    session: Session, user: User, request_id: int, outcome: Outcome, on: date, note: str, now: datetime
) -> DataRequest:
    """The file was given to the person, or the request was refused for a reason.

    Raises:
        ConflictError: it has ended already, or nothing was collected that could have been given.
        InvalidError: a day before the request, or in the future.
        ReasonRequiredError: refused without a reason.
    """
    row = _open(session, request_id)
    _check_day(row, on, now)
    if outcome == "refused" and not note.strip():
        raise ReasonRequiredError("note", field="note")
    if outcome == "given" and row.sealed_file is None:
        raise ConflictError("data_request_empty")
    row.answered_on = row.answered_on or on
    row.ended_on, row.outcome, row.note = on, outcome, note.strip()[:500]
    audit.record(session, user.actor, "data_request.end", _subject(row), {"outcome": outcome})
    return row


def erase_ended(session: Session, now: datetime, limit: int = 50) -> bool:
    """Deletes file and particulars of requests that ended long enough ago; True if there may be more."""
    before = local_day(now - KEPT_AFTER_END)
    ended = col(DataRequest.ended_on) <= before, col(DataRequest.erased_at).is_(None)
    rows = session.exec(select(DataRequest).where(*ended).limit(limit).with_for_update()).all()
    for row in rows:
        row.sealed, row.key_id, row.sealed_file, row.erased_at = b"", "", None, now
        audit.record(session, "system", "data_request.erase", _subject(row), {"sha256": row.file_sha256})
    return len(rows) == limit


def reseal(session: Session, vault: Vault, limit: int = 50) -> int:
    """Seals again under the current key what older keys sealed; returns how many."""
    old = DataRequest.key_id != vault.key_id, col(DataRequest.erased_at).is_(None)
    query = select(DataRequest).where(*old).limit(limit).with_for_update(skip_locked=True)
    rows = session.exec(query).all()
    for row in rows:
        places = _context(row.key), _file_context(row.key)
        row.sealed = vault.seal(vault.open(row.sealed, places[0]), places[0])
        if row.sealed_file is not None:
            row.sealed_file = vault.seal(vault.open(row.sealed_file, places[1]), places[1])
        row.key_id = vault.key_id
    return len(rows)


def listed(session: Session, skip: int = 0, limit: int = 50) -> list[DataRequest]:
    """Open requests first, the one due soonest at the top, then those that ended, the latest first."""
    order = (
        col(DataRequest.ended_on).is_not(None),
        col(DataRequest.ended_on).desc(),
        col(DataRequest.give_by),
        col(DataRequest.id),
    )
    return list(session.exec(select(DataRequest).order_by(*order).offset(skip).limit(limit)))


def get(session: Session, request_id: int) -> DataRequest:
    """The request with that number. Raises NotFoundError."""
    row = session.get(DataRequest, request_id)
    if row is None:
        raise NotFoundError("data_request", id=request_id)
    return row


def _open(session: Session, request_id: int) -> DataRequest:
    row = session.get(DataRequest, request_id, with_for_update=True)
    if row is None:
        raise NotFoundError("data_request", id=request_id)
    if row.ended_on is not None:
        raise ConflictError("data_request_ended")
    return row


def _check_day(row: DataRequest, on: date, now: datetime) -> None:
    if on < row.received_on:
        raise InvalidError("day_before", field="on")
    if on > local_day(now):
        raise InvalidError("day_ahead", field="on")


def _opened(vault: Vault, row: DataRequest) -> Asked:
    return Asked.model_validate_json(vault.open(row.sealed, _context(row.key)))


def _subject(row: DataRequest) -> str:
    return f"data_request:{row.id}"


def _context(key: str) -> str:
    return f"data_request:{key}"


def _file_context(key: str) -> str:
    return f"data_request_file:{key}"
