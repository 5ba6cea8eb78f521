"""From incidents to packages in the outbox, one after the other, in its own thread.

Gathered evidence is examined again in another thread (`edge.examining`) before it is packed; disproved
findings are counted, and only a sample is kept. Finished evidence is never dropped: while the outbox can't
take it (its disk is full or fails) it stays in memory, further incidents are still gathered before their
video leaves the ring, and storing is retried.
"""

import queue
import time
from collections import Counter, defaultdict, deque
from collections.abc import Mapping

import structlog

from contract.manifest import NEWEST
from contract.reasons import Reason, reason
from contract.signing import SigningKey
from edge.delivery.index import OutboxError
from edge.delivery.outbox import Outbox
from edge.disproved import Kept
from edge.evidence.gather import Proof
from edge.examining import BEHIND, MOST_WAITING, Examining
from edge.proving import disproved
from edge.worker import Handover

log = structlog.get_logger(__name__)

RETRY_SECONDS = 3.0
"""Seconds between two attempts to store evidence in an outbox that could not take it."""

PLAYED_BACKLOG = 3
"""Pending incidents at which a played file is paused."""

LAST_EXAMINATIONS = 10.0
"""Seconds at shutdown in which pending findings are still examined."""

_POLL_SECONDS = 0.2


class Packing:
    """Gathers evidence, has it examined, and stores it. `hand_over` may be called from any thread.

    Args:
        kept: the sample of findings that the second look disproved.
    """

    def __init__(
        self, outbox: Outbox, key: SigningKey, manifest_version: int = NEWEST, kept: Kept | None = None
    ) -> None:
        self._outbox = outbox
        self._key = key
        self._version = manifest_version
        self._kept = kept
        # Unbounded: incidents are small and rare.
        self._found: queue.Queue[Handover | Proof | None] = queue.Queue()
        self._examining = Examining(self._found.put)
        self._told: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._proofs: deque[Proof] = deque()
        self._obstacle = ""
        self._lost: list[str] = []

    @property
    def idle(self) -> bool:
        """Whether everything handed over is in the outbox."""
        return not (self._examining.waiting or self._found.unfinished_tasks or self._proofs)

    def told(self, camera: str) -> Mapping[str, int]:
        """How many findings of a camera were suspected, and their results in the second look."""
        return dict(self._told[camera])

    @property
    def alarms(self) -> tuple[Reason, ...]:
        """Alarms for the operator."""
        alarms = []
        if self._proofs:
            waiting = len(self._proofs)
            alarms.append(reason("packing.waiting", violations=waiting, detail=self._obstacle[:300]))
        if (behind := self._examining.waiting) >= BEHIND:
            alarms.append(reason("second_look.behind", violations=behind, most=MOST_WAITING))
        if self._lost:
            alarms.append(reason("packing.lost", violations=len(self._lost), detail=self._lost[-1]))
        return tuple(alarms)

    def hand_over(self, handover: Handover) -> None:
        """Takes an incident; never blocks."""
        self._found.put(handover)

    def hand_over_patiently(self, handover: Handover) -> None:
        """Takes an incident of a played file, which can wait: blocks while many others are pending, so that
        the file does not run past the video its ring must still hold."""
        self._found.put(handover)
        while self._found.qsize() > PLAYED_BACKLOG:
            time.sleep(_POLL_SECONDS)

    def end(self) -> None:
        """Lets `run` return after what was handed over before."""
        self._found.put(None)

    def run(self) -> None:
        """Runs until `end`."""
        self._examining.start()
        while True:
            try:
                handover = self._found.get(timeout=RETRY_SECONDS if self._proofs else None)
            except queue.Empty:
                self._keep()
                continue
            try:
                if handover is None:
                    break
                self._take(handover)
            finally:
                self._found.task_done()
            self._keep()
        self._end()

    def _end(self) -> None:
        """Packs what is still being examined, too."""
        self._examining.end(LAST_EXAMINATIONS)
        while not self._found.empty():
            if (item := self._found.get()) is not None:
                self._take(item)
                self._keep()
            self._found.task_done()
        self._keep()
        if self._proofs:
            events = [proof.event for proof in self._proofs]
            log.error("stopped while the outbox took nothing", lost=events, problem=self._obstacle)

    def _take(self, item: Handover | Proof) -> None:
        if isinstance(item, Handover):
            self._gather(item)
        else:
            self._count(item)

    def _count(self, proof: Proof) -> None:
        """Counts examined evidence and queues what remains for the outbox."""
        look = proof.facts.second_look
        if look is not None:
            self._told[proof.facts.camera][f"second_look_{look.verdict}"] += 1
        if not disproved(proof):
            self._proofs.append(proof)
            return
        codes = [doubt.code for doubt in proof.facts.doubts]
        log.info("disproved", event_id=proof.event, rule=proof.facts.rule.name, doubts=codes)
        if self._kept is not None:
            self._kept.add(proof)

    def _gather(self, handover: Handover) -> None:
        incident = handover.incident
        while not (handover.prover.holds_post_roll(incident) or time.monotonic() > handover.by):
            if handover.over.wait(_POLL_SECONDS):
                break
        try:
            suspicion = handover.prover.gather(incident)
            self._told[suspicion.proof.facts.camera]["suspicions"] += 1
            self._examining.take(suspicion)
        except Exception as problem:  # error boundary of the thread: the next incident must still be gathered
            self._lose(f"{incident.finding.rule} at {incident.finding.t:.1f} s: {problem}")

    def _keep(self) -> None:
        """Stores finished evidence in the outbox, oldest first, as far as possible."""
        while self._proofs:
            proof = self._proofs[0]
            try:
                fresh = self._outbox.add(proof.event, proof.sealed(self._key, self._version))
            except OutboxError as problem:
                if not self._obstacle:
                    log.error("the outbox takes nothing; will try again", problem=str(problem))
                self._obstacle = str(problem)
                return
            except Exception as problem:  # thread boundary: unsealable evidence must not block the rest
                self._lose(f"{proof.event}: {problem}")
            else:
                log.info("packed", event_id=proof.event, rule=proof.facts.rule.name, known_before=not fresh)
            self._obstacle = ""
            self._proofs.popleft()

    def _lose(self, what: str) -> None:
        self._lost.append(what[:300])
        log.exception("a violation could not be kept", what=what)
