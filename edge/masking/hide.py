"""Makes a place of a picture permanently unreadable: it is replaced by a few mean colours."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCKS = (4, 2)
"""Columns and rows of mean colours that remain: fewer than a plate has characters."""
MARGIN = 0.15
"""Margin around the place that is also hidden, in parts of its size."""

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]


def hide(image: Image, boxes: Iterable[Box]) -> None:
    """Hides the boxes (x1, y1, x2, y2 in pixels) in place."""
    height, width = image.shape[:2]
    for x1, y1, x2, y2 in boxes:
        across, down = (x2 - x1) * MARGIN + 2, (y2 - y1) * MARGIN + 2
        left, top = max(0, int(x1 - across)), max(0, int(y1 - down))
        right, bottom = min(width, int(np.ceil(x2 + across))), min(height, int(np.ceil(y2 + down)))
        if right <= left or bottom <= top:
            continue
        place = image[top:bottom, left:right]
        means = cv2.resize(place, BLOCKS, interpolation=cv2.INTER_AREA)
        place[:] = cv2.resize(means, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
