"""Tables of ingest: packages and the files they wait for, pieces of files, and refused messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from contract.reasons import Reason


class Package(SQLModel, table=True):
    """A signed manifest as received. Unique by event, and by place in the chain of the key that signed it.

    `chain`: `linked` to the package before it, `gap` (that one hasn't arrived), or `broken` (that one is
    different). `state`: `incomplete`, `stored` (every file is safe, a case is open) or `rejected` for
    `reason`. `manifest_version` is that of the manifest's schema, in which the node is answered.

    A test (hồ sơ thử) names its camera in `test_camera` and stands outside the chain (`none`, no sequence).
    It is `checking` until its pictures are found in its clip, then `stored`; it never has a case.
    """

    __tablename__ = "package"
    __table_args__ = (
        UniqueConstraint("key_id", "sequence"),
        Index(
            "ix_package_gap",
            "node_id",
            sqlite_where=text("chain = 'gap'"),
            postgresql_where=text("chain = 'gap'"),
        ),
        Index(
            "ix_package_unstored",
            "state",
            sqlite_where=text("state <> 'stored'"),
            postgresql_where=text("state <> 'stored'"),
        ),
        Index(
            "ix_package_test",
            "node_id",
            "test_camera",
            sqlite_where=text("test_camera IS NOT NULL"),
            postgresql_where=text("test_camera IS NOT NULL"),
        ),
    )

    event_id: str = Field(max_length=80, primary_key=True)
    node_id: str = Field(max_length=63, foreign_key="node.id", index=True)
    key_id: str = Field(max_length=32, foreign_key="node_key.key_id")
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    previous: str | None = Field(default=None, max_length=64)
    manifest_version: int = 1
    manifest_sha256: str = Field(max_length=64)
    jws: str
    chain: str = Field(max_length=8)
    state: str = Field(default="incomplete", max_length=12)
    reason: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    received_at: datetime
    settled_at: datetime | None = None
    test_camera: str | None = Field(default=None, max_length=80)


class PackageFile(SQLModel, table=True):
    """A file that a manifest names; files with the same content are the same file."""

    __tablename__ = "package_file"

    event_id: str = Field(max_length=80, foreign_key="package.event_id", primary_key=True)
    sha256: str = Field(max_length=64, primary_key=True, index=True)
    bytes: int = Field(sa_type=BigInteger)
    media_type: str = Field(max_length=40)


class PartialFile(SQLModel, table=True):
    """The received part of an incomplete file. `expected` is null until a manifest names the file."""

    __tablename__ = "partial_file"

    node_id: str = Field(max_length=63, primary_key=True)
    sha256: str = Field(max_length=64, primary_key=True)
    expected: int | None = Field(default=None, sa_type=BigInteger)
    ranges: list[list[int]] = Field(default_factory=list, sa_type=JSON)
    received: int = Field(default=0, sa_type=BigInteger)
    failures: int = 0
    updated_at: datetime = Field(index=True)


class Quarantined(SQLModel, table=True):
    """A refused message: its start, its full hash, and the reason.

    Repeats are only counted. `node_id` is empty if the sender is not an enrolled node. `reason` is the code,
    `values` are the parameters of its text.
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("topic", "payload_sha256"),
        Index("ix_quarantine_kept", "node_id", "reason", "last_at"),
    )

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    node_id: str = Field(default="", max_length=63)
    topic: str = Field(max_length=300)
    payload_sha256: str = Field(max_length=64)
    size: int = Field(sa_type=BigInteger)
    head: bytes
    reason: str = Field(max_length=80)
    values: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    count: int = Field(default=1, sa_type=BigInteger)
    first_at: datetime
    last_at: datetime

    @property
    def why(self) -> Reason:
        """The reason for the refusal, to be shown as text."""
        return Reason(code=self.reason, values=self.values)
