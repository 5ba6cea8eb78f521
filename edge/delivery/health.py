"""Builds the node's health report from its cameras, outbox and disk."""

import shutil
from datetime import datetime
from pathlib import Path

from contract.reasons import Reason
from contract.reports import CameraHealth, HealthReport
from edge.delivery.outbox import Summary


def health_report(
    node: str,
    session: str,
    at: datetime,
    cameras: tuple[CameraHealth, ...],
    kept: Summary,
    data: Path,
    alarms: tuple[Reason, ...],
) -> HealthReport:
    """The current report; `kept` is the outbox's content, `data` the node's folder, `alarms` problems outside
    the outbox."""
    return HealthReport(
        node=node,
        session=session,
        at=at,
        cameras=cameras,
        outbox_packages=kept.undelivered.packages,
        outbox_bytes=kept.undelivered.bytes,
        oldest_waiting=kept.oldest_waiting,
        disk_free_bytes=shutil.disk_usage(data).free,
        alarms=(*alarms, *kept.alarms),
    )
