"""Lanes (làn đường) from the paths of vehicles and the lines painted between them.

A line between lanes follows a ray of the road, solid or dashed, so all rays are tested for paint. The strips
between painted rays that were driven on are the lanes, with the direction, kinds and movements of most
vehicles in them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import degrees

import cv2
import numpy as np
from numpy.typing import NDArray

from configs.scene import Movement
from edge.rules.inputs import Point, Polyline
from edge.setup.suggest.flow import Path
from edge.setup.suggest.model import Image, Lane, StopLine, unit
from edge.setup.suggest.paint import bands, sampled
from edge.setup.suggest.road import Carriageway, Rays, foot_of

PAINTED = 0.3
"""Part of a ray that must be painted; dashed lines are, for a third to a half."""

ACROSS, ALONG = 3.0, 200
"""Pixels between the feet of rays tested for paint, and samples on each."""

REACH, REACH_CARS = 0.35, 1.2
"""How far beyond the driven part its edge line is searched: parts of that width, or car widths."""

NARROWEST = 1.15
"""Least car widths between two painted rays: arrows and double lines lie closer to stronger ones."""

CAR = 0.95
"""Width of a car, in heights of the vehicles on its carriageway."""

LEAST_PART = 0.08
"""Least part of all vehicles for a strip to be a lane; and of a lane's vehicles for a movement."""

ONE_WAY = 0.55
"""Least part of a lane's vehicles that go one way; the fewer, the lower the confidence."""

TURNS = 35.0
"""Degrees between the road's direction and the end of a path from which it is a turn."""

MARGIN = 0.5
"""Car widths by which a strip is wider than the middles of the vehicles in it."""


def lanes(picture: Image, ways: Sequence[Carriageway], stop: Sequence[StopLine]) -> list[Lane]:
    """The lanes of all carriageways, from left to right in the picture. `stop`: lines at which they end."""
    if not ways:
        return []
    rays, top = ways[0].rays, _top(ways, stop)
    driven = [(foot, path) for way in ways for path in way.paths if (foot := foot_of(path, rays, top))]
    found = []
    for left, right in pairwise(borders(picture, ways, top)):
        inside = [path for foot, path in driven if left <= foot < right]
        if len(inside) >= max(2, LEAST_PART * len(driven)):
            found.append(_lane(inside, (left, right), top, rays))
    return [lane for lane in found if lane is not None]


def trimmed(line: StopLine, picture: Image, ways: Sequence[Carriageway]) -> StopLine:
    """The stop line cut off where the paint at the edges of its carriageway meets it."""
    way = next(way for way in ways if way.away == (line.direction[1] < 0))
    top = max(y for _, y in line.line)
    painted = borders(picture, [way], top)
    (x1, y1), (x2, y2) = sorted(line.line)
    reach = REACH * way.width
    edges = [min(painted, key=lambda foot: abs(foot - edge), default=edge) for edge in (way.left, way.right)]
    near = [abs(foot - edge) < reach for foot, edge in zip(edges, (way.left, way.right), strict=True)]
    left, right = (way.rays.x_at(foot, top) for foot in edges)
    ends = [(max(x1, left) if near[0] else x1, y1), (min(x2, right) if near[1] else x2, y2)]
    if ends[1][0] - ends[0][0] < (x2 - x1) / 2:
        return line
    return replace(line, line=(ends[0], ends[1]) if way.away else (ends[1], ends[0]))


def _top(ways: Sequence[Carriageway], stop: Sequence[StopLine]) -> float:
    """The row at which the lanes end: at the stop line, else where vehicles become small."""
    rows = [y for line in stop if line.direction[1] < 0 for _, y in line.line]
    rays = ways[0].rays
    return max(rows) if rows else rays.top[1] + 0.3 * (rays.size[1] - rays.top[1])


def borders(picture: Image, ways: Sequence[Carriageway], top: float) -> list[float]:
    """Feet of the rays that may separate lanes: the painted ones and the edges of the driven part."""
    car, rays = _car(ways[0]), ways[0].rays
    reach = [max(REACH * way.width, REACH_CARS * car) for way in ways]
    left = min(way.left - beyond for way, beyond in zip(ways, reach, strict=True))
    right = max(way.right + beyond for way, beyond in zip(ways, reach, strict=True))
    found = _painted(bands(picture, upright=True), (left, right), rays, top, NARROWEST * car)
    edges = [edge for way in ways for edge in (way.left - MARGIN * car, way.right + MARGIN * car)]
    for edge in edges:
        if all(abs(edge - foot) >= car for foot in found):
            found.append(edge)
    return sorted(found)


def _car(way: Carriageway) -> float:
    """Width of a car at the picture's lower edge."""
    return CAR * way.vehicle_height(way.rays.size[1])


def _painted(
    upright: NDArray[np.float32], between: Point, rays: Rays, top: float, apart: float
) -> list[float]:
    """Feet of the painted rays; of those closer than `apart` the strongest."""
    feet = np.arange(between[0], between[1], ACROSS)
    rows = np.linspace(top + 0.03 * (rays.size[1] - top), rays.size[1] - 2.0, ALONG)
    x = rays.x_at(feet[:, None], rows)
    seen = (x >= 0) & (x < rays.size[0])
    paint = np.max(
        [sampled(upright, x + step, np.broadcast_to(rows, x.shape)) for step in (-1, 0, 1)], axis=0
    )
    covered = np.where(seen.sum(axis=1) >= ALONG / 5, paint.sum(axis=1) / np.maximum(1, seen.sum(axis=1)), 0)
    found: list[float] = []
    while covered.size and covered.max() >= PAINTED:
        best = int(covered.argmax())
        found.append(float(feet[best]))
        covered[np.abs(feet - feet[best]) < apart] = 0
    return sorted(found)


def _lane(paths: Sequence[Path], feet: Point, top: float, rays: Rays) -> Lane | None:
    """The strip as a lane; None if its vehicles don't agree on a direction."""
    away = [path for path in paths if path.direction[1] < 0]
    going = away if len(away) >= len(paths) / 2 else [path for path in paths if path not in away]
    agreed = len(going) / len(paths)
    polygon = _polygon(feet, top, rays)
    if agreed < ONE_WAY or len(polygon) < 3:
        return None
    middle = rays.x_at(sum(feet) / 2, (top + rays.size[1]) / 2)
    dx, dy = unit((middle - rays.top[0], (top + rays.size[1]) / 2 - rays.top[1]))
    kinds = Counter(path.kind for path in going)
    return Lane(
        polygon=polygon,
        direction=(-dx, -dy) if going is away else (dx, dy),
        kinds=frozenset(kinds),
        movements=_movements(going, rays, top) if going is away else frozenset(),
        vehicles=len(going),
        confidence=round(agreed**2 * min(1.0, 0.4 + 0.06 * len(going)), 2),
    )


def _polygon(feet: Point, top: float, rays: Rays) -> Polyline:
    """The strip between two rays from row `top` down, clipped to the picture."""
    left, right = feet
    width, height = rays.size
    corners = [(rays.x_at(left, top), top), (rays.x_at(right, top), top), (right, height), (left, height)]
    frame = [(0, 0), (width, 0), (width, height), (0, height)]
    _, shared = cv2.intersectConvexConvex(np.array(corners, np.float32), np.array(frame, np.float32))
    return tuple((float(x), float(y)) for x, y in np.reshape(shared, (-1, 2))) if shared is not None else ()


def _movements(paths: Sequence[Path], rays: Rays, top: float) -> frozenset[Movement]:
    """Movements of the vehicles that drove past the lanes' end, without those of only a few."""
    gone = Counter(_movement(path, rays) for path in paths if path.points[-1, 1] < top)
    least = max(1.0, LEAST_PART * sum(gone.values()))
    return frozenset(movement for movement, count in gone.items() if count >= least)


def _movement(path: Path, rays: Rays) -> Movement:
    """The movement, from the direction of a path's last third relative to the road's there."""
    last = path.points[-max(2, len(path.points) // 3) :]
    (x1, y1), (x2, y2) = last[0], last[-1]
    straight = np.arctan2(rays.top[1] - y1, rays.top[0] - x1)
    turned = degrees(float(np.angle(np.exp(1j * (np.arctan2(y2 - y1, x2 - x1) - straight)))))
    if abs(turned) <= TURNS or (x1, y1) == (x2, y2):
        return "straight"
    if abs(turned) > 180 - TURNS:
        return "u_turn"
    return "right" if turned > 0 else "left"
