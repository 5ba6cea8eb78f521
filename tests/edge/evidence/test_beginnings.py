"""A standing longer than the ring: its beginning is kept, and its case is proved."""

import math
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from configs.camera import CameraConfig
from contract.vehicles import VehicleKind
from edge.camera import Camera, Rolls, build_camera
from edge.detect.detector import Detection
from edge.evidence.gather import Proof
from edge.video.file import FileSource
from edge.video.ring import RingMiss
from tests.edge import factories, road
from tests.edge.video import clips

Image = NDArray[np.uint8]
FPS = 5.0
RING = 30.0
STOPS, LEAVES = 10.0, 80.0
ZONE = CameraConfig.model_validate(
    road.ROAD
    | {
        "solid_lines": [],
        "zones": [
            {
                "id": "z",
                "polygon": [[0, 100], [320, 100], [320, 240], [0, 240]],
                "seconds": 60,
                "basis": "P130",
            }
        ],
        "rules": {"no_stopping": {}},
    }
)


STREET = cv2.resize(
    np.random.default_rng(1).integers(40, 200, (18, 32, 3), np.uint8),
    (320, 180),
    interpolation=cv2.INTER_CUBIC,
)


def picture(number: int) -> Image:
    """The number above, below a street that stays as it is."""
    image = clips.picture(number, road.SIZE)
    image[60:] = STREET
    return image


def number_of(image: Image) -> int:
    return clips.number_of(image[8:56])


class Standing:
    """A car that drives in, stands from `STOPS` on, and drives away at `LEAVES`."""

    def detect(self, image: Image) -> list[Detection]:
        t = number_of(image) / FPS
        right = min(0.0, 15 * (t - STOPS)) + max(0.0, 15 * (t - LEAVES))
        there = -150 < right < 60
        return [Detection(VehicleKind.CAR, 0.9, (170 + right, 120, 220 + right, 165))] if there else []


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zone") / "zone.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", int(FPS), options={"preset": "veryfast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = *road.SIZE, "yuv420p"
        for number in range(450):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(number), format="bgr24")))
        container.mux(stream.encode(None))
    return path


def decoded(data: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def camera_of(source: FileSource) -> Camera:
    seen = replace(road.eyes(Standing()), close=None)
    return build_camera(ZONE, "node-1", source.ring, seen, Rolls(2.0, 2.0), factories.NOON)


def proofs(video: Path) -> list[Proof]:
    source = FileSource(video, factories.NOON, RING)
    camera = camera_of(source)
    found: list[Proof] = []
    for frame in source.frames():
        camera.step(frame)
        found += [camera.gatherer.gather(incident) for incident in camera.pipeline.due(frame.t)]
    return found + [camera.gatherer.gather(incident) for incident in camera.pipeline.due(math.inf)]


def test_a_standing_longer_than_the_ring_is_proved_from_its_beginning(video: Path) -> None:
    (proof,) = proofs(video)
    assert proof.facts.flags == ()
    shown = {
        file.role: number_of(decoded(file.data)) / FPS
        for file in proof.files
        if file.role in ("before", "over")
    }
    assert shown["before"] == pytest.approx(STOPS, abs=1.0)
    assert shown["over"] == pytest.approx(proof.incident.finding.t - 5.0, abs=0.3)
    assert shown["over"] - shown["before"] >= 55.0
    before = next(file for file in proof.files if file.role == "before")
    assert (before.captured_at - factories.NOON).total_seconds() == pytest.approx(shown["before"], abs=0.01)


def test_what_drove_on_is_let_go(video: Path) -> None:
    source = FileSource(video, factories.NOON, RING)
    camera = camera_of(source)
    for frame in source.frames():
        camera.step(frame)
        if frame.t == pytest.approx(70.0):
            (track,) = camera.pipeline._tracks
            assert camera.beginnings.since(track, "z") == pytest.approx(STOPS, abs=1.0)
            assert source.ring.frames([STOPS])[0].t == pytest.approx(STOPS)
    assert camera.beginnings.since(track, "z") is None
    with pytest.raises(RingMiss):
        source.ring.frames([STOPS])
