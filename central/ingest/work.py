"""The values ingest works with: incoming messages, outgoing messages, and the results of one batch."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel
from sqlmodel import Session

from central.ingest.models import PartialFile
from central.media.store import MediaStore, PartialFiles
from configs.words import say_both
from contract.manifest import ViolationManifest
from contract.reasons import Reason
from contract.receipts import Receipt, to_v1
from contract.signing import SigningKey, sign
from contract.topics import NodeTopics

OpenCase = Callable[[Session, ViolationManifest, str, datetime], object]
"""`open_case(session, manifest, jws, now)`, idempotent by event id, in the batch's transaction. The JWS holds
the exact bytes the node signed.
"""


class FileKey(NamedTuple):
    """A file as one node sends it."""

    node: str
    sha256: str


@dataclass(frozen=True)
class Arrived:
    """A message from the broker. `retained`: the broker had stored it, it is not new."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True)
class Outgoing:
    """A message for the broker, to be sent only after the transaction is committed."""

    topic: str
    payload: bytes


@dataclass
class Storage:
    """State of the evidence folder as known to this process: whether writing fails, and when that was last
    checked.
    """

    in_trouble: bool = False
    probed_at: float = float("-inf")


@dataclass(frozen=True)
class Tools:
    """Dependencies of ingest besides the database: the file store, the centre's key, what to call for a
    package, which nodes this process handles.
    """

    store: MediaStore
    partials: PartialFiles
    key: SigningKey
    open_case: OpenCase
    storage: Storage = field(default_factory=Storage)
    handles: Callable[[str], bool] = lambda _node: True


@dataclass(frozen=True)
class Asked:
    """A manifest whose node may be answered, because its signature is valid. `version` is that of its schema,
    which the answer uses too.
    """

    event_id: str
    sha256: str
    version: int


class RefusedError(Exception):
    """A message that can't be accepted, and the reason.

    `may_come_again`: a newer centre will be able to read it. `asked`: the manifest to be answered. A forgery
    gets no answer: it would make the node abandon the genuine package.
    """

    def __init__(self, reason: Reason, asked: Asked | None = None, *, may_come_again: bool = False) -> None:
        super().__init__(reason.code)
        self.reason = reason
        self.asked = asked
        self.may_come_again = may_come_again


@dataclass(frozen=True)
class Refusal:
    """A refused message and the reason; `node` if it is from an enrolled node."""

    message: Arrived
    reason: Reason
    node: str = ""


@dataclass
class Batch:
    """One batch being handled: it collects refusals and answers.

    `alone`: it is a single message that has failed with others before. `not_stored`: why one of its files
    could not be written. `partials`: the received part of each file queried so far; None if nothing has
    arrived.
    """

    session: Session
    tools: Tools
    now: datetime
    alone: bool = False
    not_stored: str | None = None
    partials: dict[FileKey, PartialFile | None] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)

    def refuse(self, message: Arrived, reason: Reason, node: str = "") -> None:
        """Sends a message to quarantine; `node` is the enrolled sender."""
        self.refusals.append(Refusal(message, reason, node))

    def answer(self, receipt: Receipt, version: int) -> None:
        """Signs a receipt for its node; `version` is that of the manifest it answers, which the node can
        read.
        """
        spoken = receipt if version > 1 else to_v1(receipt, say_both)
        self.send(NodeTopics(receipt.node).receipt, spoken)

    def send(self, topic: str, message: BaseModel) -> None:
        """Signs a message for a node; it goes out once the batch is stored."""
        self.outgoing.append(Outgoing(topic, sign(message, self.tools.key).encode()))
