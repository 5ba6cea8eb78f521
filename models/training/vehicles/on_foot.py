"""Pedestrians in a yard, from a pole: an upright person is neither motorbike nor bicycle.

`vtest.avi` is in Debian's `opencv-doc`. Frames from `TESTED_FROM` on are kept for measuring.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from edge.detect.detector import Detection, Image
from models.training.vehicles.clips import frames
from models.training.vehicles.closeup import greyed
from models.training.vehicles.teacher import Teacher, label

TESTED_FROM = 480
STEP = 8
"""Frames between two pictures of the video."""


def yard(video: Path, teacher: Teacher) -> Iterator[tuple[str, Image, Sequence[Detection]]]:
    """Names, pictures and vehicles (parked ones at the edge) of the training part of the video."""
    for index, image in frames(video, STEP):
        if index >= TESTED_FROM:
            return
        yield f"foot_{index:04d}", *greyed(image, label(teacher.see(image)))
