"""Files attached to an answer: sealed under their own keys, removable until the answer is sent."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import Session, col, select

from central.audit import service as audit
from central.citizens.entry import Opened
from central.citizens.files import MOST_FILES, checked
from central.citizens.forgetting import GONE
from central.citizens.models import Attachment
from central.errors import InvalidError, NotFoundError
from central.media.store import MediaStore
from central.vault import Vault
from contract.canonical import sha256_hex

_NONCE_BYTES = 12


@dataclass(frozen=True)
class File:
    """A file as received, with the name it was given."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Cupboard:
    """The store of attachments."""

    store: MediaStore
    vault: Vault

    def add(self, session: Session, opened: Opened, name: str, content: bytes, now: datetime) -> Attachment:
        """Checks a file and stores it with the answer that is being written.

        Raises:
            InvalidError: its type or content, or too many files.
        """
        if len(waiting(session, opened)) >= MOST_FILES:
            raise InvalidError("file_count", field="file", n=MOST_FILES)
        return self.keep(session, opened, File(name, content), f"party:{opened.party_id}", now)

    def keep(
        self,
        session: Session,
        opened: Opened,
        file: File,
        actor: str,
        now: datetime,
        submission_id: int | None = None,
    ) -> Attachment:
        """Checks a file and stores it, for an answer that has been sent or will be. Raises InvalidError."""
        media_type, kept = checked(file.content, file.name)
        key, inner = secrets.token_hex(16), AESGCM.generate_key(256)
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self.store.put(BytesIO(nonce + AESGCM(inner).encrypt(nonce, kept, None)))
        row = Attachment(
            proceeding_id=opened.proceeding_id,
            party_id=opened.party_id,
            submission_id=submission_id,
            key=key,
            name=_name(file.name, media_type),
            media_type=media_type,
            size=len(kept),
            sha256=sha256_hex(kept),
            sealed_sha256=sealed,
            wrapped_key=self.vault.seal(inner, attachment_context(key)),
            key_id=self.vault.key_id,
            at=now,
        )
        session.add(row)
        session.flush()
        detail = {"type": media_type, "bytes": row.size, "sha256": row.sha256}
        audit.record(session, actor, "attachment.add", f"attachment:{row.id}", detail)
        return row

    def read(self, session: Session, row: Attachment, actor: str, purpose: str) -> bytes:
        """The file; reading it is audited. Raises NotFoundError if it was deleted after its retention
        period.
        """
        if row.key_id == GONE:
            raise NotFoundError("attachment", id=row.id)
        audit.record(session, actor, "attachment.read", f"attachment:{row.id}", {"purpose": purpose[:200]})
        inner = self.vault.open(row.wrapped_key, attachment_context(row.key))
        sealed = self.store.open(row.sealed_sha256, recheck=True).read()
        return AESGCM(inner).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)


def waiting(session: Session, opened: Opened) -> list[Attachment]:
    """Files whose answer has not been sent, the oldest first."""
    query = select(Attachment).where(
        Attachment.proceeding_id == opened.proceeding_id,
        Attachment.party_id == opened.party_id,
        col(Attachment.submission_id).is_(None),
    )
    return list(session.exec(query.order_by(col(Attachment.id))))


def take_away(session: Session, opened: Opened, attachment_id: int) -> None:
    """Removes a file its owner does not want to send. Raises NotFoundError."""
    row = next((one for one in waiting(session, opened) if one.id == attachment_id), None)
    if row is None:
        raise NotFoundError("attachment", id=attachment_id)
    session.delete(row)
    audit.record(session, f"party:{opened.party_id}", "attachment.remove", f"attachment:{row.id}", {})


def send(session: Session, opened: Opened, submission_id: int) -> int:
    """Attaches all waiting files to the answer being sent; returns how many."""
    rows = waiting(session, opened)
    for row in rows:
        row.submission_id = submission_id
    return len(rows)


def of_submission(session: Session, submission_id: int) -> list[Attachment]:
    """The files of an answer."""
    query = select(Attachment).where(Attachment.submission_id == submission_id)
    return list(session.exec(query.order_by(col(Attachment.id))))


def _name(name: str, media_type: str) -> str:
    """The name without folders, with the extension of the real file type."""
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or "tep"
    clean = "".join(letter for letter in stem if letter.isalnum() or letter in " -_.")[:80].strip() or "tep"
    return f"{clean}.{'pdf' if media_type == 'application/pdf' else 'jpg'}"


def attachment_context(key: str) -> str:
    """The context in which the key of an attachment is sealed."""
    return f"attachment:{key}"
