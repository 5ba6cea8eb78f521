"""Fits a picture into a network's input without changing its proportions, and maps boxes back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.detect.detector import Image

GREY = 114
"""Value of the padding; the one the YOLO weights were trained with."""


@dataclass(frozen=True)
class Letterbox:
    """How a picture was placed in the input: scaled by `scale`, then shifted by (`left`, `top`) pixels."""

    scale: float
    left: int
    top: int

    def to_picture(self, boxes: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
        """Map boxes (n x 4: x1, y1, x2, y2) from input pixels to picture pixels, cut at its edges."""
        shift = np.array([self.left, self.top, self.left, self.top], np.float32)
        limit = np.array([width, height, width, height], np.float32)
        moved: NDArray[np.float32] = np.clip((boxes - shift) / np.float32(self.scale), 0, limit)
        return moved


def letterbox(image: Image, size: int, stride: int) -> tuple[NDArray[np.float32], Letterbox]:
    """Scale `image` so that its longer side is `size` pixels, pad the shorter side to a multiple of `stride`.

    Padding only to the next multiple, not to a square, saves 40 % of the work on a 16:9 picture.

    Returns:
        The network input, 1 x 3 x H x W, RGB in 0..1, and how the picture lies in it.
    """
    height, width = image.shape[:2]
    scale = size / max(height, width)
    inner_width, inner_height = max(1, round(width * scale)), max(1, round(height * scale))
    interpolation = cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA
    resized = cv2.resize(image, (inner_width, inner_height), interpolation=interpolation)
    padded_width, padded_height = -(-inner_width // stride) * stride, -(-inner_height // stride) * stride
    left, top = (padded_width - inner_width) // 2, (padded_height - inner_height) // 2
    canvas = np.full((padded_height, padded_width, 3), GREY, np.uint8)
    canvas[top : top + inner_height, left : left + inner_width] = resized
    blob = np.asarray(cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True), np.float32)
    return blob, Letterbox(scale, left, top)
