"""Refines the corners of a roughly located plate.

The finder searches for plates everywhere and can't be precise about each. Here one network sees one plate at
a time, rectified by the corners so far: it gives the true corners in that frame and whether there is a plate
at all. Its answer rectifies the plate better, so a second pass has less error to correct.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.networks import open_network
from edge.plate.rectify import as_input

FRAME_WIDTH, FRAME_HEIGHT = 128, 64
"""Pixels of the network's input."""
AROUND = 0.25
"""Share of the plate's width and height that the frame shows around the plate on each side."""
GREY = 114
"""Value of pixels outside the picture, as in training."""
CORNERS = np.array(((0, 0), (1, 0), (1, 1), (0, 1)), np.float32)
"""The outline in its own units, clockwise from the top-left of the text."""
FURTHEST = 0.6
"""A corner moved by more than this share of the plate is not believed."""

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


class CornerFinder:
    """The corner network behind one call; safe to call from several threads."""

    def __init__(self, model: Path, threads: int = 1) -> None:
        self._session = open_network(model, threads)

    def refine(self, image: Image, quads: Sequence[Quad]) -> list[tuple[Quad, float]]:
        """For each 4x2 quad in pixels of a BGR picture the refined corners, and the probability that a plate
        is there."""
        if not quads:
            return []
        frames = as_input([frame(image, quad) for quad in quads])
        chances, shifts = self._session.run(None, {"frames": frames})
        return [
            (moved(quad, np.clip(shift.reshape(4, 2), -FURTHEST, FURTHEST)), float(chance))
            for quad, chance, shift in zip(quads, chances.ravel(), shifts, strict=True)
        ]


def to_frame(quad: Quad) -> NDArray[np.float64]:
    """The 3x3 matrix from the picture's pixels to the frame's that maps ``quad`` to its place there."""
    return np.asarray(cv2.getPerspectiveTransform(quad.astype(np.float32), in_frame(CORNERS)), np.float64)


def in_frame(points: Quad) -> Quad:
    """Points in units of the plate as pixels of the frame."""
    size = np.array((FRAME_WIDTH, FRAME_HEIGHT), np.float32)
    return np.asarray((points + np.float32(AROUND)) / np.float32(1 + 2 * AROUND) * size, np.float32)


def moved(quad: Quad, shift: Quad) -> Quad:
    """Corners in the picture when each is moved by ``shift`` (units of the plate) from its place in
    ``quad``."""
    back = cv2.getPerspectiveTransform(CORNERS, quad.astype(np.float32))
    return np.asarray(
        cv2.perspectiveTransform((CORNERS + shift)[None].astype(np.float32), back)[0], np.float32
    )


def frame(image: Image, quad: Quad) -> Image:
    """The rectified plate with its surroundings: 64 x 128 BGR pixels."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    reach = high - low
    left, top = np.maximum(np.floor(low - reach), 0).astype(int)
    right, bottom = np.minimum(np.ceil(high + reach), image.shape[1::-1]).astype(int)
    part = image[top : max(bottom, top + 1), left : max(right, left + 1)]
    if not part.size:
        return np.full((FRAME_HEIGHT, FRAME_WIDTH, 3), GREY, np.uint8)
    local = quad - np.array((left, top), np.float32)
    across = max(float(np.linalg.norm(quad[1] - quad[0])), 1.0)
    down = max(float(np.linalg.norm(quad[3] - quad[0])), 1.0)
    shown = 1 + 2 * AROUND
    shrink = min(across * shown / FRAME_WIDTH, down * shown / FRAME_HEIGHT)
    if shrink > 1.5:  # a strongly reduced plate is averaged first, so that strokes do not alias
        size = np.maximum(np.array(part.shape[1::-1]) / shrink, 1).round().astype(int)
        local = local * (size / np.array(part.shape[1::-1])).astype(np.float32)
        part = np.asarray(cv2.resize(part, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA))
    seen = cv2.warpPerspective(
        part, to_frame(local), (FRAME_WIDTH, FRAME_HEIGHT), flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3
    )
    return np.asarray(seen, np.uint8)
