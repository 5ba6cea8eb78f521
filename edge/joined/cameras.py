"""The plate cameras of one overview: their ids, rings and clock differences."""

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
    """The running cameras of one node, each with the ring of its newest run, and the known clock differences.
    Cameras start and stop in their own threads, so everything is looked up at each use."""

    cameras: dict[str, tuple[CameraConfig, PacketRing]] = field(default_factory=dict)
    drifts: dict[tuple[str, str], Drift] = field(default_factory=dict)

    def take(self, config: CameraConfig, ring: PacketRing) -> None:
        """Called when a camera starts, or restarts."""
        self.cameras[config.id] = config, ring

    def drift(self, overview: str, joined: PlateCamera) -> Drift:
        """Clock difference of a pair of cameras; it outlives their restarts."""
        return self.drifts.setdefault((overview, joined.camera), Drift(joined.offset))


class PlateCameras:
    """Asks the plate cameras of one overview.

    Args:
        detector: finds vehicles; used in the answering thread.
    """

    def __init__(
        self, config: CameraConfig, rings: Rings, detector: VehicleDetector, plates: PlateFollower
    ) -> None:
        self._config = config
        self._rings = rings
        self._detector = detector
        self._plates = plates

    def ask(self, scenery: Scenery) -> list[Asked | Answer]:
        """Takes the film that may show the vehicle from the rings; quick, but must not be delayed."""
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
        """Each camera's answer; takes seconds. If one fails its answer says so, and the finding continues
        without it."""
        return [self._answer(one) if isinstance(one, Asked) else one for one in asked]

    def _answer(self, asked: Asked) -> Answer:
        try:
            return asked.answer(self._detector, self._plates)
        except Exception:  # error boundary of a stage: it must not lose a finding
            log.exception("a plate camera could not be asked", camera=asked.joined.camera)
            return Answer(asked.joined.camera, doubt=said("failed", asked.joined.camera))
