"""From a picture to metres on its stretch of road."""

from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from configs.scene import Section
from edge.rules.inputs import Point

Array = NDArray[np.float64]


class Stretch:
    """A section of road in one camera's picture. The road is assumed flat, the picture undistorted.

    `start` is the distance along the traffic from the zero of y to its beginning (metres).
    """

    def __init__(self, section: Section, start: float = 0.0) -> None:
        self.section = section
        self.start = start

    @cached_property
    def _matrix(self) -> Array:
        wide, far = self.section.width, self.section.length
        there = np.array([(0, 0), (wide, 0), (wide, far), (0, far)], np.float32)
        return np.asarray(
            cv2.getPerspectiveTransform(np.array(self.section.corners, np.float32), there), np.float64
        )

    def metres(self, points: Sequence[Point]) -> Array:
        """(x, y) in metres of road positions (n, 2) given in pixels of the detect stream; NaN for points on
        or beyond the horizon."""
        pixels = np.column_stack([np.array(points, np.float64).reshape(-1, 2), np.ones(len(points))])
        x, y, w = (pixels @ self._matrix.T).T
        side = self._matrix @ (*self.section.corners[0], 1.0)
        ahead = w * np.sign(side[2]) > 1e-9
        places = np.column_stack([x, y]) / np.where(ahead, w, np.nan)[:, None]
        return np.asarray(places + np.array((0.0, self.start)), np.float64)

    def holds(self, places: Array, beside: float, beyond: float) -> NDArray[np.bool_]:
        """Which of these positions (n, 2) lie in it, or within these margins in metres beside it or at its
        ends."""
        x, y = places[:, 0], places[:, 1] - self.start
        wide, far = self.section.width, self.section.length
        within = (x >= -beside) & (x <= wide + beside) & (y >= -beyond) & (y <= far + beyond)
        return np.asarray(within, np.bool_)
