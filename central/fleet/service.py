"""What the centre knows of its nodes: identity, connection, health."""

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
"""A node whose report is from further in the future has a wrong clock."""


def keys_of(session: Session, nodes: Collection[str]) -> dict[str, NodeKey]:
    """All keys, revoked ones too, of these nodes by key id."""
    found = session.exec(select(NodeKey).where(col(NodeKey.node_id).in_(nodes)))
    return {key.key_id: key for key in found}


def is_enrolled(session: Session, node_id: str) -> bool:
    """Whether there is a node of that name."""
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
    """The names of the sites of all cameras by their ids, in the order of the names."""
    found = {camera.site: camera.site_name for camera in list_cameras(session)}
    return dict(sorted(found.items(), key=lambda site: site[1]))


def check_site(session: Session, site: str) -> None:
    """Raises InvalidError where no camera is at a site of that id."""
    if site not in sites(session):
        raise InvalidError("exemption_site", field="site")


def cameras_by_node(session: Session) -> dict[str, list[Camera]]:
    """All cameras by the node they belong to; a node without any has no entry."""
    found: dict[str, list[Camera]] = {}
    for camera in list_cameras(session):
        found.setdefault(camera.node_id, []).append(camera)
    return found


def standing_of(node: Node, now: datetime) -> Standing:
    """How a node does: `silent` when it was online and has said nothing for a while, no last will."""
    if node.state == "online" and (node.last_seen_at is None or now - node.last_seen_at > SILENT_AFTER):
        return "silent"
    return cast("Standing", node.state)


def camera_state(camera: Camera, node: Standing) -> str:
    """How a camera does: what its node told last holds only as long as the node is heard."""
    return camera.state if node == "online" else "unknown"


def camera_states(session: Session, now: datetime, node_id: str | None = None) -> list[tuple[Camera, str]]:
    """All cameras, or those of one node, each with how it does."""
    standings = {node.id: standing_of(node, now) for node in list_nodes(session)}
    return [
        (camera, camera_state(camera, standings[camera.node_id])) for camera in list_cameras(session, node_id)
    ]


def health_history(session: Session, node_id: str, limit: int = 100) -> list[HealthRecord]:
    """The health reports of a node that came last, the latest first."""
    query = select(HealthRecord).where(HealthRecord.node_id == node_id)
    return list(session.exec(query.order_by(col(HealthRecord.id).desc()).limit(limit)))


def latest_health(session: Session) -> list[HealthRecord]:
    """The report of each node that came last."""
    last = select(func.max(HealthRecord.id)).group_by(col(HealthRecord.node_id))
    return list(session.exec(select(HealthRecord).where(col(HealthRecord.id).in_(last))))


def note_status(session: Session, status: NodeStatus, now: datetime, *, retained: bool = False) -> None:
    """Takes in a birth or a last will; what comes later is what holds, whatever the node's clock says.

    A will of another run than the present one changes nothing. A message that the broker had kept (retained)
    tells who the node is, but not that it is alive.
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
    """A node names one of its cameras."""
    camera, site_name = session.get(Camera, (node_id, info.id)), visible(info.site_name, 200)
    if camera is None:
        camera = Camera(node_id=node_id, id=info.id, site=info.site, site_name=site_name)
        session.add(camera)
    camera.site, camera.site_name, camera.calibration = info.site, site_name, info.calibration


def note_health(session: Session, report: HealthReport, now: datetime) -> None:
    """Takes in a health report: history, the cameras' state, and the alarms the node raises itself. The one
    that comes last holds, whatever the node's clock says."""
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
    """A clock that is behind can't be told from a slow link; one that is ahead can."""
    if said_at > now + MOST_AHEAD:
        ahead = round((said_at - now) / timedelta(milliseconds=1))
        alarms.raise_alarm(session, node_id, reason("node.clock_ahead", ahead_ms=ahead), now)
    else:
        alarms.clear(session, node_id, ["node.clock_ahead"], now)


def watch_silence(session: Session, now: datetime) -> int:
    """Raises an alarm for every node that was there and has said nothing for a while; returns how many."""
    silent = session.exec(
        select(Node).where(col(Node.state) == "online", col(Node.last_seen_at) < now - SILENT_AFTER)
    ).all()
    for node in silent:
        assert node.last_seen_at is not None
        minutes = (now - node.last_seen_at) // timedelta(minutes=1)
        alarms.raise_alarm(session, node.id, reason("node.silent", minutes=minutes), now)
    return len(silent)


def trim_health(session: Session) -> int:
    """Deletes what is beyond the kept history; returns how many reports."""
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
