"""Data of citizens' answers that remain after the retention period: numbers, kinds, dates and hashes; their
text and files can no longer be read.
"""

from sqlmodel import Session, col, delete, select

from central.citizens.models import Attachment, Draft, Submission

GONE = ""
"""Stored instead of the name of the sealing key: there is no sealed content."""


def files_of(session: Session, proceeding_id: int) -> list[Attachment]:
    """The files of a case whose content still exists."""
    query = select(Attachment).where(Attachment.proceeding_id == proceeding_id, Attachment.key_id != GONE)
    return list(session.exec(query.order_by(col(Attachment.id))))


def forget(session: Session, proceeding_id: int) -> set[str]:
    """Deletes text, drafts and the keys of files; returns the hashes of the sealed files.

    Nobody else needs those files: each was sealed under its own key.
    """
    session.exec(delete(Draft).where(col(Draft.proceeding_id) == proceeding_id))
    for row in session.exec(select(Submission).where(Submission.proceeding_id == proceeding_id)):
        row.sealed, row.key_id, row.reply = b"", GONE, ""
    files = files_of(session, proceeding_id)
    for file in files:
        file.wrapped_key, file.key_id, file.name = b"", GONE, ""
    return {file.sealed_sha256 for file in files}
