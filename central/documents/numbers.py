"""Numbers of papers: consecutive in each unit, kind and year, without gaps or duplicates."""

from sqlmodel import Session, col, update

from central.db import insert
from central.documents.models import DocumentSeries


def next_number(session: Session, unit: str, kind: str, year: int) -> int:
    """Takes the next number of a series; a rollback gives it back."""
    start = insert(session, DocumentSeries).values(unit=unit, kind=kind, year=year, last=0)
    session.exec(start.on_conflict_do_nothing())
    taken: int = session.exec(
        update(DocumentSeries)
        .where(
            col(DocumentSeries.unit) == unit,
            col(DocumentSeries.kind) == kind,
            col(DocumentSeries.year) == year,
        )
        .values(last=col(DocumentSeries.last) + 1)
        .returning(col(DocumentSeries.last))
    ).scalar_one()
    return taken
