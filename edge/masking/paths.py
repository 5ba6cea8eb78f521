"""From places found in a few analysed frames to the areas hidden in between: for moved and for missed
places."""

from collections.abc import Sequence
from itertools import combinations

from edge.masking.hide import Box

STEP = 2.0
"""Two places may be one that moved if their centres are no farther apart than so many times their size."""


def swept(looks: Sequence[Sequence[Box]]) -> list[Box]:
    """Every place, and the box around each pair of places of different frames that may be one that moved."""
    found = [box for look in looks for box in look]
    for before, after in combinations(looks, 2):
        for box in before:
            near = min(after, key=lambda other: _distance(box, other), default=None)
            if near is not None and _distance(box, near) <= STEP:
                found.append(_around(box, near))
    return found


def _distance(a: Box, b: Box) -> float:
    """Distance between the centres, in sizes of the larger."""
    across = (a[0] + a[2] - b[0] - b[2]) / 2
    down = (a[1] + a[3] - b[1] - b[3]) / 2
    size = max(a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1], 1.0)
    return float((across**2 + down**2) ** 0.5 / size)


def _around(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
