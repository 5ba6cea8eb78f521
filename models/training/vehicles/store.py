"""The pictures of a set, kept in memory in their compressed form."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.vehicles.augment import IGNORED, Labels, Picture
from models.training.vehicles.start import KINDS

SHARES = {
    "camera": 0.08,
    "camera_dusk": 0.04,
    "street": 0.10,
    "rendered": 0.08,
    "yard": 0.04,
    "hanoi": 0.08,
    "clip": 0.12,
    "rider": 0.08,
    "close": 0.10,
    "settled": 0.20,
    "unsettled": 0.08,
}
"""Sampling weight of a source's pictures; all poles of a source get the same."""
RARE = {"bicycle": 3.0, "bus": 1.5, "truck": 1.5}
"""Factor by which pictures with one are shown more often."""


def lines(labels: Labels, width: int, height: int) -> str:
    """Labels in the form of a YOLO file."""
    told = []
    for kind, x1, y1, x2, y2 in labels.tolist():
        numbers = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
        told.append(" ".join([str(int(kind)), *(f"{number:.5f}" for number in numbers)]) + "\n")
    return "".join(told)


def read_labels(path: Path, width: int, height: int) -> Labels:
    """Reads the output of `lines`, in pixels."""
    rows = np.array([line.split() for line in path.read_text().splitlines()], np.float32).reshape(-1, 5)
    kind, x, y, w, h = rows.T
    corners = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height]
    return np.stack([kind, *corners], axis=1)


@dataclass(frozen=True)
class Stored:
    """A picture with its labels, its pole, and its sampling weight."""

    packed: NDArray[np.uint8]
    labels: Labels
    pole: str
    weight: float

    def picture(self) -> Picture:
        """The decoded picture."""
        return Picture(np.asarray(cv2.imdecode(self.packed, cv2.IMREAD_COLOR), np.uint8), self.labels)


def read_set(folder: Path) -> list[Stored]:
    """Everything labelled by `propose.py`."""
    with (folder / "pictures.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    shown = Counter((row["source"], row["pole"]) for row in listed)
    parts = Counter(source for source, _ in shown)
    stored = []
    for row in listed:
        packed = np.fromfile(folder / "images" / f"{row['name']}.webp", np.uint8)
        height, width = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)).shape[:2]
        labels = read_labels(folder / "labels" / f"{row['name']}.txt", width, height)
        kinds = {KINDS[int(kind)].value for kind in labels[:, 0] if kind < IGNORED}
        rare = max([RARE[kind] for kind in kinds if kind in RARE], default=1.0)
        weight = SHARES[row["source"]] / parts[row["source"]] / shown[row["source"], row["pole"]] * rare
        stored.append(Stored(packed, labels, row["pole"], weight))
    return stored
