"""What a vehicle looks like, to tell it from another: coarse colours of its upper and lower half."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.rules.inputs import Box

Image = NDArray[np.uint8]

_INSIDE = (0.15, 0.1, 0.85, 0.9)
"""Part of a box that is surely the vehicle, not the road beside it."""

_SIDE = 24
"""Pixels to which a half is scaled: texture and noise don't count."""

_BINS = (5, 6, 6)
"""Of lightness and the two colour axes of CIE Lab."""


@dataclass(frozen=True)
class Looks:
    """Shares of colours in the upper and the lower half, 2 x bins, each row summing to 1."""

    shares: NDArray[np.float32]

    def like(self, other: "Looks") -> float:
        """How alike, 0 to 1 (Bhattacharyya coefficient)."""
        return float(np.sqrt(self.shares * other.shares).sum(axis=1).mean())


def looks_of(image: Image, box: Box) -> Looks | None:
    """The vehicle in `box` (pixels of `image`); None where too little of it lies in the picture."""
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    left, right = (int(x1 + part * width) for part in (_INSIDE[0], _INSIDE[2]))
    top, bottom = (int(y1 + part * height) for part in (_INSIDE[1], _INSIDE[3]))
    cut = image[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if cut.shape[0] < 4 or cut.shape[1] < 4:
        return None
    middle = cut.shape[0] // 2
    return Looks(np.stack([_colours(cut[:middle]), _colours(cut[middle:])]))


def _colours(cut: Image) -> NDArray[np.float32]:
    small = cv2.resize(np.ascontiguousarray(cut), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)
    # Colour axes lie within 128 ± 64 for nearly all that is painted; beyond counts as the outermost.
    lab[..., 1:] = np.clip((lab[..., 1:].astype(np.int16) - 128) * 2 + 128, 0, 255).astype(np.uint8)
    counted = cv2.calcHist([lab], [0, 1, 2], None, list(_BINS), [0, 256] * 3).ravel()
    smooth = np.asarray(counted + 0.5, np.float32)
    return np.asarray(smooth / smooth.sum(), np.float32)
