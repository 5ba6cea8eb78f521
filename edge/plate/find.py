"""Finds number plates with their four corners, on whole street pictures and on cropped vehicles.

One fully convolutional network runs on the picture at several scales: full size for the small plates of a
junction, reduced for near ones, so that a plate that fills the picture is found by the same weights. If it
only suspects a small plate it runs again on that place alone, enlarged: a small plate on a dark body may lie
badly in the grid of cells and be only half detected.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.networks import open_network
from edge.plate.corners import CornerFinder
from edge.rules.geometry import shared_area

STRIDE = 8
"""Pixels of one output cell."""
LONGEST_SIDE = 1280
"""Larger pictures are first reduced to this, in pixels."""
REDUCTION = 2.0
"""Scale factor between looks; the network knows plates of about 12 to 140 pixels width."""
SMALLEST_LOOK = 40
"""A look whose longer side would be shorter than this is skipped."""
ROUGH = 0.2
"""Score from which a finder candidate gets a closer look. Many plates of 30 to 45 px have no more."""
SHARE = 0.25
"""Weight of the finder in a plate's score; the rest is the closer look's, which decides."""
LEAST = 0.66
"""Least confidence of a plate candidate."""
LEAST_AGAIN = 0.85
"""The same for one that only an enlarged look found: shadows and shop signs score below 0.8."""
HOPELESS = 0.05
"""Probability of a plate below which the first closer look is the last."""
ENLARGED = 2.0
"""Enlargement of a place for the second search."""
PLACES = 4
"""Most places of a picture searched again: each costs a twenty-fifth of a street picture."""
PLACE = 96
"""Side of such a place in pixels of the largest look: a plate of `WIDEST_AGAIN` and as much around it."""
WIDEST_AGAIN = 48.0
"""Width in pixels of the largest look above which enlarging would not help."""
BORDER = 32
"""Grey pixels around the picture, so that a plate at its edge has surroundings."""
GREY = 114
SAME_PLATE = 0.25
"""Overlap from which two plates are the same."""
SAME_LOOK = 0.45
"""Intersection over union from which two rough candidates are the same; whether a part or the whole is the
plate is decided better after closer looks at both."""

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


@dataclass(frozen=True)
class PlateBox:
    """A found plate: 4x2 corners in pixels of the picture, clockwise from the top-left of the text, and its
    score."""

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

    def covers(self, x: float, y: float) -> bool:
        """Whether a point of the picture lies in its upright box."""
        left, top, right, bottom = self.bounds
        return left < x < right and top < y < bottom


class RoughFinder:
    """The finder network behind one call, safe to call from several threads."""

    def __init__(self, model: Path, threads: int = 1) -> None:
        self._session = open_network(model, threads)
        self._input = self._session.get_inputs()[0].name

    def find(self, image: Image, threshold: float = ROUGH) -> list[PlateBox]:
        """Plate candidates in a BGR picture, highest score first, including parts and surroundings of
        plates."""
        candidates: list[PlateBox] = []
        for scale, blob in looks(image):
            candidates += self._look(blob, scale, threshold)
        return merge(candidates, union, SAME_LOOK)

    def find_near(self, image: Image, middle: tuple[float, float], scale: float) -> list[PlateBox]:
        """Plate candidates around a place of the picture, searched `ENLARGED` times as large as at
        ``scale``."""
        half = PLACE / 2 / scale
        left, top = (max(0, int(v - half)) for v in middle)
        right, bottom = (int(v + half) + 1 for v in middle)
        part = image[top:bottom, left:right]
        found = self._look(_blob(part, ENLARGED * scale), ENLARGED * scale, ROUGH)
        corner = np.array((left, top), np.float32)
        return [PlateBox(box.quad + corner, box.score) for box in found]

    def _look(self, blob: NDArray[np.float32], scale: float, threshold: float) -> list[PlateBox]:
        cells = self._session.run(None, {self._input: blob})[0][0]
        return merge(
            [PlateBox((box.quad - BORDER) / np.float32(scale), box.score) for box in decode(cells, threshold)]
        )


def largest_look(image: Image) -> float:
    """Scale of the largest look at a picture."""
    height, width = image.shape[:2]
    return float(min(1.0, LONGEST_SIDE / max(height, width)))


def looks(image: Image) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """A BGR picture at each scale, with the scale: 1x3xHxW, RGB 0..1, `BORDER` grey pixels around it and more
    below and to the right of it up to a multiple of 32. None for a picture too thin to be reduced."""
    shorter, longer = sorted(image.shape[:2])
    scale = largest = largest_look(image)
    while round(shorter * scale) and (scale == largest or scale * longer >= SMALLEST_LOOK):
        yield scale, _blob(image, scale)
        scale /= REDUCTION


def _blob(image: Image, scale: float) -> NDArray[np.float32]:
    small = image
    if scale != 1.0:
        how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
        small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how))
    below, right = (BORDER + -(side + 2 * BORDER) % 32 for side in small.shape[:2])
    canvas = cv2.copyMakeBorder(small, BORDER, below, BORDER, right, cv2.BORDER_CONSTANT, value=(GREY,) * 3)
    return np.asarray(cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True), np.float32)


class PlateFinder:
    """Plates with exact corners: found roughly, then refined one by one."""

    def __init__(self, rough: Path, corners: Path, threads: int = 1) -> None:
        self._rough, self._corners = RoughFinder(rough, threads), CornerFinder(corners, threads)

    def find(self, image: Image, wanted: Callable[[PlateBox], bool] | None = None) -> list[PlateBox]:
        """Plates in a BGR picture, highest score first: all of them, or, if only one is `wanted`, those found
        until a sure one is."""
        rough = self._rough.find(image)
        plates = [plate for plate in merge(self._closely(image, rough)) if plate.score >= LEAST]
        if wanted is None or not any(plate.score >= LEAST_AGAIN and wanted(plate) for plate in plates):
            plates += self._again(image, rough, plates)
        return sorted(plates, key=lambda plate: -plate.score)

    def _again(self, image: Image, rough: list[PlateBox], plates: list[PlateBox]) -> list[PlateBox]:
        """Plates at doubtful places, searched again enlarged."""
        scale = largest_look(image)
        near: list[PlateBox] = []
        for middle in doubtful(rough, plates, scale):
            near += self._rough.find_near(image, middle, scale)
        return [
            plate
            for plate in merge(self._closely(image, near))
            if plate.score >= LEAST_AGAIN and all(overlap(plate, other) <= SAME_PLATE for other in plates)
        ]

    def _closely(self, image: Image, plates: list[PlateBox]) -> list[PlateBox]:
        """The plates after two closer looks each, the second only if the first saw one."""
        once = self._corners.refine(image, [plate.quad for plate in plates])
        likely = [
            (plate, quad) for plate, (quad, chance) in zip(plates, once, strict=True) if chance > HOPELESS
        ]
        twice = self._corners.refine(image, [quad for _, quad in likely])
        return [
            PlateBox(quad, joint(plate.score, chance))
            for (plate, _), (quad, chance) in zip(likely, twice, strict=True)
        ]


def doubtful(
    rough: Sequence[PlateBox], plates: Sequence[PlateBox], scale: float
) -> list[tuple[float, float]]:
    """Middles of the places worth a second search at twice the size: small rejected candidates, most likely
    first, `PLACES` at most. ``scale`` is that of the largest look."""
    chosen: list[tuple[float, float]] = []
    for box in sorted(rough, key=lambda box: -box.score):
        x, y = (float(v) for v in box.quad.mean(axis=0))
        if len(chosen) == PLACES:
            break
        if box.width * scale > WIDEST_AGAIN or any(plate.covers(x, y) for plate in plates):
            continue
        if all(max(abs(x - cx), abs(y - cy)) * scale > PLACE / 4 for cx, cy in chosen):
            chosen.append((x, y))
    return chosen


def joint(rough: float, chance: float) -> float:
    """A plate's score: weighted geometric mean of the finder's and the closer look's probability."""
    return float(rough**SHARE * chance ** (1 - SHARE))


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


def union(one: PlateBox, other: PlateBox) -> float:
    """Intersection over union of the upright boxes."""
    inner = shared_area(one.bounds, other.bounds)
    return inner / max(_area(one) + _area(other) - inner, 1e-6)


def overlap(one: PlateBox, other: PlateBox) -> float:
    """Intersection over union; a box inside the other counts by its own area too."""
    inner, areas = shared_area(one.bounds, other.bounds), (_area(one), _area(other))
    if inner > 0.85 * min(areas):
        return 0.5 * inner / max(min(areas), 1e-6) + 0.5 * inner / max(*areas, 1e-6)
    return union(one, other)


def merge(
    candidates: list[PlateBox],
    measure: Callable[[PlateBox, PlateBox], float] = overlap,
    same: float = SAME_PLATE,
) -> list[PlateBox]:
    """One box for each plate: candidates that overlap are averaged, weighted by their scores."""
    left = sorted(candidates, key=lambda box: -box.score)
    plates = []
    while left:
        best = left[0]
        near = [box for box in left if box is best or measure(best, box) > same]
        left = [box for box in left if all(box is not other for other in near)]
        agreeing = [box for box in near if union(best, box) > 0.6 and box.score > 0.6 * best.score]
        weights = np.array([box.score**2 for box in agreeing], np.float32)
        quad = np.tensordot(weights / weights.sum(), np.stack([box.quad for box in agreeing]), axes=1)
        plates.append(PlateBox(quad.astype(np.float32), best.score))
    return plates


def _area(box: PlateBox) -> float:
    left, top, right, bottom = box.bounds
    return (right - left) * (bottom - top)
