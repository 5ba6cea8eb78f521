"""Joins outbox and protocol: reads messages to send from the disk, records receipts in the outbox."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from configs.words import say
from contract.manifest import TEST_ID
from contract.package import SIGNATURE_FILE
from contract.reasons import Reason
from contract.receipts import Receipt
from contract.signing import PublicKey
from contract.topics import NodeTopics
from edge.delivery.index import Entry, State
from edge.delivery.outbox import Outbox
from edge.delivery.protocol import Delivery, Parcel, Part
from edge.delivery.receipts import ReceiptError, read_receipt

log = structlog.get_logger(__name__)

UNSUPPORTED_AGAIN = 3600.0
"""Seconds after which the centre is asked again about packages it could not read."""


@dataclass(frozen=True)
class Outgoing:
    """A message to publish."""

    part: Part
    topic: str
    payload: bytes


class Sender:
    """Sends a node's packages and handles the answers. One thread uses it; `clock` is monotonic, in seconds.

    `counts` has: parcels_offered, messages_sent, messages_refused, damaged, receipts_stored,
    receipts_incomplete, receipts_unsupported, receipts_rejected, receipts_repeated, receipts_ignored
    (forged, malformed, foreign).
    """

    def __init__(
        self,
        outbox: Outbox,
        topics: NodeTopics,
        centre: PublicKey,
        clock: Callable[[], float],
        patience: float | None = None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._outbox = outbox
        self._topics = topics
        self._centre = centre
        self._clock = clock
        self._delivery = Delivery(patience)
        self._names: dict[str, dict[str, str]] = {}
        self._centre_software = ""
        self._offer_again_at = clock()

    @property
    def alarms(self) -> tuple[Reason, ...]:
        """Alarms about the delivery for the operator."""
        alarms = []
        if self._delivery.unanswered:
            alarms.append(Reason(code="centre.silent", values={"packages": self._delivery.unanswered}))
        if ignored := self.counts["receipts_ignored"]:
            alarms.append(Reason(code="centre.receipts_ignored", values={"receipts": ignored}))
        return tuple(alarms)

    def has(self, event_id: str) -> bool:
        """Whether a package of this id is or was in the outbox."""
        return self._outbox.get(event_id) is not None

    def connected(self) -> None:
        """The broker is connected."""
        self._delivery.connected(self._clock())

    def disconnected(self) -> None:
        """The broker connection is lost."""
        self._delivery.disconnected()

    def next(self) -> Outgoing | None:
        """The next message to publish; None if there is none or the window is full."""
        self._offer_unsupported()
        self._take_on()
        while (part := self._delivery.next(self._clock())) is not None:
            try:
                return self._read(part)
            except OSError as problem:
                self._set_aside(part.event_id, f"can't be read: {problem.strerror}")
        return None

    def acknowledged(self, part: Part) -> None:
        """The broker acknowledged the message."""
        self.counts["messages_sent"] += 1
        if self._delivery.acknowledged(part, self._clock()):
            self._outbox.mark(part.event_id, "sent")

    def refused(self, part: Part) -> None:
        """The broker refused the message."""
        self.counts["messages_refused"] += 1
        self._delivery.refused(part, self._clock())

    def received(self, payload: bytes) -> None:
        """Takes a message of the receipt topic; one that is no receipt for a package of ours is only
        counted."""
        try:
            receipt = read_receipt(payload, self._centre, self._topics.node)
            entry = self._outbox.get(receipt.event_id)
            if entry is None and receipt.event_id.startswith(TEST_ID):
                return  # of a test that the set-up page sends beside this node
            if entry is None or entry.manifest_sha256 != receipt.manifest_sha256:
                raise ReceiptError(f"for a package this node does not have: {receipt.event_id}")
        except ReceiptError as problem:
            self.counts["receipts_ignored"] += 1
            log.warning("receipt ignored", problem=str(problem))
            return
        self._note_software(receipt.software)
        if entry.state in ("stored", receipt.state):
            self.counts["receipts_repeated"] += 1
            return
        self.counts[f"receipts_{receipt.state}"] += 1
        self._note(receipt)
        self._delivery.answered(receipt, self._clock())

    def _note(self, receipt: Receipt) -> None:
        """Updates the outbox first: if its disk fails now, the centre is asked about the package again."""
        if receipt.state == "stored":
            self._outbox.mark(receipt.event_id, "stored")
            self._names.pop(receipt.event_id, None)
        elif receipt.state != "incomplete":
            # A state known only to newer centres is not final: the package stays and is offered again.
            state: State = "rejected" if receipt.state == "rejected" else "unsupported"
            reason = receipt.reason or Reason(code="outbox.no_reason")
            self._outbox.mark(receipt.event_id, state, reason)
            self._names.pop(receipt.event_id, None)
            why = say(reason, "en")
            log.error(f"package {receipt.state} by the centre", event_id=receipt.event_id, reason=why)

    def _note_software(self, software: str) -> None:
        """Another version of the centre may read packages that the earlier one could not."""
        if software and software != self._centre_software:
            self._offer_again_at = self._clock() if self._centre_software else self._offer_again_at
            self._centre_software = software

    def _offer_unsupported(self) -> None:
        if self._clock() >= self._offer_again_at:
            self._offer_again_at = self._clock() + UNSUPPORTED_AGAIN
            self._outbox.offer_again()

    def _take_on(self) -> None:
        while (end := self._delivery.room()) is not None:
            entry = self._outbox.undelivered(newest=end == "newest", excluding=self._delivery.known)
            if entry is None:
                return
            self._offer(entry)

    def _offer(self, entry: Entry) -> None:
        report = self._outbox.verify(entry.event_id)
        if report.failure is not None or report.manifest is None:
            self._set_aside(entry.event_id, report.failure or "no manifest")
            return
        files = report.manifest.files
        self._names[entry.event_id] = {file.sha256: file.name for file in files}
        sizes = {file.sha256: file.bytes for file in files}
        self._delivery.offer(Parcel(entry.event_id, sizes, asked=entry.state == "sent"))
        self.counts["parcels_offered"] += 1

    def _read(self, part: Part) -> Outgoing:
        folder = self._outbox.folder_of(part.event_id)
        if part.sha256 is None:
            return Outgoing(part, self._topics.manifest, (folder / SIGNATURE_FILE).read_bytes())
        with (folder / self._names[part.event_id][part.sha256]).open("rb") as file:
            file.seek(part.offset)
            return Outgoing(part, self._topics.chunk(part.sha256, part.offset), file.read(part.length))

    def _set_aside(self, event_id: str, reason: str) -> None:
        self.counts["damaged"] += 1
        self._delivery.drop(event_id)
        self._names.pop(event_id, None)
        self._outbox.set_aside(event_id, reason)
