"""Several outboxes over one connection: that of the node's key, and those of keys it had before.

A chain is signed with one key from its beginning, so a node that changed its key begins another outbox; what
waits in the earlier one is still delivered as it was signed.
"""

from collections import Counter
from collections.abc import Sequence

from contract.canonical import read_json
from contract.reasons import Reason
from contract.signing import SignatureError, payload_of
from edge.delivery.protocol import Part
from edge.delivery.sender import Outgoing, Sender


class Senders:
    """Sends what any of them has, the first (of the present key) before the others. One thread uses it."""

    def __init__(self, senders: Sequence[Sender]) -> None:
        self._senders = senders
        self._sent_by: dict[Part, Sender] = {}

    @property
    def alarms(self) -> tuple[Reason, ...]:
        """What a person should know about the delivery, at most one of each code."""
        told = {alarm.code: alarm for sender in reversed(self._senders) for alarm in sender.alarms}
        return tuple(told.values())

    @property
    def counts(self) -> Counter[str]:
        """Of all of them, see `Sender.counts`."""
        return sum((sender.counts for sender in self._senders), Counter())

    def connected(self) -> None:
        """The broker is there."""
        for sender in self._senders:
            sender.connected()

    def disconnected(self) -> None:
        """The broker is gone."""
        self._sent_by.clear()
        for sender in self._senders:
            sender.disconnected()

    def next(self) -> Outgoing | None:
        """The next message to publish, None while there is nothing or the windows are full."""
        for sender in self._senders:
            if (outgoing := sender.next()) is not None:
                self._sent_by[outgoing.part] = sender
                return outgoing
        return None

    def acknowledged(self, part: Part) -> None:
        """The broker has the message."""
        if (sender := self._sent_by.pop(part, None)) is not None:
            sender.acknowledged(part)

    def refused(self, part: Part) -> None:
        """The broker would not take the message."""
        if (sender := self._sent_by.pop(part, None)) is not None:
            sender.refused(part)

    def received(self, payload: bytes) -> None:
        """Something came on the topic of receipts: it is for the outbox that has the package."""
        event = _event_of(payload)
        ours = (sender for sender in self._senders if event and sender.has(event))
        next(ours, self._senders[0]).received(payload)


def _event_of(payload: bytes) -> str:
    """The package a receipt speaks of, unverified: only to choose who verifies it."""
    try:
        found = read_json(payload_of(payload.decode("ascii")))
        return str(found["event_id"])
    except (SignatureError, ValueError, KeyError, TypeError):
        return ""
