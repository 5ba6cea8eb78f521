"""MQTT topics, in one place. A node may write and read only below its own id (access list by user name)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

ROOT = "ngatu/v1"
PICTURE_BYTES = 48 * 1024
CHUNK_BYTES = 128 * 1024
"""Largest piece of a file in one message: under every common broker's default limit."""

_CAMERA = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}"
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

    def picture(self, camera: str, taken_at: datetime) -> str:
        """A small JPEG of a camera's view, at most PICTURE_BYTES, showing nothing that identifies anybody;
        QoS 0. The time is in the topic, in milliseconds since 1970."""
        return f"{ROOT}/{self.node}/picture/{camera}/{round(taken_at.timestamp() * 1000)}"

    def chunk(self, sha256: str, offset: int) -> str:
        """Raw bytes of a file, from `offset`; at most CHUNK_BYTES. The file is named by its SHA-256."""
        return f"{ROOT}/{self.node}/chunk/{sha256}/{offset}"

    @property
    def receipt(self) -> str:
        """Signed Receipt from the centre; with `revision` and `question` the only topics a node
        reads."""
        return f"{ROOT}/{self.node}/receipt"

    @property
    def revision(self) -> str:
        """Signed Revision of a camera's configuration, from the centre."""
        return f"{ROOT}/{self.node}/revision"

    @property
    def question(self) -> str:
        """Signed Question of the centre: what another camera file would have found."""
        return f"{ROOT}/{self.node}/question"

    def answer(self, camera: str) -> str:
        """Retained signed Answer to the last question about a camera, QoS 0."""
        return f"{ROOT}/{self.node}/answer/{camera}"

    def standing(self, camera: str) -> str:
        """Retained signed Standing: which configuration a camera runs, QoS 0."""
        return f"{ROOT}/{self.node}/standing/{camera}"


@dataclass(frozen=True)
class Incoming:
    """A received topic, split into its parts; kind is the word after the node."""

    node: str
    kind: str
    sha256: str | None = None
    offset: int | None = None
    camera: str | None = None
    taken_at: datetime | None = None


SUBSCRIPTIONS = (
    f"{ROOT}/+/status",
    f"{ROOT}/+/health",
    f"{ROOT}/+/standing/+",
    f"{ROOT}/+/answer/+",
    f"{ROOT}/+/picture/+/+",
    f"{ROOT}/+/manifest",
    f"{ROOT}/+/chunk/+/+",
)
"""Subscriptions of the centre's ingest."""

_INCOMING = re.compile(
    rf"{ROOT}/(?P<node>{_NODE_ID.pattern})/"
    rf"(?:(?P<kind>status|health|manifest)|standing/(?P<standing>{_CAMERA})"
    rf"|answer/(?P<answer>{_CAMERA})"
    rf"|picture/(?P<picture>{_CAMERA})/(?P<taken>[1-9][0-9]{{11,12}})"
    r"|chunk/(?P<sha256>[0-9a-f]{64})/(?P<offset>0|[1-9][0-9]{0,11}))"
)


def parse_topic(topic: str) -> Incoming:
    """Splits a received topic. Raises TopicError for topics no node of ours would use."""
    found = _INCOMING.fullmatch(topic)
    if found is None:
        raise TopicError(f"not a node topic: {topic[:120]!r}")
    if found["kind"]:
        return Incoming(found["node"], found["kind"])
    if found["standing"]:
        return Incoming(found["node"], "standing", camera=found["standing"])
    if found["answer"]:
        return Incoming(found["node"], "answer", camera=found["answer"])
    if found["picture"]:
        taken_at = datetime.fromtimestamp(int(found["taken"]) / 1000, UTC)
        return Incoming(found["node"], "picture", camera=found["picture"], taken_at=taken_at)
    return Incoming(found["node"], "chunk", found["sha256"], int(found["offset"]))
