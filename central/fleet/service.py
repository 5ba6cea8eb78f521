"""What the centre knows of its nodes: who they are, whether they live, what is wrong with them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from central.alarms import service as alarms
from central.audit import service as audit
from central.db import insert
from central.errors import InvalidError, NotFoundError
from central.fleet.models import Camera, HealthRecord, Node, NodeKey
from contract.reports import CameraInfo, HealthReport, NodeStatus

HEALTH_KEPT = 2880  # a day of reports, one each half minute
SILENT_AFTER = timedelta(minutes=3)

CertificateState = Literal["valid", "invalid", "unknown"]


def keys_of(session: Session, nodes: Collection[str]) -> dict[str, NodeKey]:
    """All keys, revoked ones too, of these nodes by key id."""
    found = session.exec(select(NodeKey).where(col(NodeKey.node_id).in_(nodes)))
    return {key.key_id: key for key in found}


def list_nodes(session: Session) -> list[Node]:
    """All nodes by name."""
    return list(session.exec(select(Node).order_by(col(Node.id))))


def list_cameras(session: Session, node_id: str | None = None) -> list[Camera]:
    """All cameras, or those of one node."""
    query = select(Camera).order_by(col(Camera.node_id), col(Camera.id))
    return list(session.exec(query if node_id is None else query.where(Camera.node_id == node_id)))


def health_history(session: Session, node_id: str, limit: int = 100) -> list[HealthRecord]:
    """The latest health reports of a node, newest first."""
    query = select(HealthRecord).where(HealthRecord.node_id == node_id)
    return list(session.exec(query.order_by(col(HealthRecord.at).desc()).limit(limit)))


def cameras_of(session: Session, nodes: Collection[str]) -> dict[tuple[str, str], Camera]:
    """The cameras of several nodes by (node, camera)."""
    found = session.exec(select(Camera).where(col(Camera.node_id).in_(nodes)))
    return {(camera.node_id, camera.id): camera for camera in found}


def certificate_state(camera: Camera | None, at: datetime) -> CertificateState:
    """Whether the camera's inspection certificate (kiểm định) covers the moment of a capture.

    `unknown`: no interval is on file. Only `valid` supports a sanction; the others are shown to the officer.
    """
    if camera is None or camera.approved_from is None or camera.approved_until is None:
        return "unknown"
    return "valid" if camera.approved_from <= at <= camera.approved_until else "invalid"


@dataclass(frozen=True)
class Validity:
    """An inspection certificate's number and the time it covers."""

    number: str
    start: datetime
    end: datetime


def set_certificate(
    session: Session, node_id: str, camera_id: str, certificate: Validity, actor: str
) -> Camera:
    """Enters a camera's inspection certificate. Raises NotFoundError, InvalidError (empty interval)."""
    camera = session.get(Camera, (node_id, camera_id))
    if camera is None:
        raise NotFoundError("camera", node=node_id, camera=camera_id)
    if certificate.end <= certificate.start:
        raise InvalidError("certificate_interval", field="valid_until")
    camera.certificate = certificate.number[:100]
    camera.approved_from, camera.approved_until = certificate.start, certificate.end
    detail = {
        "number": certificate.number,
        "from": certificate.start.isoformat(),
        "until": certificate.end.isoformat(),
    }
    audit.record(session, actor, "camera.certificate", f"camera:{node_id}/{camera_id}", detail)
    return camera


def note_status(session: Session, status: NodeStatus, now: datetime) -> None:
    """Takes in a birth or a last will. A will of an earlier run than the present one changes nothing."""
    node = _node(session, status.node)
    is_older = node.started_at is not None and status.started_at < node.started_at
    if is_older and status.session != node.session:
        return
    node.state = status.state
    node.session = status.session
    node.started_at = status.started_at
    node.software = status.software[:100]
    if status.state == "online":
        node.last_seen_at = now
        alarms.clear(session, node.id, ["offline", "silent"], now)
        for camera in status.cameras:
            announce_camera(session, node.id, camera)
    else:
        alarms.raise_alarm(session, node.id, "offline", "", "the node has gone offline", now)


def announce_camera(session: Session, node_id: str, info: CameraInfo) -> None:
    """A node names one of its cameras; what an administrator entered (the certificate) stays."""
    camera = session.get(Camera, (node_id, info.id))
    if camera is None:
        camera = Camera(node_id=node_id, id=info.id, site=info.site, site_name=info.site_name[:200])
        session.add(camera)
    camera.site, camera.site_name, camera.calibration = info.site, info.site_name[:200], info.calibration


def note_health(session: Session, report: HealthReport, now: datetime) -> None:
    """Takes in a health report: history, the cameras' state, and the alarms the node raises itself."""
    node = _node(session, report.node)
    newest = session.exec(select(func.max(HealthRecord.at)).where(HealthRecord.node_id == node.id)).one()
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
    node.last_seen_at = now
    if newest is not None and report.at < newest:
        return
    node.state = "online"
    node.outbox_packages = report.outbox_packages
    node.disk_free_bytes = report.disk_free_bytes
    cameras = {camera.id: camera for camera in list_cameras(session, node.id)}
    for health in report.cameras:
        camera = cameras.get(health.id)
        if camera is not None:
            camera.state = health.state
            camera.reason = health.reason.model_dump(mode="json") if health.reason else None
            camera.last_frame_at, camera.fps, camera.armed = health.last_frame_at, health.fps, health.armed
    alarms.clear(session, node.id, ["silent", "offline"], now)
    alarms.set_reported(session, node.id, report.alarms, now)


def watch_silence(session: Session, now: datetime) -> int:
    """Raises an alarm for every node that has said nothing for a while; returns how many are silent."""
    silent = session.exec(
        select(Node).where(col(Node.state) == "online", col(Node.last_seen_at) < now - SILENT_AFTER)
    ).all()
    for node in silent:
        alarms.raise_alarm(session, node.id, "silent", "", "the node has not reported for minutes", now)
    return len(silent)


def trim_health(session: Session) -> int:
    """Deletes what is beyond the kept history; returns how many reports."""
    rank = func.row_number().over(
        partition_by=col(HealthRecord.node_id), order_by=col(HealthRecord.at).desc()
    )
    ranked = select(HealthRecord.id, rank.label("rank")).subquery()
    beyond = select(ranked.c.id).where(ranked.c.rank > HEALTH_KEPT)
    return session.exec(delete(HealthRecord).where(col(HealthRecord.id).in_(beyond))).rowcount


def _node(session: Session, node_id: str) -> Node:
    node = session.get(Node, node_id)
    assert node is not None, "the caller has checked that the node is enrolled"
    return node
