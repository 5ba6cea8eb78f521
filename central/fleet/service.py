"""Data about the nodes: identity, connection, health."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from central.alarms import service as alarms
from central.db import insert
from central.errors import InvalidError, NotFoundError
from central.fleet import hours
from central.fleet.models import Camera, HealthRecord, Node, NodeKey
from central.values import visible
from contract.reasons import reason
from contract.reports import CameraHealth, CameraInfo, HealthReport, NodeStatus

HEALTH_KEPT = 2880  # a day of reports, one each half minute
SILENT_AFTER = timedelta(minutes=3)
Standing = Literal["online", "silent", "offline", "unknown"]
MOST_AHEAD = timedelta(seconds=60)
"""A report from further in the future means that the node's clock is wrong."""


def keys_of(session: Session, nodes: Collection[str]) -> dict[str, NodeKey]:
    """All keys of these nodes by key id, including revoked ones."""
    found = session.exec(select(NodeKey).where(col(NodeKey.node_id).in_(nodes)))
    return {key.key_id: key for key in found}


def is_enrolled(session: Session, node_id: str) -> bool:
    """Whether a node with that name is enrolled."""
    return session.get(Node, node_id) is not None


def get_node(session: Session, node_id: str) -> Node:
    """One node. Raises NotFoundError."""
    node = session.get(Node, node_id)
    if node is None:
        raise NotFoundError("node", node=node_id)
    return node


def list_nodes(session: Session) -> list[Node]:
    """All nodes by name."""
    return list(session.exec(select(Node).order_by(col(Node.id))))


def list_cameras(session: Session, node_id: str | None = None) -> list[Camera]:
    """All cameras, or those of one node."""
    query = select(Camera).order_by(col(Camera.node_id), col(Camera.id))
    return list(session.exec(query if node_id is None else query.where(Camera.node_id == node_id)))


def sites(session: Session) -> dict[str, str]:
    """The names of the sites of all cameras by their ids, sorted by name."""
    found = {camera.site: camera.site_name for camera in list_cameras(session)}
    return dict(sorted(found.items(), key=lambda site: site[1]))


def check_site(session: Session, site: str) -> None:
    """Raises InvalidError if no camera is at a site with that id."""
    if site not in sites(session):
        raise InvalidError("exemption_site", field="site")


def cameras_by_node(session: Session) -> dict[str, list[Camera]]:
    """All cameras by the node they belong to; a node without any has no entry."""
    found: dict[str, list[Camera]] = {}
    for camera in list_cameras(session):
        found.setdefault(camera.node_id, []).append(camera)
    return found


def standing_of(node: Node, now: datetime) -> Standing:
    """The node's state: `silent` when it was online and has sent nothing for a while, not even a last
    will.
    """
    if node.state == "online" and (node.last_seen_at is None or now - node.last_seen_at > SILENT_AFTER):
        return "silent"
    return cast("Standing", node.state)


def camera_state(camera: Camera, node: Standing) -> str:
    """The camera's state: the node's last report applies only while the node is in contact."""
    return camera.state if node == "online" else "unknown"


def camera_states(session: Session, now: datetime, node_id: str | None = None) -> list[tuple[Camera, str]]:
    """All cameras, or those of one node, each with its state."""
    standings = {node.id: standing_of(node, now) for node in list_nodes(session)}
    return [
        (camera, camera_state(camera, standings[camera.node_id])) for camera in list_cameras(session, node_id)
    ]


def health_history(session: Session, node_id: str, limit: int = 100) -> list[HealthRecord]:
    """The latest health reports of a node, the newest first."""
    query = select(HealthRecord).where(HealthRecord.node_id == node_id)
    return list(session.exec(query.order_by(col(HealthRecord.id).desc()).limit(limit)))


def latest_health(session: Session) -> list[HealthRecord]:
    """The latest report of each node."""
    last = select(func.max(HealthRecord.id)).group_by(col(HealthRecord.node_id))
    return list(session.exec(select(HealthRecord).where(col(HealthRecord.id).in_(last))))


def note_status(session: Session, status: NodeStatus, now: datetime, *, retained: bool = False) -> None:
    """Processes a birth message or a last will; the later arrival applies, whatever the node's clock says.

    A will of another run than the present one changes nothing. A retained message identifies the node, but
    does not show that it is alive.
    """
    node = _node(session, status.node)
    if status.state == "offline":
        if node.session in (None, status.session):
            node.state = "offline"
            alarms.raise_alarm(session, node.id, reason("node.offline"), now)
        return
    node.session = status.session
    node.started_at = status.started_at
    node.software = status.software[:100]
    for camera in status.cameras:
        announce_camera(session, node.id, camera)
    if not retained:
        _seen(session, node, now)


def _seen(session: Session, node: Node, now: datetime) -> None:
    node.state, node.last_seen_at = "online", now
    alarms.clear(session, node.id, ["node.offline", "node.silent"], now)


def announce_camera(session: Session, node_id: str, info: CameraInfo) -> None:
    """Stores a camera announced by its node."""
    camera, site_name = session.get(Camera, (node_id, info.id)), visible(info.site_name, 200)
    if camera is None:
        camera = Camera(node_id=node_id, id=info.id, site=info.site, site_name=site_name)
        session.add(camera)
    camera.site, camera.site_name, camera.calibration = info.site, site_name, info.calibration


def note_health(session: Session, report: HealthReport, now: datetime) -> None:
    """Processes a health report: history, the cameras' state, and the alarms the node raises itself.

    The latest arrival applies, whatever the node's clock says.
    """
    node = _node(session, report.node)
    session.exec(
        insert(session, HealthRecord)
        .values(
            node_id=node.id,
            at=report.at,
            received_at=now,
            report=report.model_dump(mode="json", by_alias=True),
        )
        .on_conflict_do_nothing()
    )
    node.outbox_packages = report.outbox_packages
    node.disk_free_bytes = report.disk_free_bytes
    cameras = {camera.id: camera for camera in list_cameras(session, node.id)}
    for health in report.cameras:
        if health.id in cameras:
            _note_camera(cameras[health.id], health)
    hours.note(session, node, cameras, report.cameras, now)
    _seen(session, node, now)
    _watch_clock(session, node.id, report.at, now)
    alarms.set_reported(session, node.id, report.alarms, now)


def _note_camera(camera: Camera, health: CameraHealth) -> None:
    camera.state, camera.last_frame_at = health.state, health.last_frame_at
    camera.reason = health.reason.model_dump(mode="json") if health.reason else None
    camera.fps, camera.armed = health.fps, health.armed


def _watch_clock(session: Session, node_id: str, said_at: datetime, now: datetime) -> None:
    """A slow clock can't be distinguished from a slow link; a fast one can."""
    if said_at > now + MOST_AHEAD:
        ahead = round((said_at - now) / timedelta(milliseconds=1))
        alarms.raise_alarm(session, node_id, reason("node.clock_ahead", ahead_ms=ahead), now)
    else:
        alarms.clear(session, node_id, ["node.clock_ahead"], now)


def watch_silence(session: Session, now: datetime) -> int:
    """Raises an alarm for every node that was online and has sent nothing for a while; returns how many."""
    silent = session.exec(
        select(Node).where(col(Node.state) == "online", col(Node.last_seen_at) < now - SILENT_AFTER)
    ).all()
    for node in silent:
        assert node.last_seen_at is not None
        minutes = (now - node.last_seen_at) // timedelta(minutes=1)
        alarms.raise_alarm(session, node.id, reason("node.silent", minutes=minutes), now)
    return len(silent)


def trim_health(session: Session) -> int:
    """Deletes reports beyond the length of the history; returns how many."""
    rank = func.row_number().over(
        partition_by=col(HealthRecord.node_id), order_by=col(HealthRecord.id).desc()
    )
    ranked = select(HealthRecord.id, rank.label("rank")).subquery()
    beyond = select(ranked.c.id).where(ranked.c.rank > HEALTH_KEPT)
    return session.exec(delete(HealthRecord).where(col(HealthRecord.id).in_(beyond))).rowcount


def _node(session: Session, node_id: str) -> Node:
    node = session.get(Node, node_id)
    assert node is not None, "the caller has checked that the node is enrolled"
    return node
