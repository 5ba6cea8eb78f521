"""Painted marks on the road: thin bright bands, distinguished from kerbs, zebras and shadows by being
thin."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.setup.suggest.model import Image

WIDTHS = (3, 5, 8, 12, 18)
"""Widths of the searched bands, in pixels of a picture `REFERENCE` high."""

REFERENCE = 720

FAINT, PLAIN = 0.05, 0.14
"""Brightness of a band above the road at both sides, relative to the brightness around: where it starts to
count, and where it counts in full."""


def bands(picture: Image, *, upright: bool) -> NDArray[np.float32]:
    """For each pixel the strength of a thin bright band through it, 0 to 1.

    `upright`: bands that run up and down the picture; otherwise those that run across it.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (3, 3), 0).astype(np.float32)
    around = cv2.blur(grey, (31, 31)) + 15
    strongest = np.zeros_like(grey)
    for width in WIDTHS:
        step = max(2, round(width * picture.shape[0] / REFERENCE))
        before, after = _shifted(grey, step, upright), _shifted(grey, -step, upright)
        strongest = np.maximum(strongest, np.minimum(grey - before, grey - after))
    sure = (strongest / around - FAINT) / (PLAIN - FAINT)
    return np.asarray(np.clip(sure, 0, 1), np.float32)


def _shifted(grey: NDArray[np.float32], step: int, upright: bool) -> NDArray[np.float32]:
    """The picture moved by so many pixels, its edge repeated."""
    axis = 1 if upright else 0
    order = np.clip(np.arange(grey.shape[axis]) + step, 0, grey.shape[axis] - 1)
    return np.take(grey, order, axis=axis)


def sampled(
    surface: NDArray[np.float32], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Values of the surface at the points (nearest pixel), 0 outside of it."""
    columns, rows = np.rint(x).astype(int), np.rint(y).astype(int)
    inside = (columns >= 0) & (rows >= 0) & (columns < surface.shape[1]) & (rows < surface.shape[0])
    values = surface[np.clip(rows, 0, surface.shape[0] - 1), np.clip(columns, 0, surface.shape[1] - 1)]
    return np.where(inside, values, np.float32(0))
