"""Tables of nodes, their keys and cameras, and how they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel


class Node(SQLModel, table=True):
    """A node at a junction, enrolled by an administrator; `session` is its present run.

    `started_at` is the node's own word. `last_seen_at` is when something of it last arrived.
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


class NodeKey(SQLModel, table=True):
    """A key a node signs with. A node set up anew gets another; the old one stays, perhaps revoked."""

    __tablename__ = "node_key"

    key_id: str = Field(max_length=32, primary_key=True)
    node_id: str = Field(max_length=63, foreign_key="node.id", index=True)
    public_key: str = Field(max_length=64)
    enrolled_at: datetime
    revoked_at: datetime | None = None
    revoked_reason: str = Field(default="", max_length=200)


class Camera(SQLModel, table=True):
    """A camera of a node, as the node names it and last told of it; its papers are those of
    `central.devices`."""

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


class HealthRecord(SQLModel, table=True):
    """One health report as it came; a bounded history for each node. `at` is the node's own word."""

    __tablename__ = "health_record"
    __table_args__ = (UniqueConstraint("node_id", "at"),)

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    node_id: str = Field(max_length=63, foreign_key="node.id")
    at: datetime
    received_at: datetime
    report: dict[str, Any] = Field(sa_type=JSON)
