"""Finds number plates with their four corners, on whole street pictures and on cut-out vehicles.

One fully convolutional network looks at the picture at several reductions: at full size for the small plates
of a junction, reduced for near ones, so that a plate that fills the picture is found by the same weights.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

STRIDE = 8
"""Pixels of one output cell."""
LONGEST_SIDE = 1280
"""Larger pictures are reduced to this before anything else."""
REDUCTION = 2.0
"""From one look to the next; the network knows plates of about 12 to 140 pixels width."""
SMALLEST_LOOK = 40
"""No look is made at a picture whose longer side would be shorter than this."""
CLOSE_WIDTH = 96
"""Width in pixels at which each plate is looked at a second time."""
CLOSE_REACH = 1.0
"""Half the side of what the second look sees, as a share of the plate's longer extent."""
LARGEST_ENLARGEMENT = 3.0
UNCONFIRMED = 0.7
"""Share of its score that a plate keeps which the second look does not see."""
BORDER = 32
"""Grey pixels around the picture, so that a plate at its edge has surroundings."""
GREY = 114
WHOLE_SCORE = 0.6
"""Share of a part's score that the whole needs to be believed instead."""
WHOLE_WIDTH = 4.5
"""A thing wider than so many widths of the part is no plate around it but the vehicle's front."""
SAME_PLATE = 0.25
"""Overlap (intersection over union of the upright boxes) from which two findings are one plate."""

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


@dataclass(frozen=True)
class PlateBox:
    """A found plate: 4x2 corners in pixels of the picture, clockwise from the top-left of the text, and its
    score.
    """

    quad: Quad
    score: float

    @property
    def width(self) -> float:
        """Mean length of the upper and lower edge, in pixels."""
        return (
            float(np.linalg.norm(self.quad[1] - self.quad[0]) + np.linalg.norm(self.quad[2] - self.quad[3]))
            / 2
        )

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """Upright box: left, top, right, bottom."""
        (x1, y1), (x2, y2) = self.quad.min(axis=0), self.quad.max(axis=0)
        return float(x1), float(y1), float(x2), float(y2)


class PlateFinder:
    """The finder network behind one call. Not thread-safe to build, safe to call from several threads."""

    def __init__(self, model: Path, threads: int = 1, threshold: float = 0.45) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._threshold = threshold

    def find(self, image: Image) -> list[PlateBox]:
        """All plates in a BGR picture, surest first."""
        scale = min(1.0, LONGEST_SIDE / max(image.shape[:2]))
        candidates: list[PlateBox] = []
        while scale * max(image.shape[:2]) >= SMALLEST_LOOK or not candidates:
            candidates += merge(self._look(image, scale))
            scale /= REDUCTION
            if scale * max(image.shape[:2]) < SMALLEST_LOOK:
                break
        plates = [self._look_closer(image, plate) for plate in merge(without_parts(candidates))]
        return [plate for plate in plates if plate.score >= UNCONFIRMED * self._threshold]

    def _look_closer(self, image: Image, plate: PlateBox) -> PlateBox:
        """The same plate seen once more at the size the network knows best: truer corners, second opinion."""
        centre = plate.quad.mean(axis=0)
        reach = CLOSE_REACH * float(np.ptp(plate.quad, axis=0).max())
        left, top = np.floor(np.maximum(centre - reach, 0)).astype(int)
        right, bottom = np.ceil(np.minimum(centre + reach, image.shape[1::-1])).astype(int)
        part = image[top:bottom, left:right]
        scale = min(CLOSE_WIDTH / max(plate.width, 1.0), LARGEST_ENLARGEMENT)
        if min(part.shape[:2]) * scale < 1:
            return plate
        corner = np.array((left, top), np.float32)
        seen = [PlateBox(box.quad + corner, box.score) for box in self._look(part, scale)]
        again = [box for box in merge(seen) if overlap(box, plate) > 0.4]
        if not again:
            return PlateBox(plate.quad, plate.score * UNCONFIRMED)
        return PlateBox(again[0].quad, float(np.sqrt(plate.score * again[0].score)))

    def _look(self, image: Image, scale: float) -> list[PlateBox]:
        small = image
        if scale != 1.0:
            how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
            small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how), np.uint8)
        height, width = (-(-(side + 2 * BORDER) // 32) * 32 for side in small.shape[:2])
        canvas = np.full((height, width, 3), GREY, np.uint8)
        canvas[BORDER : BORDER + small.shape[0], BORDER : BORDER + small.shape[1]] = small
        blob = cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True)
        output = self._session.run(None, {self._input: blob})[0][0]
        return [
            PlateBox((box.quad - BORDER) / np.float32(scale), box.score)
            for box in decode(output, self._threshold)
        ]


def decode(output: NDArray[np.float32], threshold: float) -> list[PlateBox]:
    """Plates in the input's pixels from a 9 x rows x columns output: score 0..1, then x and y of four
    corners.
    """
    rows, columns = np.nonzero(output[0] >= threshold)
    centres = (np.stack((columns, rows), axis=1) + 0.5) * STRIDE
    quads = output[1:, rows, columns].T.reshape(-1, 4, 2) * STRIDE + centres[:, None]
    scores = output[0, rows, columns]
    return [
        PlateBox(quad.astype(np.float32), float(score)) for quad, score in zip(quads, scores, strict=True)
    ]


def merge(candidates: list[PlateBox]) -> list[PlateBox]:
    """One box for each plate: candidates that overlap are averaged, weighted by their scores."""
    left = sorted(candidates, key=lambda box: -box.score)
    plates = []
    while left:
        best = left[0]
        near = [box for box in left if box is best or overlap(best, box) > SAME_PLATE]
        left = [box for box in left if all(box is not other for other in near)]
        agreeing = [box for box in near if overlap(best, box) > 0.6 and box.score > 0.6 * best.score]
        weights = np.array([box.score**2 for box in agreeing], np.float32)
        quad = np.tensordot(weights / weights.sum(), np.stack([box.quad for box in agreeing]), axes=1)
        plates.append(PlateBox(quad.astype(np.float32), best.score))
    return plates


def without_parts(plates: list[PlateBox]) -> list[PlateBox]:
    """Drops what is only a part of a plate that another look saw whole: half of a near car's long plate."""
    return [plate for plate in plates if not any(_is_part(plate, other) for other in plates)]


def _is_part(plate: PlateBox, other: PlateBox) -> bool:
    inside = _common(plate, other) > 0.6 * _area(plate)
    larger = 1.4 * plate.width < other.width < WHOLE_WIDTH * plate.width
    return inside and larger and other.score > WHOLE_SCORE * plate.score


def overlap(one: PlateBox, other: PlateBox) -> float:
    """Intersection over union of the upright boxes; a box inside the other counts by its own area."""
    inner, areas = _common(one, other), (_area(one), _area(other))
    if inner > 0.85 * min(areas):
        return 0.5 * inner / max(min(areas), 1e-6) + 0.5 * inner / max(*areas, 1e-6)
    return inner / max(sum(areas) - inner, 1e-6)


def _area(box: PlateBox) -> float:
    left, top, right, bottom = box.bounds
    return (right - left) * (bottom - top)


def _common(one: PlateBox, other: PlateBox) -> float:
    """Area that two upright boxes share, in square pixels."""
    a, b = one.bounds, other.bounds
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
