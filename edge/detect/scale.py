"""The scale of the road: how much smaller vehicles appear farther away, learned from one camera's view.

On a level road the height of a vehicle's box grows in proportion to how far below the horizon its wheels
stand. So one number is enough: κ, the growth of a box per picture height downwards, as a part of its size in
the middle of the picture. It is estimated by comparing boxes of one vehicle in two places, so vehicles of any
kind contribute, and speed or frame rate don't matter.
"""

import numpy as np
from numpy.typing import NDArray

_KAPPAS = np.linspace(0.0, 6.0, 25)
"""Candidate values: 0 is no perspective, 2 a horizon at the picture's upper edge, 6 one at a third of its
height."""

_FIRST = 2.0
"""κ of an unknown camera: most are mounted so that the horizon is near the upper edge."""

_FIRST_WEIGHT = 2.0
"""Weight of that guess, in comparisons."""

_LEAST = 0.08
"""Smallest relative size used: there is nothing above the horizon."""

_OUTLIER = 0.05
"""Squared error at which a comparison's influence is capped: the box was of something else."""


class Scale:
    """Perspective of one camera. `height` is the picture's, in pixels."""

    def __init__(self, height: float) -> None:
        self._height = height
        self._errors = _FIRST_WEIGHT * np.minimum(0.01 * (_KAPPAS - _FIRST) ** 2, _OUTLIER)
        self._kappa = _FIRST

    def at(self, y: float) -> float:
        """Size of an object whose wheels stand at height `y` of the picture, relative to one in its
        middle."""
        return max(_LEAST, 1 + self._kappa * (y / self._height - 0.5))

    def compare(self, before: tuple[float, float], after: tuple[float, float]) -> None:
        """Learns from one vehicle fully seen in two places: (wheels' y, box height), both in pixels."""
        (y1, h1), (y2, h2) = before, after
        sizes: NDArray[np.float64] = np.maximum(
            _LEAST, 1 + _KAPPAS[:, None] * (np.array([y1, y2]) / self._height - 0.5)
        )
        error = np.log(h2 / h1) - np.log(sizes[:, 1] / sizes[:, 0])
        self._errors = 0.999 * self._errors + np.minimum(error**2, _OUTLIER)
        self._kappa = float(_KAPPAS[int(self._errors.argmin())])

    def bottom(self, top: float, size: float) -> tuple[float, float]:
        """The y of the wheels of a vehicle whose upper edge is at `top` and that would be `size` high in the
        middle of the picture; and by how many pixels it shifts for each pixel of `size`."""
        slope = self._kappa / self._height
        flat = max(0.3, 1 - slope * size)
        y = top + size * max(_LEAST, 1 + slope * (top - self._height / 2)) / flat
        return y, self.at(y) / flat
