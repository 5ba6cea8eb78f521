"""Paths over the ground: straight legs joined by arcs, parametrised by length."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import acos, atan2, cos, dist, hypot, pi, sin, tan

import numpy as np
import numpy.typing as npt

from .street import FARTHEST, NEAREST, Junction, Spot

Array = npt.NDArray[np.float64]
STEP = 0.25
CROSS_END = 70.0
"""Ends of the cross street along x."""


@dataclass(frozen=True)
class Way:
    """A path through corner points, each corner rounded by an arc of about `radius` metres."""

    corners: tuple[Spot, ...]
    radius: float = 5.0

    @cached_property
    def _table(self) -> list[tuple[float, float, float]]:
        """x, y and heading every `STEP` metres."""
        points = _rounded([np.array(corner, dtype=np.float64) for corner in self.corners], self.radius)
        lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        marks = np.arange(0.0, lengths[-1], STEP)
        x, y = np.interp(marks, lengths, points[:, 0]), np.interp(marks, lengths, points[:, 1])
        turns = np.unwrap(np.arctan2(-np.diff(x), np.diff(y)))
        return list(zip(x.tolist(), y.tolist(), [*turns.tolist(), float(turns[-1])], strict=True))

    @property
    def length(self) -> float:
        """Metres from end to end."""
        return (len(self._table) - 1) * STEP

    def at(self, s: float, aside: float = 0.0) -> tuple[float, float, float]:
        """x, y and heading `s` metres along, `aside` metres to the right of it."""
        part = min(max(s / STEP, 0.0), len(self._table) - 1.001)
        index = int(part)
        (x1, y1, h1), (x2, y2, h2) = self._table[index : index + 2]
        part -= index
        heading = h1 + (h2 - h1) * part
        return (
            x1 + (x2 - x1) * part + aside * cos(heading),
            y1 + (y2 - y1) * part + aside * sin(heading),
            heading,
        )

    def bend(self, s: float, ahead: float = 4.0) -> float:
        """Curvature in 1/m between `s` and `ahead` metres further."""
        return abs(self.at(s + ahead)[2] - self.at(s)[2]) / ahead

    def reach(self, y: float) -> float:
        """Metres along at which the path first reaches this y. Raises ValueError if it never does."""
        for index, (before, after) in enumerate(pairwise(self._table)):
            if min(before[1], after[1]) <= y <= max(before[1], after[1]) and before[1] != after[1]:
                return (index + (y - before[1]) / (after[1] - before[1])) * STEP
        raise ValueError(f"the way never comes to y = {y}")


def up(x: float) -> Way:
    """Straight away from the camera."""
    return Way(((x, NEAREST), (x, FARTHEST)))


def down(x: float) -> Way:
    """Straight towards the camera."""
    return Way(((x, FARTHEST), (x, NEAREST)))


def right(x: float, junction: Junction) -> Way:
    """Up, then into the near half of the cross street."""
    y = junction.near + 2.6
    return Way(((x, NEAREST), (x, y), (CROSS_END, y)), 5.0)


def left(x: float, junction: Junction) -> Way:
    """Up, then into the far half of the cross street."""
    y = junction.middle + 2.8
    return Way(((x, NEAREST), (x, y), (-CROSS_END, y)), 7.0)


def u_turn(x: float, back: float, junction: Junction) -> Way:
    """Up, round in the junction and back down at x `back`."""
    y = junction.near + 4.0
    return Way(((x, NEAREST), (x, y), (back, y), (back, NEAREST)), abs(x - back) / 2)


def across(y: float, *, rightwards: bool) -> Way:
    """Along the cross street."""
    ends = ((-CROSS_END, y), (CROSS_END, y))
    return Way(ends if rightwards else ends[::-1])


def _rounded(corners: Sequence[Array], radius: float) -> Array:
    points = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        points += _arc(points[-1], before, corner, after, radius)
    points.append(corners[-1])
    dense = [points[0]]
    for a, b in pairwise(points):
        count = max(1, int(dist(a, b) / STEP))
        dense += [a + (b - a) * k / count for k in range(1, count + 1)]
    return np.array(dense)


def _arc(last: Array, before: Array, corner: Array, after: Array, radius: float) -> list[Array]:
    """Points of the arc that leaves the leg before the corner and joins the leg after it."""
    come, go = (before - corner) / hypot(*(before - corner)), (after - corner) / hypot(*(after - corner))
    angle = acos(float(np.clip(come @ go, -1, 1)))
    cut = min(radius / tan(angle / 2), dist(last, corner) * 0.98, dist(corner, after) * 0.98)
    start, end = corner + come * cut, corner + go * cut
    bisector = (come + go) / hypot(*(come + go))
    centre = corner + bisector * hypot(cut, cut * tan(angle / 2))
    first, sweep = atan2(*(start - centre)[::-1]), atan2(*(end - centre)[::-1])
    turn = (sweep - first + pi) % (2 * pi) - pi
    count = max(2, int(abs(turn) * dist(start, centre) / STEP))
    reach = dist(start, centre)
    angles = [first + turn * k / count for k in range(count + 1)]
    return [centre + reach * np.array((np.cos(a), np.sin(a))) for a in angles]
