"""What would another camera file have found? The clips stored on the node are analysed under both files.

Both analyses are of the same clip, one under the file in force and one under the new file: a clip is short,
so not all live findings may be found again in it, under either.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from configs.camera import CameraConfig
from contract.manifest import ViolationFacts
from contract.package import verify_package
from edge.camera import DEFAULT_ROLLS, Eyes, build_camera
from edge.detect.detector import Detection, Image, VehicleDetector
from edge.disproved import FACTS
from edge.rules.inputs import Finding
from edge.video.file import FileSource
from edge.video.frame import Frame

NODE = "what-if"
SAME_ACT_SECONDS = 1.0
CLIP = "clip.mp4"

BACK = timedelta(days=1)
"""Age limit of the clips analysed before a camera file is put in force."""

MOST = 40
"""Most clips, the newest."""


@dataclass(frozen=True)
class Kept:
    """A clip of a camera still on the node's disk, from a package or a disproved finding."""

    event: str
    rule: str
    at: datetime
    clip: Path


@dataclass(frozen=True)
class Act:
    """A finding in a clip: rule, decision, seconds from the clip's start."""

    rule: str
    decision: str
    t: float

    def is_same(self, other: "Act") -> bool:
        """Whether both are the same act with the same decision."""
        same = (self.rule, self.decision) == (other.rule, other.decision)
        return same and abs(self.t - other.t) <= SAME_ACT_SECONDS


@dataclass(frozen=True)
class Remembering:
    """A detector that analyses no picture twice: both files use the same clip."""

    detector: VehicleDetector
    known: dict[int, list[Detection]] = field(default_factory=dict)

    def detect(self, image: Image) -> list[Detection]:
        """See `VehicleDetector.detect`."""
        key = zlib.crc32(image.tobytes())
        if key not in self.known:
            self.known[key] = self.detector.detect(image)
        return self.known[key]


@dataclass(frozen=True)
class Difference:
    """A clip under both files: acts found only with the present file (`lost`), and only with the new one
    (`gained`)."""

    kept: Kept
    same: tuple[Act, ...]
    lost: tuple[Act, ...]
    gained: tuple[Act, ...]


def kept_clips(data: Path, camera: str, since: datetime) -> list[Kept]:
    """The clips of a camera in a node's data folder up to that age, in the order of their acts."""
    packages = (folder for outbox in data.glob("outbox*") for folder in (outbox / "packages").glob("*"))
    found = [_of_package(folder) for folder in packages]
    found += [_of_disproved(folder) for folder in (data / "disproved").glob("*")]
    of_camera = [item[1] for item in found if item is not None and item[0] == camera and item[1].at >= since]
    return sorted(of_camera, key=lambda kept: kept.at)


def compare(kept: Kept, present: CameraConfig, new: CameraConfig, eyes: Eyes) -> Difference:
    """One clip under both files. Raises VideoError when the clip can't be read."""
    eyes = replace(eyes, detector=Remembering(eyes.detector))
    before, after = acts(kept, present, eyes), acts(kept, new, eyes)
    return Difference(
        kept,
        same=tuple(act for act in before if any(act.is_same(other) for other in after)),
        lost=tuple(act for act in before if not any(act.is_same(other) for other in after)),
        gained=tuple(act for act in after if not any(act.is_same(other) for other in before)),
    )


def acts(kept: Kept, config: CameraConfig, eyes: Eyes) -> tuple[Act, ...]:
    """The pipeline's findings in a clip under a camera file, without undecidable ones."""
    source = FileSource(kept.clip, kept.at)
    camera = build_camera(config, NODE, source.ring, eyes, DEFAULT_ROLLS, source.start)
    found: list[Finding] = []
    last = 0.0
    for frame in _sized(source, config.size):
        last = frame.t
        found += camera.step(frame).findings
    found += camera.pipeline.finish(last)
    camera.pipeline.close()
    return tuple(Act(f.rule, f.decision, round(f.t, 2)) for f in found if f.decision != "undecidable")


def _sized(source: FileSource, size: tuple[int, int]) -> Iterator[Frame]:
    """The frames scaled to the size the lines are drawn on: clips are of the record stream."""
    for frame in source.frames():
        if (frame.image.shape[1], frame.image.shape[0]) != size:
            image = cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA)
            frame = replace(frame, image=np.asarray(image, dtype=np.uint8))
        yield frame


def _of_package(folder: Path) -> tuple[str, Kept] | None:
    report = verify_package(folder)
    manifest = report.manifest
    if report.failure is not None or manifest is None or not (folder / CLIP).is_file():
        return None
    kept = Kept(manifest.event_id, manifest.rule.name, manifest.occurred_at, folder / CLIP)
    return manifest.camera, kept


def _of_disproved(folder: Path) -> tuple[str, Kept] | None:
    try:
        facts = ViolationFacts.model_validate_json((folder / FACTS).read_bytes())
    except (OSError, ValueError):
        return None
    if not (folder / CLIP).is_file():
        return None
    return facts.camera, Kept(folder.name, facts.rule.name, facts.occurred_at, folder / CLIP)
