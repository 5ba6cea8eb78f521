"""When evidence files can't be written: raises an alarm, stops nothing else, and asks nodes again once there
is room.

A piece that could not be written counts as never sent. Its node would ask again by itself, but at growing
intervals; so when writing works again, every waiting package is answered at once with its missing files.
"""

import time
from itertools import islice

from sqlmodel import Session, col, select

from central.alarms import service as alarms
from central.ingest.models import Package, PartialFile
from central.ingest.work import Batch, FileKey, Tools
from central.media.store import StorageError
from contract.reasons import reason

PROBE_SECONDS = 5.0
ASKED_AT_ONCE = 1000
ALARM = "centre.storage"


def has_recovered(batch: Batch) -> bool:
    """Updates the alarm; True once, when writing works again after a failure."""
    storage = batch.tools.storage
    if batch.not_stored is not None:
        storage.in_trouble = True
        why = reason(ALARM, detail=batch.not_stored[:500])
        alarms.raise_alarm(batch.session, alarms.CENTRE, why, batch.now)
        return False
    if not storage.in_trouble or not _writes_again(batch.tools):
        return False
    storage.in_trouble = False
    alarms.clear(batch.session, alarms.CENTRE, [ALARM], batch.now)
    return True


def is_in_trouble(session: Session) -> bool:
    """Whether the alarm is open: a starting process asks this once."""
    return alarms.is_open(session, alarms.CENTRE, ALARM)


def _writes_again(tools: Tools) -> bool:
    if time.monotonic() - tools.storage.probed_at < PROBE_SECONDS:
        return False
    tools.storage.probed_at = time.monotonic()
    try:
        tools.partials.probe()
        tools.store.probe()
    except StorageError:
        return False
    return True


def whole_files(batch: Batch) -> set[FileKey]:
    """Files of this process's nodes that are complete but could not be moved into the store."""
    query = select(PartialFile.node_id, PartialFile.sha256).where(
        PartialFile.received == PartialFile.expected
    )
    return {FileKey(*row) for row in batch.session.exec(query) if batch.tools.handles(row[0])}


def waiting_packages(batch: Batch) -> list[str]:
    """Event ids of packages of this process's nodes that lack files, the longest waiting first."""
    query = select(Package.event_id, Package.node_id).where(Package.state == "incomplete")
    rows = batch.session.exec(query.order_by(col(Package.received_at)))
    return list(islice((event for event, node in rows if batch.tools.handles(node)), ASKED_AT_ONCE))
