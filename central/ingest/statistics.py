"""Counts of packages, for monitoring the centre."""

from sqlmodel import Session, col, func, select

from central.ingest.models import Package


def unstored_packages(session: Session) -> dict[str, int]:
    """How many packages are in each state except `stored` (`contract.receipts.ReceiptState`), from a partial
    index: stored packages grow without limit, and this is queried every few seconds.
    """
    query = select(Package.state, func.count()).where(
        Package.state != "stored", col(Package.test_camera).is_(None)
    )
    return {"incomplete": 0, "rejected": 0} | dict(session.exec(query.group_by(col(Package.state))).all())
