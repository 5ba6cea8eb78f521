"""What nearer vehicles hide of a detected one: its lower end, or one of its sides.

A box ends where a nearer vehicle begins. If its lower end is hidden, its upper edge still gives its place; if
one side is hidden, the other side does, and its width says little.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.detect.detector import Detection
from edge.rules.inputs import Box

_TOUCHES = 0.1
"""Most distance from a side of a box to the nearer box that hides it, in widths."""

_BESIDE = 0.5
"""Least part of a box's height along which the nearer box lies."""

NEARER = 0.03
"""Least distance from a box's lower end to that of a nearer one, in heights."""

Sides = tuple[bool, bool]
"""Whether the left and the right side of a box may be hidden."""


class Hidden(NamedTuple):
    """For each detection whether its lower end may be hidden, and whether only its left or only its right
    side."""

    below: NDArray[np.bool_]
    left: NDArray[np.bool_]
    right: NDArray[np.bool_]

    def sides(self, index: int) -> Sides:
        """Of one detection."""
        return bool(self.left[index]), bool(self.right[index])


def hidden_sides(detections: Sequence[Detection]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each detection whether nearer ones hide its left side only, and whether its right side only. Nearer
    means ending lower in the picture."""
    if not detections:
        return np.zeros(0, bool), np.zeros(0, bool)
    x1, y1, x2, y2 = (side[:, None] for side in np.array([d.box for d in detections]).T)
    touch, height = _TOUCHES * (x2 - x1), y2 - y1
    along = np.minimum(y2, y2.T) - np.maximum(y1, y1.T) >= _BESIDE * height
    nearer = along & (y2 + NEARER * height < y2.T)
    left = (nearer & (x1 > x1.T) & (x1 - touch < x2.T) & (x2 > x2.T)).any(axis=1)
    right = (nearer & (x2 < x2.T) & (x2 + touch > x1.T) & (x1 < x1.T)).any(axis=1)
    return left & ~right, right & ~left


def completed(box: Box, width: float, sides: Sides) -> Box:
    """The box with its hidden side moved out until it has that width."""
    x1, y1, x2, y2 = box
    left, right = sides
    return (min(x1, x2 - width) if left else x1, y1, max(x2, x1 + width) if right else x2, y2)
