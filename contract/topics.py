"""MQTT topics, in one place. A node may write and read only below its own id (access list by user name)."""

import re
from dataclasses import dataclass

ROOT = "ngatu/v1"
CHUNK_BYTES = 128 * 1024
"""Largest piece of a file in one message: under every common broker's default limit."""

_NODE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class TopicError(ValueError):
    """A topic that is not one of ours."""


@dataclass(frozen=True)
class NodeTopics:
    """The topics of one node; `node` is lower-case letters, digits and dashes."""

    node: str

    def __post_init__(self) -> None:
        if not _NODE_ID.fullmatch(self.node):
            raise TopicError(f"node id {self.node!r} must be a-z, 0-9 and dashes (at most 63)")

    @property
    def status(self) -> str:
        """Retained NodeStatus; also the last will."""
        return f"{ROOT}/{self.node}/status"

    @property
    def health(self) -> str:
        """HealthReport, every half minute."""
        return f"{ROOT}/{self.node}/health"

    @property
    def manifest(self) -> str:
        """Signed ViolationManifest (compact JWS as UTF-8)."""
        return f"{ROOT}/{self.node}/manifest"

    def chunk(self, sha256: str, offset: int) -> str:
        """Raw bytes of a file, from `offset`; at most CHUNK_BYTES. The file is named by its SHA-256."""
        return f"{ROOT}/{self.node}/chunk/{sha256}/{offset}"

    @property
    def receipt(self) -> str:
        """Signed Receipt from the centre: the only topic a node reads."""
        return f"{ROOT}/{self.node}/receipt"


@dataclass(frozen=True)
class Incoming:
    """A topic the centre received, taken apart: kind is status, health, manifest or chunk."""

    node: str
    kind: str
    sha256: str | None = None
    offset: int | None = None


SUBSCRIPTIONS = (f"{ROOT}/+/status", f"{ROOT}/+/health", f"{ROOT}/+/manifest", f"{ROOT}/+/chunk/+/+")
"""What the centre's ingest subscribes to."""

_INCOMING = re.compile(
    rf"{ROOT}/(?P<node>{_NODE_ID.pattern})/"
    r"(?:(?P<kind>status|health|manifest)|chunk/(?P<sha256>[0-9a-f]{64})/(?P<offset>0|[1-9][0-9]{0,11}))"
)


def parse_topic(topic: str) -> Incoming:
    """Takes a received topic apart. Raises TopicError for anything that no node of ours would send."""
    found = _INCOMING.fullmatch(topic)
    if found is None:
        raise TopicError(f"not a node topic: {topic[:120]!r}")
    if found["kind"]:
        return Incoming(found["node"], found["kind"])
    return Incoming(found["node"], "chunk", found["sha256"], int(found["offset"]))
