"""Golden frames: do the networks running here still detect what they must?

`models/golden.yaml` lists the content of some frames of the sample clip, whose truth is exact. Each listed
vehicle must be found, each listed plate read, and nothing may be detected on a grey picture. The frames test
networks, libraries and machine together: a damaged or swapped network, a processor that computes wrongly, an
update that detects less.
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import av
import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict

from contract.reasons import Reason, reason
from contract.vehicles import VehicleKind
from edge.camera import Eyes
from edge.detect.detector import Detection, DetectorError, Image
from edge.plate.follow import Sighting
from edge.rules.geometry import overlap

_GREY = 114


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GoldenVehicle(_Part):
    """A vehicle that must be found, and its plate if that must be read."""

    kind: VehicleKind
    box: tuple[float, float, float, float]
    plate: str | None = None


class GoldenFrame(_Part):
    """One frame of the clip, and its expected content."""

    frame: int
    vehicles: tuple[GoldenVehicle, ...]


class Golden(_Part):
    """The frames; a vehicle needs `confidence` and `overlap` to count as found."""

    clip: str
    confidence: float
    overlap: float
    frames: tuple[GoldenFrame, ...]


def load_golden() -> Golden:
    """The golden frames that ship with the software."""
    return Golden.model_validate(yaml.safe_load((files("models") / "golden.yaml").read_text("utf-8")))


def self_test(eyes: Eyes, golden: Golden) -> Reason | None:
    """Tests the golden frames; None if everything required is detected, else what was missed."""
    try:
        pictures = list(_pictures(golden))
        lost = sum(_not_found(eyes, golden, frame, image) for frame, image in pictures)
        misread = [text for frame, image in pictures for text in _misread(eyes, frame, image)]
        false = len(_seen(eyes, golden, np.full_like(pictures[0][1], _GREY)))
    except (DetectorError, av.FFmpegError, OSError) as problem:
        return reason("networks.failed", detail=str(problem)[:300])
    if not (lost or misread or false):
        return None
    wanted = sum(len(frame.vehicles) for frame in golden.frames)
    return reason("networks.blind", lost=lost, wanted=wanted, misread=", ".join(misread) or "–", false=false)


def _pictures(golden: Golden) -> Iterator[tuple[GoldenFrame, Image]]:
    """The frames of the clip, decoded up to the last of them."""
    wanted = {frame.frame: frame for frame in golden.frames}
    with av.open(str(Path(str(files("sample_videos"))) / golden.clip)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number in wanted:
                yield wanted.pop(number), np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
            if not wanted:
                return


def _seen(eyes: Eyes, golden: Golden, image: Image) -> list[Detection]:
    return [found for found in eyes.detector.detect(image) if found.confidence >= golden.confidence]


def _not_found(eyes: Eyes, golden: Golden, frame: GoldenFrame, image: Image) -> int:
    seen = _seen(eyes, golden, image)
    found = sum(
        any(one.kind is wanted.kind and overlap(one.box, wanted.box) >= golden.overlap for one in seen)
        for wanted in frame.vehicles
    )
    return len(frame.vehicles) - found


def _misread(eyes: Eyes, frame: GoldenFrame, image: Image) -> Iterator[str]:
    """Each misread plate beside the expected text."""
    for number, vehicle in enumerate(frame.vehicles):
        if vehicle.plate is not None:
            sighting = Sighting(frame.frame, 0.0, image, {number: vehicle.box})
            text = eyes.plates.read(number, vehicle.kind, [sighting]).text
            if text != vehicle.plate:
                yield f"{vehicle.plate} → {text or '–'}"
