"""Tables of ingest: packages and what they wait for, pieces of files, and what was refused."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from contract.reasons import Reason


class Package(SQLModel, table=True):
    """A signed manifest as it came. Unique by event, and by place in the chain of the key that signed it.

    `chain`: `linked` to the package before it, `gap` (that one hasn't come), or `broken` (that one is
    another). `state`: `incomplete`, `stored` (every file is safe, a case is open) or `rejected` for `reason`.
    `manifest_version` is that of the manifest's schema: the node is answered in it.
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
    )

    event_id: str = Field(max_length=80, primary_key=True)
    node_id: str = Field(max_length=63, foreign_key="node.id", index=True)
    key_id: str = Field(max_length=32, foreign_key="node_key.key_id")
    sequence: int = Field(sa_type=BigInteger)
    previous: str | None = Field(default=None, max_length=64)
    manifest_version: int = 1
    manifest_sha256: str = Field(max_length=64)
    jws: str
    chain: str = Field(max_length=8)
    state: str = Field(default="incomplete", max_length=12)
    reason: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    received_at: datetime
    settled_at: datetime | None = None


class PackageFile(SQLModel, table=True):
    """A file that a manifest names; files of the same content are one."""

    __tablename__ = "package_file"

    event_id: str = Field(max_length=80, foreign_key="package.event_id", primary_key=True)
    sha256: str = Field(max_length=64, primary_key=True, index=True)
    bytes: int = Field(sa_type=BigInteger)
    media_type: str = Field(max_length=40)


class PartialFile(SQLModel, table=True):
    """What has arrived of a file that isn't whole yet. `expected` is null until a manifest names the file."""

    __tablename__ = "partial_file"

    node_id: str = Field(max_length=63, primary_key=True)
    sha256: str = Field(max_length=64, primary_key=True)
    expected: int | None = Field(default=None, sa_type=BigInteger)
    ranges: list[list[int]] = Field(default_factory=list, sa_type=JSON)
    received: int = Field(default=0, sa_type=BigInteger)
    failures: int = 0
    updated_at: datetime = Field(index=True)


class Quarantined(SQLModel, table=True):
    """A message that was refused: its start, its full hash, and why. The same message again only counts.

    `node_id` is empty for what is not an enrolled node's. `reason` is the code, `values` fill its words.
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
        """Why it was refused, to be put into words."""
        return Reason(code=self.reason, values=self.values)
