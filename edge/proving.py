"""From an incident to its proof: first gathered, before the ring ages, then examined again, at leisure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from edge.evidence.gather import Gatherer, Proof
from edge.pipeline import Incident
from edge.second_look.examine import Examined, SecondLooks, not_possible
from edge.second_look.window import window
from edge.video.ring import Film, PacketRing, RingMiss

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Suspicion:
    """A gathered proof that was not examined yet, with all that its examination needs."""

    proof: Proof
    look: Callable[[], Examined]

    def examined(self) -> Proof:
        """The proof as it stands after the second look. One that fails leaves the finding to a person."""
        try:
            return _with(self.proof, self.look())
        except Exception:  # a stage's boundary: a finding must not be lost by it, nor pass unexamined
            log.exception("a second look failed", event_id=self.proof.event)
            return self.unexamined()

    def unexamined(self) -> Proof:
        """The proof where there is no time for a second look: a person decides."""
        return _with(self.proof, not_possible(self.proof.incident.finding))


class Prover:
    """Proves the incidents of one camera.

    Args:
        looks: examines them; None where the camera's networks can't look closely (tests on drawn roads).
    """

    def __init__(self, gatherer: Gatherer, looks: SecondLooks | None, ring: PacketRing) -> None:
        self._gatherer = gatherer
        self._looks = looks
        self._ring = ring

    def holds_post_roll(self, incident: Incident) -> bool:
        """See `Gatherer.holds_post_roll`."""
        return self._gatherer.holds_post_roll(incident)

    def gather(self, incident: Incident) -> Suspicion:
        """Takes from the ring all that is needed of it. Raises as `Gatherer.gather`."""
        proof, looks, film = self._gatherer.gather(incident), self._looks, self._film(incident)
        if looks is None:
            return Suspicion(proof, lambda: Examined(incident.finding, None))
        return Suspicion(proof, lambda: looks.examine(incident, film, proof.plate))

    def prove(self, incident: Incident) -> Proof:
        """Both at once, where nothing waits."""
        return self.gather(incident).examined()

    def _film(self, incident: Incident) -> Film | None:
        finding = incident.finding
        try:
            return self._ring.film(*window(finding), around=finding.t)
        except RingMiss:
            return None


def disproved(proof: Proof) -> bool:
    """Whether the second look showed that it was not so."""
    look = proof.facts.second_look
    return look is not None and look.verdict == "disproved"


def _with(proof: Proof, examined: Examined) -> Proof:
    finding = examined.finding
    told = {"decision": finding.decision, "doubts": finding.doubts, "second_look": examined.facts}
    facts = proof.facts.model_copy(update=told)
    return replace(proof, facts=facts, incident=replace(proof.incident, finding=finding))
