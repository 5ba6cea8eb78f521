"""What the portal holds about one person: sessions, what they wrote, sent and attached; for the export to
that person.
"""

import json
from typing import Any

from sqlmodel import Session, col, select

from central.citizens import answers
from central.citizens.attachments import Cupboard
from central.citizens.drafts import draft_context
from central.citizens.forgetting import GONE
from central.citizens.models import Attachment, CitizenSession, Draft, OpenedNotice, Submission
from central.media.store import MediaStore
from central.parties.service import Reader
from central.vault import Vault


def sessions_of(session: Session, party_id: int) -> list[CitizenSession]:
    """Sessions in which the person is signed in now, the oldest first."""
    query = select(CitizenSession).where(CitizenSession.party_id == party_id)
    return list(session.exec(query.order_by(col(CitizenSession.created_at))))


def opened_notices(session: Session, document_ids: set[int]) -> list[OpenedNotice]:
    """Which of these notices are open in a browser now."""
    query = select(OpenedNotice).where(col(OpenedNotice.document_id).in_(document_ids))
    return list(session.exec(query.order_by(col(OpenedNotice.at))))


def submissions_of(
    session: Session, vault: Vault, party_id: int, reader: Reader
) -> list[tuple[Submission, dict[str, Any] | None]]:
    """What the person sent, with its text (None: deleted after its retention period); each reading is
    audited.
    """
    query = select(Submission).where(Submission.party_id == party_id).order_by(col(Submission.id))
    return [(row, _text(session, vault, row, reader)) for row in session.exec(query)]


def _text(session: Session, vault: Vault, row: Submission, reader: Reader) -> dict[str, Any] | None:
    if row.key_id == GONE:
        return None
    return answers.text_of(session, vault, row, reader.actor, reader.purpose)


def drafts_of(session: Session, vault: Vault, party_id: int) -> list[tuple[Draft, dict[str, Any]]]:
    """What the person is still writing."""
    query = select(Draft).where(Draft.party_id == party_id).order_by(col(Draft.saved_at))
    return [(row, json.loads(vault.open(row.sealed, draft_context(row.key)))) for row in session.exec(query)]


def attachments_of(session: Session, party_id: int) -> list[Attachment]:
    """The files the person attached, the oldest first."""
    query = select(Attachment).where(Attachment.party_id == party_id).order_by(col(Attachment.id))
    return list(session.exec(query))


def is_readable(row: Attachment) -> bool:
    """Whether an attached file still exists: its content is deleted after its retention period."""
    return row.key_id != GONE


def attached_file(
    session: Session, store: MediaStore, vault: Vault, row: Attachment, reader: Reader
) -> bytes:
    """An attached file as it was kept; reading it is audited.

    Raises:
        NotFoundError, MediaError, VaultError: it is deleted, damaged, or sealed with a key that is gone.
    """
    return Cupboard(store, vault).read(session, row, reader.actor, reader.purpose)
