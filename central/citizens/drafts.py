"""Drafts of answers: stored sealed while they are typed, and loaded whenever the notice is opened."""

import json
import secrets
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, select

from central.citizens.answers import KINDS, Answer, submission_context
from central.citizens.attachments import attachment_context
from central.citizens.entry import Opened
from central.citizens.forgetting import GONE
from central.citizens.models import Attachment, Draft, Submission
from central.errors import InvalidError
from central.vault import Vault


def save(session: Session, vault: Vault, opened: Opened, answer: Answer, now: datetime) -> None:
    """Stores what has been typed so far, replacing the earlier draft. Raises InvalidError."""
    if answer.kind not in KINDS:
        raise InvalidError("answer", field="kind")
    row = session.get(Draft, (opened.proceeding_id, opened.party_id, answer.kind))
    key = row.key if row is not None else secrets.token_hex(16)
    content = json.dumps(answer.content(), ensure_ascii=False).encode()
    row = row or Draft(
        proceeding_id=opened.proceeding_id,
        party_id=opened.party_id,
        kind=answer.kind,
        key=key,
        sealed=b"",
        key_id="",
        saved_at=now,
    )
    row.sealed, row.key_id, row.saved_at = vault.seal(content, draft_context(key)), vault.key_id, now
    session.add(row)


def find(session: Session, vault: Vault, opened: Opened, kind: str) -> tuple[Answer, datetime] | None:
    """The draft, and when it was saved."""
    row = session.get(Draft, (opened.proceeding_id, opened.party_id, kind))
    if row is None:
        return None
    content = json.loads(vault.open(row.sealed, draft_context(row.key)))
    return Answer(content["kind"], content["text"], content["fields"]), row.saved_at


def kept(session: Session, opened: Opened) -> dict[str, datetime]:
    """Kinds of answer with a draft, and when each was last saved."""
    mine = (Draft.proceeding_id == opened.proceeding_id, Draft.party_id == opened.party_id)
    return {row.kind: row.saved_at for row in session.exec(select(Draft).where(*mine))}


def drop(session: Session, opened: Opened, kind: str) -> None:
    """Deletes a draft that was sent or is no longer wanted."""
    row = session.get(Draft, (opened.proceeding_id, opened.party_id, kind))
    if row is not None:
        session.delete(row)


def reseal(session: Session, vault: Vault, limit: int = 200) -> int:
    """Seals again under the current key what older keys sealed: submissions, drafts, the keys of attachments;
    returns how many.
    """
    done = 0
    for row in _old(session, Submission, vault, limit):
        context = submission_context(row.key)
        row.sealed, row.key_id = vault.seal(vault.open(row.sealed, context), context), vault.key_id
        done += 1
    for draft in _old(session, Draft, vault, limit):
        context = draft_context(draft.key)
        draft.sealed, draft.key_id = vault.seal(vault.open(draft.sealed, context), context), vault.key_id
        done += 1
    for file in _old(session, Attachment, vault, limit):
        context = attachment_context(file.key)
        file.wrapped_key = vault.seal(vault.open(file.wrapped_key, context), context)
        file.key_id = vault.key_id
        done += 1
    return done


def draft_context(key: str) -> str:
    """The context in which a draft's text is sealed."""
    return f"draft:{key}"


def _old(session: Session, table: type[SQLModel], vault: Vault, limit: int) -> list[Any]:
    key_id: Any = getattr(table, "key_id")  # noqa: B009 (each of the three tables has it)
    query = select(table).where(key_id != vault.key_id, key_id != GONE).limit(limit)
    return list(session.exec(query.with_for_update(skip_locked=True)))
