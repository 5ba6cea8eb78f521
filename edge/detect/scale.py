"""The scale of the road: how much smaller vehicles appear farther away, learned from one camera's view.

On a level road the height of a vehicle's box grows in proportion to how far below the horizon its wheels
stand. So one number tells it all: κ, by which part of the size in the middle of the picture a box grows for
each picture height it comes down. It is found by comparing boxes of one vehicle in two places, so vehicles
of any kind and make teach it, and speed or rate don't matter.
"""

import numpy as np
from numpy.typing import NDArray

_KAPPAS = np.linspace(0.0, 6.0, 25)
"""Candidates: 0 is no perspective at all, 2 a horizon at the picture's upper edge, 6 one in its third."""

_FIRST = 2.0
"""κ of a camera nothing is known of yet: most are hung so that the horizon is near the upper edge."""

_FIRST_WEIGHT = 2.0
"""How many comparisons that guess is worth."""

_LEAST = 0.08
"""Smallest size, against the middle of the picture, reckoned with: above the horizon is nothing."""

_OUTLIER = 0.05
"""Squared error of a comparison beyond which it counts no more: the box was of something else."""


class Scale:
    """Perspective of one camera. `height` is the picture's, in pixels."""

    def __init__(self, height: float) -> None:
        self._height = height
        self._errors = _FIRST_WEIGHT * np.minimum(0.01 * (_KAPPAS - _FIRST) ** 2, _OUTLIER)
        self._kappa = _FIRST

    def at(self, y: float) -> float:
        """Size of a thing whose wheels stand at height `y` of the picture, against one in its middle."""
        return max(_LEAST, 1 + self._kappa * (y / self._height - 0.5))

    def compare(self, before: tuple[float, float], after: tuple[float, float]) -> None:
        """Learns from one vehicle seen whole in two places: (wheels' y, box height), both in pixels."""
        (y1, h1), (y2, h2) = before, after
        sizes: NDArray[np.float64] = np.maximum(
            _LEAST, 1 + _KAPPAS[:, None] * (np.array([y1, y2]) / self._height - 0.5)
        )
        error = np.log(h2 / h1) - np.log(sizes[:, 1] / sizes[:, 0])
        self._errors = 0.999 * self._errors + np.minimum(error**2, _OUTLIER)
        self._kappa = float(_KAPPAS[int(self._errors.argmin())])

    def bottom(self, top: float, size: float) -> tuple[float, float]:
        """Where the wheels of a vehicle stand whose upper edge is at `top`, if in the middle of the picture
        it would be `size` high; and how many pixels they shift for each pixel of `size`."""
        slope = self._kappa / self._height
        flat = max(0.3, 1 - slope * size)
        y = top + size * max(_LEAST, 1 + slope * (top - self._height / 2)) / flat
        return y, self.at(y) / flat
