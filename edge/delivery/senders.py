"""Several outboxes over one connection: that of the node's key, and those of earlier keys.

A chain is signed with one key from its beginning, so a node that changed its key begins another outbox;
pending packages of the earlier one are still delivered as they were signed.
"""

from collections import Counter
from collections.abc import Sequence

from contract.canonical import read_json
from contract.reasons import Reason
from contract.signing import SignatureError, payload_of
from edge.delivery.protocol import Part
from edge.delivery.sender import Outgoing, Sender


class Senders:
    """Sends from all outboxes, that of the present key first. One thread uses it."""

    def __init__(self, senders: Sequence[Sender]) -> None:
        self._senders = senders
        self._sent_by: dict[Part, Sender] = {}

    @property
    def alarms(self) -> tuple[Reason, ...]:
        """Alarms about the delivery, at most one of each code."""
        told = {alarm.code: alarm for sender in reversed(self._senders) for alarm in sender.alarms}
        return tuple(told.values())

    @property
    def counts(self) -> Counter[str]:
        """Totals over all senders, see `Sender.counts`."""
        return sum((sender.counts for sender in self._senders), Counter())

    def connected(self) -> None:
        """The broker is connected."""
        for sender in self._senders:
            sender.connected()

    def disconnected(self) -> None:
        """The broker connection is lost."""
        self._sent_by.clear()
        for sender in self._senders:
            sender.disconnected()

    def next(self) -> Outgoing | None:
        """The next message to publish; None if there is none or the windows are full."""
        for sender in self._senders:
            if (outgoing := sender.next()) is not None:
                self._sent_by[outgoing.part] = sender
                return outgoing
        return None

    def acknowledged(self, part: Part) -> None:
        """The broker acknowledged the message."""
        if (sender := self._sent_by.pop(part, None)) is not None:
            sender.acknowledged(part)

    def refused(self, part: Part) -> None:
        """The broker refused the message."""
        if (sender := self._sent_by.pop(part, None)) is not None:
            sender.refused(part)

    def received(self, payload: bytes) -> None:
        """Passes a receipt to the outbox that has the package."""
        event = _event_of(payload)
        ours = (sender for sender in self._senders if event and sender.has(event))
        next(ours, self._senders[0]).received(payload)


def _event_of(payload: bytes) -> str:
    """The event id of an unverified receipt: only used to choose the outbox that verifies it."""
    try:
        found = read_json(payload_of(payload.decode("ascii")))
        return str(found["event_id"])
    except (SignatureError, ValueError, KeyError, TypeError):
        return ""
