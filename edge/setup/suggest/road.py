"""The road derived from its traffic: its vanishing point, and the rays between which it is driven on.

A ray runs from the vanishing point down the picture; it is named by the x at which it meets the picture's
lower edge (`foot`). A vehicle that stays in its lane stays on its ray.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from edge.rules.inputs import Point
from edge.setup.suggest.flow import Path, along_view

Places = TypeVar("Places", float, NDArray[np.float64])

LEAST_PATHS = 4
"""Vehicles in one direction needed for a carriageway."""

EDGES = (4.0, 96.0)
"""Percentiles of the feet that bound the carriageway: a few vehicles drive on the pavement."""


@dataclass(frozen=True)
class Rays:
    """Rays from the vanishing point `top` down a picture of this size."""

    top: Point
    size: tuple[int, int]

    def foot(self, point: Point) -> float:
        """The foot of the ray through a point below the vanishing point."""
        x, y = point
        return self.top[0] + (x - self.top[0]) * (self.size[1] - self.top[1]) / (y - self.top[1])

    def x_at(self, foot: Places, y: Places) -> Places:
        """The x of that ray at row y; or of many rays at many rows."""
        return self.top[0] + (foot - self.top[0]) * (y - self.top[1]) / (self.size[1] - self.top[1])

    def is_below(self, point: Point) -> bool:
        """Whether the point lies far enough below the vanishing point for a ray."""
        return point[1] > self.top[1] + 0.05 * self.size[1]


@dataclass(frozen=True, eq=False)
class Carriageway:
    """The part of the road used in one direction: `away` from the camera (up the picture) or not.

    `left` and `right` are feet, `paths` those that lead along it.
    """

    rays: Rays
    away: bool
    left: float
    right: float
    paths: tuple[Path, ...]

    @property
    def width(self) -> float:
        """Between its edges, at the picture's lower edge."""
        return self.right - self.left

    def vehicle_height(self, y: float) -> float:
        """Height in pixels of the box of an average vehicle whose wheels are at row y."""
        rows = np.concatenate([path.points[:, 1] for path in self.paths])
        heights = np.concatenate([path.heights for path in self.paths])
        below = rows > self.rays.top[1] + 1
        return float(np.median(heights[below] / (rows[below] - self.rays.top[1]))) * (y - self.rays.top[1])


def carriageways(found: Sequence[Path], rays: Rays) -> list[Carriageway]:
    """The carriageways along the view, the busiest first."""
    both = [_carriageway(found, rays, away=away) for away in (True, False)]
    return sorted((way for way in both if way is not None), key=lambda way: -len(way.paths))


def _carriageway(found: Sequence[Path], rays: Rays, *, away: bool) -> Carriageway | None:
    going = tuple(p for p in found if along_view(p) and (p.direction[1] < 0) == away and _comes_near(p, rays))
    if len(going) < LEAST_PATHS:
        return None
    feet = [foot for path in going if (foot := foot_of(path, rays)) is not None]
    left, right = (float(np.percentile(np.array(feet), edge)) for edge in EDGES)
    return Carriageway(rays, away, left, right, going)


def foot_of(path: Path, rays: Rays, top: float | None = None) -> float | None:
    """The foot of the ray a path follows, by its part below row `top`, or else by its half nearest to the
    camera; None if it has no such part."""
    low = path.points[path.points[:, 1] >= (np.median(path.points[:, 1]) if top is None else top)]
    return float(np.median([rays.foot((float(x), float(y))) for x, y in low])) if len(low) else None


def _comes_near(path: Path, rays: Rays) -> bool:
    """Whether it passes through the nearer half of the visible road."""
    half = (rays.top[1] + rays.size[1]) / 2
    low = float(path.points[:, 1].max())
    return low >= max(half, rays.top[1] + 0.1 * rays.size[1])
