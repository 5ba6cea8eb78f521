"""From an incident to its evidence: first gathered, before the video leaves the ring, then, without hurry,
examined again and its plate searched on the plate cameras."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from contract.manifest import CompanionView
from edge.evidence.facts import plate_evidence, stream_utc
from edge.evidence.gather import Gatherer, Proof
from edge.joined.asking import Answer, Scenery
from edge.joined.cameras import PlateCameras
from edge.joined.merging import best, merged
from edge.joined.second_view import second_files
from edge.pipeline import Incident
from edge.second_look.examine import Examined, SecondLooks, not_possible
from edge.second_look.window import window
from edge.video.ring import Film, PacketRing, RingMiss

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Suspicion:
    """Gathered evidence not yet examined, with all data its examination needs."""

    proof: Proof
    look: Callable[[], Examined]
    answers: Callable[[], Sequence[Answer]] = tuple

    def examined(self) -> Proof:
        """The evidence after the second look, with the plate cameras' answers. If a look fails the finding
        goes to an operator."""
        proof = self._looked()
        return proof if disproved(proof) else _joined(proof, self.answers())

    def _looked(self) -> Proof:
        try:
            return _with(self.proof, self.look())
        except Exception:  # stage boundary: never lose a finding or pass it unexamined
            log.exception("a second look failed", event_id=self.proof.event)
            return self.unexamined()

    def unexamined(self) -> Proof:
        """The evidence if there is no time for a second look: an operator decides."""
        return _with(self.proof, not_possible(self.proof.incident.finding))


class Prover:
    """Gathers and examines the incidents of one camera.

    Args:
        looks: examines them; None if the camera's networks don't support it (tests on drawn roads).
        cameras: the plate cameras to ask too; None if none is joined.
    """

    def __init__(
        self,
        gatherer: Gatherer,
        looks: SecondLooks | None,
        ring: PacketRing,
        cameras: PlateCameras | None = None,
    ) -> None:
        self._gatherer = gatherer
        self._looks = looks
        self._ring = ring
        self._cameras = cameras

    def holds_post_roll(self, incident: Incident) -> bool:
        """Whether the ring has all the video that evidence and examination need after the violation."""
        end = self._ring.end_t
        _, last = window(incident.finding)
        return self._gatherer.holds_post_roll(incident) and end is not None and end >= last

    def gather(self, incident: Incident) -> Suspicion:
        """Takes all data needed from the ring. Raises as `Gatherer.gather`."""
        proof, looks, film = self._gatherer.gather(incident), self._looks, self._film(incident)
        answers = self._ask(incident, proof, film)
        if looks is None:
            return Suspicion(proof, lambda: Examined(incident.finding, None), answers)
        return Suspicion(proof, lambda: looks.examine(incident, film, proof.plate), answers)

    def _ask(self, incident: Incident, proof: Proof, film: Film | None) -> Callable[[], Sequence[Answer]]:
        """Asks the plate cameras, which answer later."""
        if (cameras := self._cameras) is None:
            return tuple
        t, utc = incident.finding.t, stream_utc(incident.finding.t, proof.facts.occurred_at)
        return partial(cameras.answers, cameras.ask(Scenery(incident.track, t, incident.traffic, utc, film)))

    def prove(self, incident: Incident) -> Proof:
        """Both steps at once, if nothing else is pending."""
        return self.gather(incident).examined()

    def _film(self, incident: Incident) -> Film | None:
        finding = incident.finding
        try:
            return self._ring.film(*window(finding), around=finding.t)
        except RingMiss:
            return None


def disproved(proof: Proof) -> bool:
    """Whether the second look disproved the finding."""
    look = proof.facts.second_look
    return look is not None and look.verdict == "disproved"


def _with(proof: Proof, examined: Examined) -> Proof:
    finding = examined.finding
    told = _told(proof, decision=finding.decision, doubts=finding.doubts, second_look=examined.facts)
    return replace(told, incident=replace(proof.incident, finding=finding))


def _joined(proof: Proof, answers: Sequence[Answer]) -> Proof:
    """The evidence with the plate cameras' answers: the plate, their view, and contradictions."""
    answer = best(answers)
    doubts = [one.doubt for one in answers if one.doubt is not None]
    if answer is None or answer.plate is None or answer.match is None:
        return _told(proof, doubts=(*proof.facts.doubts, *doubts))
    finding, facts = proof.incident.finding, proof.facts
    other = plate_evidence(answer.plate, finding.t + answer.away, facts.occurred_at.date())
    plate, said = merged(facts.plate, other, answer)
    files = second_files(answer)
    view = CompanionView(
        camera=answer.camera,
        offset_ms=round(answer.offset * 1000),
        score=answer.match.probability,
        files=tuple(file.name for file in files),
    )
    doubts = [*facts.doubts, *said]  # another camera that did not see it does not contradict this one
    changed = _told(proof, plate=plate, companions=(view,), doubts=tuple(doubts))
    return replace(changed, files=(*proof.files, *files))


def _told(proof: Proof, **changes: object) -> Proof:
    return replace(proof, facts=proof.facts.model_copy(update=changes))
