"""The training clips and pictures, and those held back for testing.

Held back: the last third by time of `vehicles`, of the Hanoi clip 22 to 34 s and from 52 s on.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import yaml

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, Image

HANOI_FPS = 6.0172
HANOI_STEP = 3
CLIPS = {
    "hanoi_hang_giay_hang_dau_4s": 2,
    "nepal_army_jeep_right": 15,
    "nepal_gray_car_left": 15,
    "nepal_mahindra_left": 15,
    "nepal_white_jeep_and_black_car_right": 15,
    "nepal_yellow_van_right": 15,
    "us_night": 30,
    "intel_car_park_30s": 25,
    "us_overhead_road_20s": 24,
}
"""Clips, each with the number of frames between its pictures."""

STREET_SOURCE = "set_98f4da"
"""Pictures of Hanoi streets among `plates/images`."""
RENDERED_STEP = 12
MIN_VISIBLE = 30
"""Least visible percent of a rendered vehicle."""


def held_back(seconds: float) -> bool:
    """Whether a moment of the Hanoi clip is held back for testing."""
    return 22 <= seconds <= 34 or seconds >= 52


def training_pictures(folder: Path) -> list[Path]:
    """The first two thirds by time of each camera of `vehicles`."""
    chosen: list[Path] = []
    for camera in ("cam_01", "cam_02"):
        paths = sorted(folder.glob(f"{camera}_*"))
        chosen += paths[: len(paths) * 2 // 3]
    return chosen


def frames(video: Path, step: int) -> Iterator[tuple[int, Image]]:
    """Every `step`-th frame of a clip with its number."""
    with av.open(str(video)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % step == 0:
                yield index, np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def rendered(folder: Path) -> Iterator[tuple[str, Image, Sequence[Detection]]]:
    """Names and frames of the shipped clip with the scene's own exact boxes."""
    truth = yaml.safe_load((folder / "junction.truth.yaml").read_text(encoding="utf-8"))
    for index, image in frames(folder / "junction.mp4", RENDERED_STEP):
        boxes = [
            (VehicleKind(v["class"]), v["boxes"][index]) for v in truth["vehicles"] if index in v["boxes"]
        ]
        labels = [Detection(kind, 1.0, tuple(b[:4])) for kind, b in boxes if b[4] >= MIN_VISIBLE]
        yield f"junction_{index:04d}", image, labels
