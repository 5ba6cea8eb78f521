"""A road on paper and on film: cars that drive astride a solid line, known to the frame.

Every picture says its own number (see `tests.edge.video.clips`), so a detector that reads it is exact,
whether the picture comes from a file or live with frames dropped.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from configs.camera import CameraConfig
from contract.manifest import Clock
from contract.vehicles import VehicleKind
from edge.camera import Camera, Eyes, Rolls, build_camera
from edge.detect.detector import Detection
from edge.pipeline import CameraPipeline
from edge.plate.find import PlateBox
from edge.plate.follow import PlateFollower
from edge.plate.reading import PlateReading
from edge.riders.heads import SeenHead
from edge.rules.inputs import Box
from edge.rules.rulebook import Rulebook
from edge.video.frame import Frame
from edge.video.ring import PacketRing
from tests.edge import factories
from tests.edge.video import clips

SIZE = (320, 240)
FPS = 10.0
FRAMES = 100
STARTS = (1.0, 3.5, 6.0)
"""When each car comes into view; two seconds later it is gone."""

ROAD = {
    "id": "road",
    "site": {"id": "s", "name": "Ngã Tư Sở"},
    "size": SIZE,
    "calibration": "cal-1",
    "solid_lines": [{"id": "centre", "line": [[160, 235], [160, 30]]}],
    "rules": {"solid_line": {}},
}
CONFIG = CameraConfig.model_validate(ROAD)


def camera_file(described: Mapping[str, Any], stream: str) -> str:
    """The text of a camera's file; `stream` is the camera's address."""
    # Through JSON, since YAML would write the tuples of a test as Python objects.
    config = CameraConfig.model_validate({**described, "detect_stream": {"url": stream}})
    return yaml.safe_dump(config.model_dump(mode="json", exclude_unset=True))


def boxes(t: float) -> list[Box]:
    """Of the cars in view at time t: 50×45 pixels, up the middle of the picture."""
    grounds = [225 - 80 * (t - start) for start in STARTS if start <= t < start + 2]
    return [(135, y - 45, 185, y) for y in grounds]


class NumberDetector:
    """Knows where the cars are in the picture of each number."""

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        number = clips.number_of(image)
        return [Detection(VehicleKind.CAR, 0.9, box) for box in boxes(number / FPS)]


class NoHeads:
    """A finder that sees nobody."""

    def find(self, image: NDArray[np.uint8], motorbike: Box) -> tuple[SeenHead, ...]:
        return ()


class NoPlates:
    """Finder and reader that see no plate."""

    def find(self, image: NDArray[np.uint8]) -> list[PlateBox]:
        return []

    def read(self, image: NDArray[np.uint8], quad: NDArray[np.float32]) -> PlateReading | None:
        return None


def film(path: Path, size: tuple[int, int] = SIZE, keyint: int = 10) -> Path:
    """The road as a video file."""
    return clips.make_clip(path, clips.steady(FRAMES, FPS), size=size, keyint=keyint)


def frame(number: int, t: float | None = None) -> Frame:
    """One picture of the road, as a source gives it."""
    at = number / FPS if t is None else t
    return Frame(
        number, at, factories.NOON, Clock(source="host", uncertainty_ms=5), clips.picture(number, SIZE)
    )


def pipeline(**changes: object) -> CameraPipeline:
    """The road's pipeline, without a lamp."""
    parts = {
        "detector": NumberDetector(),
        "signals": {},
        "rulebook": Rulebook(CONFIG.rules, CONFIG),
        "size": SIZE,
        "post_roll": 1.0,
        **changes,
    }
    return CameraPipeline(**parts)  # type: ignore[arg-type]


def eyes(detector: object | None = None, plates: object | None = None) -> Eyes:
    """Eyes that know the road and read no plate."""
    blind = NoPlates()
    follower = plates or PlateFollower(blind, blind)  # type: ignore[arg-type]
    return Eyes(detector or NumberDetector(), follower, blind, NoHeads(), {"vehicles": "1" * 64})  # type: ignore[arg-type]


def camera(
    ring: PacketRing, rolls: Rolls | None = None, plates: object | None = None, detector: object | None = None
) -> Camera:
    """The road's camera around a ring."""
    seen = eyes(detector, plates)
    return build_camera(CONFIG, "node-1", ring, seen, rolls or Rolls(1.0, 1.0), factories.NOON)
