"""The values ingest works on: messages in, messages out, and what one batch of them has led to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from central.media.store import MediaStore, PartialFiles
from contract.messages import Receipt, ViolationManifest
from contract.signing import SigningKey, sign
from contract.topics import NodeTopics

OpenCase = Callable[[Session, ViolationManifest, str], object]
"""`open_case(session, manifest, manifest_sha256)`, idempotent by event id, in the batch's transaction."""


@dataclass(frozen=True)
class Arrived:
    """A message from the broker."""

    topic: str
    payload: bytes


@dataclass(frozen=True)
class Outgoing:
    """A message for the broker, to be sent only after the transaction is committed."""

    topic: str
    payload: bytes


@dataclass(frozen=True)
class Tools:
    """What ingest needs beside the database: where files go, the centre's key, whom to tell of a package."""

    store: MediaStore
    partials: PartialFiles
    key: SigningKey
    open_case: OpenCase


class RefusedError(Exception):
    """A message that can't be taken. `reason` is a fixed word, `detail` says what was wrong with it.

    `answer_to`: event id and hash of a manifest whose signature is right, so that its node may be told.
    Nobody is told of a forgery: the answer would make the node give up the genuine package.
    """

    def __init__(self, reason: str, detail: str, answer_to: tuple[str, str] | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.answer_to = answer_to


@dataclass(frozen=True)
class Refusal:
    """A refused message and why."""

    message: Arrived
    reason: str
    detail: str


@dataclass
class Batch:
    """One batch being handled: it collects what must be refused and what must be answered."""

    session: Session
    tools: Tools
    now: datetime
    refusals: list[Refusal] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)

    def refuse(self, message: Arrived, reason: str, detail: str) -> None:
        """Sends a message to quarantine."""
        self.refusals.append(Refusal(message, reason, detail))

    def answer(self, receipt: Receipt) -> None:
        """Signs a receipt for its node."""
        token = sign(receipt, self.tools.key).encode()
        self.outgoing.append(Outgoing(NodeTopics(receipt.node).receipt, token))
