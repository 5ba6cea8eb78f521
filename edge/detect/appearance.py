"""Colour histograms of vehicles, cheap enough for every box of every frame."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.detect.detector import Detection, Image, Look
from edge.rules.inputs import Box

SIDE = 16
"""Pixels along each side of the shrunk crop that is counted."""

BINS = 8
"""Bins of lightness (32 levels wide) and of each of the two colour differences (8 wide)."""

UPPER = 0.8
"""Part of the box's height that counts: below it are road, shadow and nearer vehicles."""

SMALLEST = 4
"""Least width and height, in pixels, of a crop with a usable histogram."""

_COLOURED = (96, 159)
"""Range of the colour differences: street colours lie near grey, and with bins over a wider range all would
fall into the same one."""


def with_looks(image: Image, detections: Sequence[Detection]) -> list[Detection]:
    """Adds to each detection its appearance in `image` (BGR): histograms of lightness and colour of the upper
    part of its box, or None if that is too small."""
    crops = [_crop(image, detection.box) for detection in detections]
    small = [
        cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for crop in crops if crop is not None
    ]
    looks = iter(_histograms(np.concatenate(small)) if small else ())
    return [
        replace(detection, look=None if crop is None else next(looks))
        for detection, crop in zip(detections, crops, strict=True)
    ]


def _crop(image: Image, box: Box) -> Image | None:
    height, width = image.shape[:2]
    x1, x2 = max(0, int(box[0])), min(width, int(box[2]))
    y1, y2 = max(0, int(box[1])), min(height, int(box[1] + UPPER * (box[3] - box[1])))
    return image[y1:y2, x1:x2] if min(x2 - x1, y2 - y1) >= SMALLEST else None


def _histograms(column: NDArray[np.uint8]) -> NDArray[np.float32]:
    """One histogram for each SIDE rows of `column`."""
    lab = np.asarray(cv2.cvtColor(column, cv2.COLOR_BGR2LAB), np.uint8).reshape(-1, SIDE * SIDE, 3)
    lightness = lab[..., :1] // (256 // BINS)
    colours = (np.clip(lab[..., 1:], *_COLOURED) - _COLOURED[0]) // BINS
    bins = np.concatenate([lightness, colours + np.array([BINS, 2 * BINS], np.uint8)], axis=2)
    of_each = bins.reshape(len(lab), -1) + 3 * BINS * np.arange(len(lab))[:, None]
    counts = np.bincount(of_each.ravel(), minlength=3 * BINS * len(lab)).reshape(len(lab), -1)
    return np.asarray(counts / (3 * SIDE * SIDE), np.float32)


def unlike(first: Look | None, second: Look | None) -> float:
    """Difference of two appearances: 0 the same, 1 nothing in common (Hellinger distance); 0 if one is
    unknown."""
    if first is None or second is None:
        return 0.0
    return float(np.sqrt(max(0.0, 1.0 - float(np.sqrt(first * second).sum()))))
