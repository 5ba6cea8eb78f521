"""Documents past their retention period: their content can no longer be read; number, date and hashes
stay.
"""

from sqlmodel import Session, col, select

from central.documents.models import Document

DISPOSED = "disposed"


def present(session: Session, case_id: int) -> list[Document]:
    """The papers of a case whose content still exists."""
    query = select(Document).where(Document.case_id == case_id, Document.state != DISPOSED)
    return list(session.exec(query.order_by(col(Document.id))))


def forget(session: Session, case_id: int) -> list[str]:
    """Deletes keys and values of a case's papers; returns the hashes of the sealed files to be erased.

    Number, day and the hashes of values and file stay in the register.
    """
    sealed = []
    for paper in present(session, case_id):
        sealed += [paper.sealed_sha256] if paper.sealed_sha256 else []
        paper.wrapped_key = paper.sealed_values = b""
        paper.sealed_sha256, paper.state, paper.error = None, DISPOSED, ""
    session.flush()
    return sorted(sealed)
