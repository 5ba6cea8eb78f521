"""The plate cameras of one overview: who they are, where their pictures are, and how far apart the clocks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from configs.camera import CameraConfig, PlateCamera
from edge.detect.detector import VehicleDetector
from edge.joined.asking import Answer, Asked, Scenery, ask, said
from edge.joined.offset import Drift
from edge.plate.follow import PlateFollower
from edge.video.ring import PacketRing

log = structlog.get_logger(__name__)


@dataclass
class Rings:
    """The cameras at work on one node, each with the ring of its newest run, and what is known of how far
    clocks are apart. Cameras come and go in threads of their own: what is asked for is looked up each
    time."""

    cameras: dict[str, tuple[CameraConfig, PacketRing]] = field(default_factory=dict)
    drifts: dict[tuple[str, str], Drift] = field(default_factory=dict)

    def take(self, config: CameraConfig, ring: PacketRing) -> None:
        """A camera began to work, or began anew."""
        self.cameras[config.id] = config, ring

    def drift(self, overview: str, joined: PlateCamera) -> Drift:
        """Of a pair of cameras; it outlives their restarts."""
        return self.drifts.setdefault((overview, joined.camera), Drift(joined.offset))


class PlateCameras:
    """Asks the plate cameras of one overview.

    Args:
        detector: finds vehicles; used in the thread that answers.
    """

    def __init__(
        self, config: CameraConfig, rings: Rings, detector: VehicleDetector, plates: PlateFollower
    ) -> None:
        self._config = config
        self._rings = rings
        self._detector = detector
        self._plates = plates

    def ask(self, scenery: Scenery) -> list[Asked | Answer]:
        """Takes from the rings what may show the vehicle; quick, but must not wait."""
        return [self._ask(joined, scenery) for joined in self._config.plate_cameras]

    def _ask(self, joined: PlateCamera, scenery: Scenery) -> Asked | Answer:
        known = self._rings.cameras.get(joined.camera)
        if known is None:
            return Answer(joined.camera, doubt=said("missing", joined.camera))
        there, ring = known
        if joined.section not in [section.id for section in there.sections]:
            return Answer(joined.camera, doubt=said("missing", joined.camera))
        drift = self._rings.drift(self._config.id, joined)
        return ask(joined, (self._config, there), ring, drift, scenery)

    def answers(self, asked: Sequence[Asked | Answer]) -> list[Answer]:
        """What each says; takes seconds. One that fails says so, and the finding goes on without it."""
        return [self._answer(one) if isinstance(one, Asked) else one for one in asked]

    def _answer(self, asked: Asked) -> Answer:
        try:
            return asked.answer(self._detector, self._plates)
        except Exception:  # a stage's boundary: a finding must not be lost by it
            log.exception("a plate camera could not be asked", camera=asked.joined.camera)
            return Answer(asked.joined.camera, doubt=said("failed", asked.joined.camera))
