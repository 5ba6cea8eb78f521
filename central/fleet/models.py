"""Tables of nodes, their keys and cameras, and their condition."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, Index, Integer, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class Node(SQLModel, table=True):
    """A node at a junction, enrolled by an administrator; `session` is its present run.

    `started_at` is as reported by the node. `last_seen_at` is the arrival of its last message.
    """

    __tablename__ = "node"

    id: str = Field(max_length=63, primary_key=True)
    enrolled_at: datetime
    state: str = Field(default="unknown", max_length=16)
    session: str | None = Field(default=None, max_length=80)
    started_at: datetime | None = None
    last_seen_at: datetime | None = Field(default=None, index=True)
    software: str = Field(default="", max_length=100)
    outbox_packages: int = Field(default=0, sa_type=BigInteger)
    disk_free_bytes: int | None = Field(default=None, sa_type=BigInteger)
    broker_hash: str | None = Field(default=None, max_length=200)
    """Hash of its password at the broker, if it was issued here (`central.fleet.broker_accounts`)."""


class NodeKey(SQLModel, table=True):
    """A key a node signs with. A reinstalled node gets another; the old one stays, perhaps revoked.

    A key the node itself replaced is retired: messages signed with it stay valid.
    """

    __tablename__ = "node_key"

    key_id: str = Field(max_length=32, primary_key=True)
    node_id: str = Field(max_length=63, foreign_key="node.id", index=True)
    public_key: str = Field(max_length=64)
    enrolled_at: datetime
    retired_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_reason: str = Field(default="", max_length=200)


class NodeInvitation(SQLModel, table=True):
    """Admits a node once, until `ends_at`; only the hash of its secret is stored."""

    __tablename__ = "node_invitation"

    secret_sha256: str = Field(max_length=64, primary_key=True)
    node_id: str = Field(max_length=63, unique=True)
    made_by: str = Field(max_length=100)
    made_at: datetime
    ends_at: datetime


class Camera(SQLModel, table=True):
    """A camera of a node, as the node last reported it; its papers are in `central.devices`."""

    __tablename__ = "camera"

    node_id: str = Field(max_length=63, foreign_key="node.id", primary_key=True)
    id: str = Field(max_length=80, primary_key=True)
    site: str = Field(max_length=80)
    site_name: str = Field(max_length=200)
    calibration: str = Field(default="", max_length=80)
    state: str = Field(default="unknown", max_length=16)
    reason: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    last_frame_at: datetime | None = None
    fps: float = 0.0
    armed: bool = False


class CameraRevision(SQLModel, table=True):
    """A camera file ordered at the centre, and the result; `number` counts up per camera.

    `state` is `offered` until the node answers with one of `contract.configuration.Standing.outcome`;
    `withdrawn` and `superseded` ones were taken back before that. One that is `asked` is not ordered: the
    node reports what it would change, then it is `compared` and `difference` holds the answer
    (`contract.what_if.Answer`). `base_sha256` is the file it is based on.
    """

    __tablename__ = "camera_revision"
    __table_args__ = (
        ForeignKeyConstraint(["node_id", "camera_id"], ["camera.node_id", "camera.id"]),
        UniqueConstraint("node_id", "camera_id", "number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(max_length=63)
    camera_id: str = Field(max_length=80)
    number: int
    base_sha256: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    content: str
    author: str = Field(max_length=200)
    why: str = Field(max_length=500)
    ordered_at: datetime
    state: str = Field(default="offered", max_length=30, index=True)
    reason: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    answered_at: datetime | None = None
    difference: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class CameraSetting(SQLModel, table=True):
    """A file that a camera ran from `since` (as reported by the node, otherwise when the report arrived)
    until the next one: the history of changes.

    `revision` is 0 for a file written at the node.
    """

    __tablename__ = "camera_setting"
    __table_args__ = (
        ForeignKeyConstraint(["node_id", "camera_id"], ["camera.node_id", "camera.id"]),
        Index("ix_camera_setting_camera", "node_id", "camera_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(max_length=63)
    camera_id: str = Field(max_length=80)
    revision: int
    sha256: str = Field(max_length=64)
    content: str
    since: datetime
    heard_at: datetime


class CameraPicture(SQLModel, table=True):
    """The latest picture of a camera: small, with nobody recognisable; not evidence."""

    __tablename__ = "camera_picture"
    __table_args__ = (ForeignKeyConstraint(["node_id", "camera_id"], ["camera.node_id", "camera.id"]),)

    node_id: str = Field(max_length=63, primary_key=True)
    camera_id: str = Field(max_length=80, primary_key=True)
    jpeg: bytes = Field(sa_type=LargeBinary)
    taken_at: datetime
    received_at: datetime


class CameraDay(SQLModel, table=True):
    """Seconds of a day in Vietnam in which a camera had a picture, as reported by its node."""

    __tablename__ = "camera_day"
    __table_args__ = (ForeignKeyConstraint(["node_id", "camera_id"], ["camera.node_id", "camera.id"]),)

    node_id: str = Field(max_length=63, primary_key=True)
    camera_id: str = Field(max_length=80, primary_key=True)
    day: date = Field(primary_key=True, index=True)
    seen_seconds: int = 0


class HealthRecord(SQLModel, table=True):
    """One health report as received; a limited history for each node. `at` is as reported by the node."""

    __tablename__ = "health_record"
    __table_args__ = (UniqueConstraint("node_id", "at"),)

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    node_id: str = Field(max_length=63, foreign_key="node.id")
    at: datetime
    received_at: datetime
    report: dict[str, Any] = Field(sa_type=JSON)
