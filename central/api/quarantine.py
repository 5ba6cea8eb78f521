"""The quarantine as JSON."""

import base64
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.ingest import quarantine
from central.ingest.models import Quarantined
from central.web.language import language
from central.web.people import ReadSessionDep, require
from central.web.values import Before
from central.words.languages import Language
from configs.words import say

router = APIRouter(tags=["ingest"])


class Entry(BaseModel):
    """A refused message; `head` is the start of it in base64, `reason` a code with `values`, `message` both
    in words."""

    id: int
    topic: str
    payload_sha256: str
    size: int
    head: str
    reason: str
    values: dict[str, Any]
    message: str
    count: int
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, stored: Quarantined, language: Language) -> "Entry":
        """The entry in the reader's language."""
        head = base64.b64encode(stored.head).decode()
        return cls(**stored.model_dump(exclude={"head"}), head=head, message=say(stored.why, language))


class EntryPage(BaseModel):
    """Entries, newest first; ask again with `before=next` for older ones."""

    items: list[Entry]
    next: int | None


@router.get("/quarantine")
def entries(
    request: Request,
    session: ReadSessionDep,
    _manager: Annotated[User, Depends(require(Permission.MANAGE_NODES))],
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> EntryPage:
    """Refused messages and their reasons."""
    found = quarantine.list_latest(session, before, limit)
    items = [Entry.of(stored, language(request)) for stored in found]
    return EntryPage(items=items, next=items[-1].id if len(items) == limit else None)
