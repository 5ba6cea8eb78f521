"""Rectifies a plate: from four corners in a picture to the fixed crop that the reader expects."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

CROP_WIDTH, CROP_HEIGHT = 192, 64
MARGIN = 0.04
"""Share of the crop left around the plate's outline on each side, as in training."""

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


def rectify(image: Image, quad: Quad, margin: float = MARGIN) -> Image:
    """The plate inside ``quad`` (clockwise from the top-left of the text) as 64 x 192 BGR pixels.

    A larger ``margin`` shows more of the surroundings. A strongly reduced plate is smoothed first, so that
    strokes do not alias.
    """
    across = max(float(np.linalg.norm(quad[1] - quad[0])), 1.0)
    down = max(float(np.linalg.norm(quad[3] - quad[0])), 1.0)
    shrink = min(across / CROP_WIDTH, down / CROP_HEIGHT)
    if shrink > 2.0:
        reduced = cv2.resize(image, None, fx=1.5 / shrink, fy=1.5 / shrink, interpolation=cv2.INTER_AREA)
        image = np.asarray(reduced, np.uint8)
        quad = quad * np.float32(1.5 / shrink)
    x, y = margin * CROP_WIDTH, margin * CROP_HEIGHT
    inset = np.array(
        ((x, y), (CROP_WIDTH - x, y), (CROP_WIDTH - x, CROP_HEIGHT - y), (x, CROP_HEIGHT - y)), np.float32
    )
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), inset)
    size = (CROP_WIDTH, CROP_HEIGHT)
    crop = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8)


def upright(quad: Quad) -> Quad:
    """The upright rectangle of the quad's mean width and height, around its centre."""
    across = quad[1, 0] + quad[2, 0] - quad[0, 0] - quad[3, 0]
    down = quad[2, 1] + quad[3, 1] - quad[0, 1] - quad[1, 1]
    signs = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1)), np.float32)
    return np.asarray(quad.mean(axis=0) + signs * np.array((across, down), np.float32) / 4, np.float32)


def leaning(quad: Quad, lean: float) -> Quad:
    """The quad sheared along its rows: its lower edge moved by ``lean`` of its height, half to each side."""
    along = (quad[1] - quad[0] + quad[2] - quad[3]) / 2
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2
    shift = along * np.float32(lean * np.linalg.norm(down) / max(float(np.linalg.norm(along)), 1e-6))
    return np.asarray(quad + np.array((-0.5, -0.5, 0.5, 0.5), np.float32)[:, None] * shift, np.float32)


def as_input(crops: Sequence[Image]) -> NDArray[np.float32]:
    """Crops of one size (BGR pixels) as the network's input: N x 3 x H x W, RGB 0..1."""
    return np.stack(crops)[:, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
