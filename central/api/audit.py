"""The audit log as JSON."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service
from central.audit.models import AuditEntry
from central.cases.plates import with_short_plate, with_short_subject
from central.values import Moment, Text
from central.web.people import ReadSessionDep, SessionDep, require
from central.web.values import Before

router = APIRouter(prefix="/audit", tags=["audit"])
Reader = Annotated[User, Depends(require(Permission.VIEW_AUDIT))]


class Entry(BaseModel):
    """One entry, with its hashes in the chain."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous: str
    hash: str


class EntryPage(BaseModel):
    """Entries, newest first; ask again with `before=next` for older ones."""

    items: list[Entry]
    next: int | None


class Verdict(BaseModel):
    """Whether the chain is intact; if not, the first altered entry."""

    entries: int
    broken_at: int | None
    reason: str


@router.get("")
def entries(
    session: SessionDep,
    reader: Reader,
    before: Before = None,
    subject: Annotated[Text | None, Query(max_length=160)] = None,
    person: Annotated[Text | None, Query(max_length=64)] = None,
    first: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> EntryPage:
    """Who did and saw what, all of it or about a subject, a person, a time; plates that were searched for are
    shortened. That somebody reads the log is itself in the log."""
    sought = service.Sought(subject, person, first, until)
    found = service.list_entries(session, before, sought, limit)
    asked = {"person": person} if person else {}
    service.record(session, reader.actor, "audit.read", subject or "audit", asked)
    items = [Entry(**entry.model_dump() | _without_plates(entry)) for entry in found]
    return EntryPage(items=items, next=items[-1].seq if len(items) == limit else None)


def _without_plates(entry: AuditEntry) -> dict[str, Any]:
    return {"subject": with_short_subject(entry.subject), "detail": with_short_plate(entry.detail)}


@router.get("/verification")
def verification(session: ReadSessionDep, _reader: Reader) -> Verdict:
    """Verifies the whole chain."""
    report = service.verify_chain(session)
    return Verdict(entries=report.entries, broken_at=report.broken_at, reason=report.reason)
