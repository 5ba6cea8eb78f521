"""Hours in which cameras had a picture, summed per day from the intervals between a node's reports."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col

from central.db import insert
from central.fleet.models import CameraDay, Node
from contract.local_time import local_day
from contract.reports import CameraHealth

LONGEST = timedelta(minutes=3)
"""Longest time one report counts for: during a longer silence the state is unknown."""


def note(
    session: Session, node: Node, known: Iterable[str], told: Iterable[CameraHealth], now: datetime
) -> None:
    """Adds the time since the node's last message to the day of each camera it names, if the camera has a
    picture.

    Called before the node's last message is updated.
    """
    before = node.last_seen_at if node.state == "online" else None
    lasted = min(max(now - before, timedelta()), LONGEST) if before is not None else timedelta()
    cameras = set(known)
    rows = [
        {
            "node_id": node.id,
            "camera_id": camera.id,
            "day": local_day(now),
            "seen_seconds": round(lasted.total_seconds()) if camera.state == "online" else 0,
        }
        for camera in {camera.id: camera for camera in told}.values()
        if camera.id in cameras
    ]
    if rows:
        statement = insert(session, CameraDay).values(rows)
        more = {"seen_seconds": col(CameraDay.seen_seconds) + statement.excluded.seen_seconds}
        days = ["node_id", "camera_id", "day"]
        session.exec(statement.on_conflict_do_update(index_elements=days, set_=more))
