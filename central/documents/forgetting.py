"""Documents past their retention period: their content can't be read any more; number, date and hashes
stay."""

from sqlmodel import Session, col, select

from central.documents.models import Document

DISPOSED = "disposed"


def present(session: Session, case_id: int) -> list[Document]:
    """The papers of a case that are still there."""
    query = select(Document).where(Document.case_id == case_id, Document.state != DISPOSED)
    return list(session.exec(query.order_by(col(Document.id))))


def forget(session: Session, case_id: int) -> list[str]:
    """Throws keys and values of a case's papers away; the hashes of the sealed files that are to be erased.
    Number, day and the hashes of values and file stay in the register."""
    sealed = []
    for paper in present(session, case_id):
        sealed += [paper.sealed_sha256] if paper.sealed_sha256 else []
        paper.wrapped_key = paper.sealed_values = b""
        paper.sealed_sha256, paper.state, paper.error = None, DISPOSED, ""
    session.flush()
    return sorted(sealed)
