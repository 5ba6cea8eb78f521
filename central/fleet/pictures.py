"""The latest small picture of each camera."""

from datetime import datetime

from sqlmodel import Session, select

from central.db import insert
from central.errors import NotFoundError
from central.fleet.models import Camera, CameraPicture


def note(session: Session, camera: tuple[str, str], jpeg: bytes, taken_at: datetime, now: datetime) -> None:
    """Stores a picture of a camera (node, camera), replacing the previous one."""
    if session.get(Camera, camera) is None:
        return
    values = {"jpeg": jpeg, "taken_at": taken_at, "received_at": now}
    node_id, camera_id = camera
    statement = insert(session, CameraPicture).values(node_id=node_id, camera_id=camera_id, **values)
    session.exec(statement.on_conflict_do_update(index_elements=["node_id", "camera_id"], set_=values))


def of_camera(session: Session, node_id: str, camera_id: str) -> CameraPicture:
    """The latest picture. Raises NotFoundError."""
    found = session.get(CameraPicture, (node_id, camera_id))
    if found is None:
        raise NotFoundError("media")
    return found


def taken(session: Session) -> dict[tuple[str, str], datetime]:
    """When the latest picture of each camera was taken, by (node, camera)."""
    rows = session.exec(select(CameraPicture.node_id, CameraPicture.camera_id, CameraPicture.taken_at))
    return {(node_id, camera_id): at for node_id, camera_id, at in rows}
