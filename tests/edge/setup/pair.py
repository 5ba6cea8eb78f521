"""Two cameras over one stretch of road: painted clips of vehicles that both see, and a detector that finds
these."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from contract.vehicles import VehicleKind
from edge.camera import Eyes
from edge.detect.detector import Detection, Image
from edge.setup.sight import Sight
from edge.video.encode import VideoWriter
from tests.edge import road

WIDTH, LENGTH = 4.0, 12.0
SIZE, FPS, SECONDS = (320, 240), 12.5, 14.0
AHEAD = 0.32
"""Seconds that the plate camera's clock is ahead, and its clip so much later at the same picture."""

Drives = Sequence[tuple[float, float, float]]
DRIVES: Drives = (
    *((0.5, 1.0, 5.0), (1.6, 3.0, 6.5), (3.4, 2.0, 4.2), (5.0, 1.0, 7.0)),
    *((5.9, 3.0, 5.5), (8.1, 1.5, 4.8), (9.3, 3.2, 6.0), (10.4, 1.2, 5.2)),
)
"""Of each vehicle: when it comes in (seconds), how far from the left (metres), how fast (m/s)."""


@dataclass(frozen=True)
class View:
    """How a camera sees the stretch: the pixel of its left corner where vehicles come in, pixels a metre."""

    left: float
    bottom: float
    across: float
    along: float

    @property
    def corners(self) -> list[list[float]]:
        """Of the stretch, in the order of a camera file."""
        right, top = self.left + WIDTH * self.across, self.bottom - LENGTH * self.along
        return [[self.left, self.bottom], [right, self.bottom], [right, top], [self.left, top]]

    def section(self, name: str = "S") -> dict[str, object]:
        """The stretch as it stands in a camera file."""
        return {"id": name, "corners": self.corners, "width": WIDTH, "length": LENGTH}


OVERVIEW, PLATE = View(100, 220, 24, 15), View(40, 235, 55, 18)


def film(
    path: Path, view: View, ahead: float = 0.0, drives: Sequence[tuple[float, float, float]] = DRIVES
) -> Path:
    """What a camera whose clock is `ahead` records."""
    with VideoWriter(path, SIZE, FPS, keyframe_seconds=1.0) as writer:
        for index in range(int(SECONDS * FPS)):
            t = index / FPS
            writer.write(_picture(view, t - ahead, drives), t)
    return path


def _picture(view: View, t: float, drives: Drives) -> Image:
    image = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    for begins, metres, speed in drives:
        along = (t - begins) * speed
        if -1.0 <= along <= LENGTH + 1.0:
            x, y = round(view.left + metres * view.across), round(view.bottom - along * view.along)
            cv2.rectangle(image, (x - 7, y - 22), (x + 7, y), (0, 0, 230), -1)
    return image


class RedThings:
    """Finds what is red: all vehicles of these clips."""

    def detect(self, image: Image) -> list[Detection]:
        """Every red patch is a motorbike."""
        red = (image[:, :, 2].astype(int) - image[:, :, 1] > 60).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(red)
        boxes = (stats[n] for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] > 60)
        return [
            Detection(VehicleKind.MOTORBIKE, 0.9, (float(x), float(y), float(x + w), float(y + h)))
            for x, y, w, h, _ in boxes
        ]


class RedSight(Sight):
    """The networks of a node that knows only these clips."""

    @property
    def eyes(self) -> Eyes:
        """As a node's."""
        return road.eyes(RedThings())
