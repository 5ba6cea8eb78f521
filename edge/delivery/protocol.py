"""Decides what to send next. Pure: no network, disk or clock (times are seconds of any monotonic clock).

A package is handed over as its manifest and, once the broker took that, its files in pieces, at most `WINDOW`
messages unacknowledged at a time, several packages in turn. A broker that refuses our manifests gets no
pieces either, so its refusal is read before it disconnects (Mosquitto 2.0.11 does both at once). The broker's
acknowledgement only means "handed over": the transfer ends with the centre's receipt. Without one the node
asks by sending the manifest again, and sends the pieces that the answer lists as missing.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from contract.receipts import MissingPart, Receipt
from contract.topics import CHUNK_BYTES

WINDOW = 4
"""Pieces in flight: 512 KiB, so that a slow link is neither idle nor flooded after an outage."""
OPEN = 4
"""Packages being handed over in turn."""
AWAITED = 16
"""Packages without a receipt: limited so that, if the centre is away, the broker is not filled with data it
may lose."""
PATIENCE = 15.0
MOST_PATIENCE = 600.0
"""Seconds to wait for a receipt before asking: doubled each time, up to the maximum."""


@dataclass(frozen=True)
class Part:
    """One message: the manifest of a package, or `length` bytes of one of its files."""

    event_id: str
    sha256: str | None = None
    offset: int = 0
    length: int = 0

    @property
    def is_manifest(self) -> bool:
        """True for the manifest itself."""
        return self.sha256 is None


@dataclass(frozen=True)
class Parcel:
    """A package to hand over: file sizes by hash. `asked`: it was handed over before a restart."""

    event_id: str
    files: dict[str, int]
    asked: bool = False


@dataclass
class _Transfer:
    """Progress of one parcel. `asking`: the manifest was sent again, so its answer covers everything sent
    before."""

    parcel: Parcel
    manifest_due: bool = True
    spans: deque[tuple[str, int, int]] = field(default_factory=deque)
    flying: set[Part] = field(default_factory=set)
    asking: bool = False
    interrupted: bool = False
    handed_over_at: float | None = None
    ask_at: float = 0.0
    not_before: float = 0.0
    silences: int = 0
    ignored: int = 0
    rounds: int = 0

    @property
    def to_send(self) -> bool:
        return self.manifest_due or bool(self.spans)

    @property
    def sending_files(self) -> bool:
        return bool(self.spans) or any(not part.is_manifest for part in self.flying)

    @property
    def opening(self) -> bool:
        """The manifest was sent and not yet accepted."""
        return any(part.is_manifest for part in self.flying)

    @property
    def asleep(self) -> bool:
        """The centre answers, but this parcel makes no progress: it no longer holds a place."""
        return self.ignored >= 3 or self.rounds >= 3

    def ask(self) -> None:
        self.manifest_due = self.asking = True

    def take(self, now: float) -> Part | None:
        """The next message of this transfer."""
        if self.manifest_due:
            self.manifest_due = False
            return Part(self.parcel.event_id)
        if not self.spans or now < self.not_before or self.opening:
            return None
        sha256, start, end = self.spans.popleft()
        stop = min(end, start + CHUNK_BYTES)
        if stop < end:
            self.spans.appendleft((sha256, stop, end))
        return Part(self.parcel.event_id, sha256, start, stop - start)

    def give_back(self, part: Part) -> None:
        """A message was not delivered: it is due again."""
        self.flying.discard(part)
        if part.sha256 is None:
            self.manifest_due = True
        else:
            self.spans.appendleft((part.sha256, part.offset, part.offset + part.length))


class Delivery:
    """The active transfers on one connection to the broker, and their order.

    Args:
        patience: seconds to wait for the first receipt before asking; None: `PATIENCE`.
    """

    def __init__(self, patience: float | None = None) -> None:
        self._patience = PATIENCE if patience is None else patience
        self._transfers: dict[str, _Transfer] = {}
        self._turn: deque[str] = deque()
        self._flying = 0
        self._connected = False
        self._paused_until = 0.0
        self._refusals = 0
        self._heard_at = float("-inf")
        self._newest_next = True

    @property
    def known(self) -> list[str]:
        """Event ids of the active transfers."""
        return list(self._transfers)

    @property
    def unanswered(self) -> int:
        """Packages the centre was asked about twice or more without an answer."""
        return sum(transfer.silences >= 2 for transfer in self._transfers.values())

    def connected(self, now: float) -> None:
        """A new connection. Packages handed over on an earlier one may be lost, so the centre is asked about
        them."""
        self._connected = True
        self._paused_until = now
        for transfer in self._transfers.values():
            if not transfer.to_send:
                transfer.ask()

    def disconnected(self) -> None:
        """The connection is gone, and with it everything unacknowledged."""
        self._connected = False
        for transfer in self._transfers.values():
            transfer.interrupted |= transfer.sending_files
            for part in sorted(transfer.flying, key=lambda part: -part.offset):
                transfer.give_back(part)
        self._flying = 0

    def room(self) -> Literal["oldest", "newest"] | None:
        """Which end of the backlog the next parcel should come from; None while there are enough.

        The ends take turns: fresh evidence isn't held up by a long backlog, nor the backlog by traffic.
        """
        awake = [transfer for transfer in self._transfers.values() if not transfer.asleep]
        if len(awake) >= AWAITED or sum(transfer.to_send for transfer in awake) >= OPEN:
            return None
        return "newest" if self._newest_next else "oldest"

    def offer(self, parcel: Parcel) -> None:
        """Takes on a parcel. For one that was handed over before the centre is only asked."""
        transfer = _Transfer(parcel)
        if parcel.asked:
            transfer.ask()
        else:
            transfer.spans.extend((sha256, 0, size) for sha256, size in parcel.files.items())
        self._transfers[parcel.event_id] = transfer
        self._turn.append(parcel.event_id)
        self._newest_next = not self._newest_next

    def drop(self, event_id: str) -> None:
        """Forgets a parcel: it is delivered, rejected for good, or gone."""
        transfer = self._transfers.pop(event_id, None)
        if transfer is not None:
            self._flying -= len(transfer.flying)
            self._turn.remove(event_id)

    def next(self, now: float) -> Part | None:
        """The next message to publish, if the window has room for one."""
        if not self._connected or now < self._paused_until or self._flying >= WINDOW:
            return None
        for _ in range(len(self._turn)):
            transfer = self._transfers[self._turn[0]]
            self._turn.rotate(-1)
            self._ask_if_late(transfer, now)
            part = transfer.take(now)
            if part is not None:
                transfer.flying.add(part)
                self._flying += 1
                return part
        return None

    def acknowledged(self, part: Part, now: float) -> bool:
        """The broker acknowledged a message. True if this completes the first handover of the package."""
        transfer = self._transfers.get(part.event_id)
        if transfer is None or part not in transfer.flying:
            return False
        self._refusals = 0
        transfer.flying.remove(part)
        self._flying -= 1
        if transfer.to_send or transfer.flying:
            return False
        if transfer.interrupted:
            transfer.interrupted = False
            transfer.ask()
            return False
        first = transfer.handed_over_at is None
        transfer.handed_over_at = now
        transfer.ask_at = now + _doubled(self._patience, transfer.silences)
        return first

    def refused(self, part: Part, now: float) -> None:
        """The broker refused a message (access list, quota): all transfers pause, then try again."""
        transfer = self._transfers.get(part.event_id)
        if transfer is not None and part in transfer.flying:
            transfer.give_back(part)
            self._flying -= 1
        self._paused_until = now + _doubled(PATIENCE, self._refusals)
        self._refusals += 1

    def answered(self, receipt: Receipt, now: float) -> None:
        """Takes a verified receipt for a parcel in transfer."""
        self._heard_at = now
        transfer = self._transfers.get(receipt.event_id)
        if transfer is None:
            return
        if receipt.state != "incomplete":
            self.drop(receipt.event_id)
        elif not transfer.sending_files:
            self._send_missing(transfer, receipt.missing, now)

    def _send_missing(self, transfer: _Transfer, missing: Iterable[MissingPart], now: float) -> None:
        """Acts on "incomplete" only as the answer to a question: otherwise it may be older than the
        pieces."""
        if not transfer.asking:
            transfer.ask()
            return
        sizes = transfer.parcel.files
        lacking = {part.sha256: part.offset for part in missing if part.offset < sizes.get(part.sha256, 0)}
        if not lacking:
            return
        transfer.spans.extend((sha256, offset, sizes[sha256]) for sha256, offset in lacking.items())
        transfer.asking = transfer.manifest_due = False
        transfer.silences = transfer.ignored = 0
        # A centre that never gets enough must not make the node send at full speed for ever.
        transfer.not_before = now + (_doubled(PATIENCE, transfer.rounds) if transfer.asleep else 0)
        transfer.rounds += 1

    def _ask_if_late(self, transfer: _Transfer, now: float) -> None:
        if transfer.to_send or transfer.flying or now < transfer.ask_at:
            return
        if transfer.handed_over_at is not None and self._heard_at > transfer.handed_over_at:
            transfer.ignored += 1
        transfer.silences += 1
        transfer.ask()


def _doubled(seconds: float, times: int) -> float:
    return min(seconds * 2.0 ** min(times, 10), MOST_PATIENCE)
