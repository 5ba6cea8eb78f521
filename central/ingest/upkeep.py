"""Periodic tasks: delete file parts without a manifest, detect missing packages."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from central.alarms import service as alarms
from central.ingest.models import Package, PartialFile
from central.media.store import PartialFiles
from contract.reasons import reason

EARLY_KEPT = timedelta(days=1)
GAP_PATIENCE = timedelta(hours=1)


def forget_early(session: Session, partials: PartialFiles, now: datetime) -> int:
    """Deletes pieces of files that no manifest has named for a day; returns how many files."""
    late = select(PartialFile).where(
        col(PartialFile.expected).is_(None), col(PartialFile.updated_at) < now - EARLY_KEPT
    )
    found = session.exec(late).all()
    for partial in found:
        partials.discard(partial.node_id, partial.sha256)
        session.delete(partial)
    return len(found)


def watch_gaps(session: Session, now: datetime) -> int:
    """Raises an alarm for each node with a package missing for an hour; returns how many."""
    query = (
        select(Package.node_id, func.count(), func.min(Package.sequence))
        .where(Package.chain == "gap", col(Package.received_at) < now - GAP_PATIENCE)
        .group_by(col(Package.node_id))
    )
    gaps = session.exec(query).all()
    for node, count, first in gaps:
        alarms.raise_alarm(session, node, reason("package.gap", packages=count, sequence=first or 1), now)
    return len(gaps)
