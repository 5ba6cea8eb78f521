"""Counts of packages, for those who watch the centre."""

from sqlmodel import Session, col, func, select

from central.ingest.models import Package


def unstored_packages(session: Session) -> dict[str, int]:
    """How many packages are in each state but `stored` (`contract.receipts.ReceiptState`), by an index of
    these alone: those that are stored grow for ever, and this is asked every few seconds."""
    query = select(Package.state, func.count()).where(Package.state != "stored")
    return {"incomplete": 0, "rejected": 0} | dict(session.exec(query.group_by(col(Package.state))).all())
