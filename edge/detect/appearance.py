"""What a vehicle's colours are like: a small histogram, cheap enough for every box of every look."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from edge.detect.detector import Detection, Image, Look
from edge.rules.inputs import Box

SIDE = 24
"""Pixels along each side of the shrunk crop that is counted."""

BINS = 8
"""Of lightness (32 levels wide) and of each of the two colour differences (8 wide)."""

UPPER = 0.8
"""Part of the box's height that counts: below it are road, shadow and whatever is nearer."""

_COLOURED = (96, 159)
"""The colour differences of the street lie near grey: bins spread over more would all be the same one."""


def with_looks(image: Image, detections: Sequence[Detection]) -> list[Detection]:
    """The detections, each with what it looks like in `image`."""
    return [replace(detection, look=look_of(image, detection.box)) for detection in detections]


def look_of(image: Image, box: Box) -> Look | None:
    """Histograms of lightness and colour of the upper part of a box, None if the crop is too small.

    Args:
        image: BGR.
        box: pixels of `image`.
    """
    height, width = image.shape[:2]
    x1, x2 = max(0, int(box[0])), min(width, int(box[2]))
    y1, y2 = max(0, int(box[1])), min(height, int(box[1] + UPPER * (box[3] - box[1])))
    if x2 - x1 < 4 or y2 - y1 < 4:
        return None
    small = cv2.resize(image[y1:y2, x1:x2], (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    lab = np.asarray(cv2.cvtColor(cv2.blur(small, (3, 3)), cv2.COLOR_BGR2LAB), np.uint8).reshape(-1, 3)
    colours = (np.clip(lab[:, 1:], *_COLOURED) - _COLOURED[0]) // 8
    bins = np.column_stack([lab[:, 0] // 32, colours + np.array([BINS, 2 * BINS], np.uint8)])
    counts = np.bincount(bins.ravel(), minlength=3 * BINS).astype(np.float32)
    return np.asarray(counts / counts.sum(), np.float32)


def unlike(first: Look | None, second: Look | None) -> float:
    """How different two looks are: 0 the same, 1 nothing in common (Hellinger distance); 0 where one is not
    known."""
    if first is None or second is None:
        return 0.0
    return float(np.sqrt(max(0.0, 1.0 - float(np.sqrt(first * second).sum()))))
