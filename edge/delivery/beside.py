"""Delivers one package beside a running node: a test that its set-up page sends, over the same broker, with
the same account and key, on a connection of its own."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from paho.mqtt.enums import MQTTProtocolVersion

from configs.node import NodeConfig
from contract.receipts import Receipt
from contract.signing import PublicKey
from contract.topics import NodeTopics
from edge.delivery.outbox import Outbox
from edge.delivery.receipts import ReceiptError, read_receipt
from edge.delivery.sender import Sender
from edge.delivery.senders import Senders
from edge.delivery.session import VERSIONS, LinkDownError, NodeIdentity, Session
from edge.evidence.package import Package

LARGEST = 2_000_000_000
PATIENCE = 2.0
"""Seconds until the centre is asked again: somebody is waiting for the answer."""


class Errand:
    """The delivery of one package; one thread uses it. `receipt` is the last one from the centre.

    Args:
        folder: holds the package while it is being sent.

    Raises:
        OutboxError: the folder can't be written.
    """

    def __init__(
        self, package: Package, node: NodeConfig, centre: PublicKey, folder: Path, key: PublicKey
    ) -> None:
        self.receipt: Receipt | None = None
        self._event = package.manifest.event_id
        self._node = node
        self._centre = centre
        self._outbox = Outbox(folder, key, LARGEST)
        self._outbox.add(self._event, lambda _: package)
        self._sender = Sender(self._outbox, NodeTopics(node.id), centre, time.monotonic, PATIENCE)

    def close(self) -> None:
        """Releases the folder."""
        self._outbox.close()

    @property
    def sent(self) -> bool:
        """Whether the broker has all of it."""
        entry = self._outbox.get(self._event)
        return entry is not None and entry.state != "waiting"

    @property
    def refused(self) -> bool:
        """Whether the broker refused a message of it."""
        return self._sender.counts["messages_refused"] > 0

    def deliver(self, going_on: Callable[[], bool]) -> None:
        """Sends the package, until `going_on`, called a few times a second, says no.

        Raises:
            LinkDownError: there is no connection to the broker, or it was lost.
            OutboxError: the disk fails.
        """
        senders = _Listening(self._sender, self._take)
        for version in VERSIONS:
            session = self._session(version, senders)
            try:
                _run(session, going_on)
                return
            except LinkDownError:
                if session.answered or version == VERSIONS[-1]:
                    raise
            finally:
                session.close()
                senders.disconnected()

    def _session(self, version: MQTTProtocolVersion, senders: Senders) -> Session:
        identity = NodeIdentity(self._node.id, datetime.now(UTC), "", ())
        return Session("test", version, self._node.broker, identity, senders, None, 0.0)

    def _take(self, payload: bytes) -> bool:
        """Whether it is a receipt for this package; those of the node's own are none of its business."""
        try:
            receipt = read_receipt(payload, self._centre, self._node.id)
        except ReceiptError:
            return False
        if receipt.event_id != self._event:
            return False
        self.receipt = receipt
        return True


class _Listening(Senders):
    """A sender that hears only the receipts of which `take` says that they are its own."""

    def __init__(self, sender: Sender, take: Callable[[bytes], bool]) -> None:
        super().__init__([sender])
        self._take = take

    def received(self, payload: bytes) -> None:
        """Passes a receipt on."""
        if self._take(payload):
            super().received(payload)


def _run(session: Session, going_on: Callable[[], bool]) -> None:
    stop = threading.Event()

    def look() -> None:
        if not going_on():
            stop.set()

    session.run(stop, look)
