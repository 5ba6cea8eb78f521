"""Directions of traffic: vehicles' paths on the road, the point where straight ones meet, and places where
some stood.

Straight paths along one road meet at one point of the picture, on the horizon for a level camera.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import dist, hypot

import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.rules.inputs import Point
from edge.setup.suggest.model import SeenLook, SeenVehicle, unit

LEAST_LOOKS = 4
"""Looks with visible wheels needed for a path."""

LEAST_WAY = 0.1
"""Least length of a path, in parts of the picture's height, for its direction to be used."""

STRAIGHT = 0.02
"""Most median distance of a path's points from a straight line, in parts of its length."""

ALONG_VIEW = 0.45
"""Least vertical part of a direction for it to lead along the view."""

STANDS = 0.12
"""Heights of its box by which the middle of a standing vehicle may wander."""

STANDS_SECONDS = 1.5
"""Seconds without movement that make a stop."""

NEAR_POINT = 0.05
"""Most distance of a path from the common meeting point, in parts of the picture's width."""

LEAST_MEETING = 4
"""Straight paths that must meet at a point."""


@dataclass(frozen=True, eq=False)
class Path:
    """The path of one vehicle's wheels on the road: n x 2 points in order of time."""

    kind: VehicleKind
    points: NDArray[np.float64]
    times: NDArray[np.float64]
    heights: NDArray[np.float64]
    """Height of its box at each point, pixels."""

    @cached_property
    def direction(self) -> Point:
        """Direction of the whole path, length 1."""
        (x1, y1), (x2, y2) = self.points[0], self.points[-1]
        return unit((float(x2 - x1), float(y2 - y1))) if (x1, y1) != (x2, y2) else (0.0, 0.0)

    @property
    def length(self) -> float:
        """From its first to its last point, pixels."""
        return dist(self.points[0], self.points[-1])

    @cached_property
    def line(self) -> tuple[Point, float]:
        """Its unit normal and distance from the origin as a straight line: x·n = d."""
        middle = self.points.mean(axis=0)
        _, _, axes = np.linalg.svd(self.points - middle)
        normal = (float(axes[1][0]), float(axes[1][1]))
        return normal, float(middle @ axes[1])

    @property
    def is_straight(self) -> bool:
        """Whether its points lie along one straight line, by their median distance from it."""
        normal, distance = self.line
        return float(np.median(np.abs(self.points @ np.array(normal) - distance))) <= STRAIGHT * self.length


@dataclass(frozen=True)
class Stand:
    """A stop of a vehicle: position of its wheels, start and end, the height of its box."""

    at: Point
    start: float
    end: float
    height: float
    kind: VehicleKind


def paths(vehicles: Sequence[SeenVehicle], height: int) -> list[Path]:
    """The paths that are long enough, in a picture of that height."""
    found = [path for vehicle in vehicles if (path := _path(vehicle)) is not None]
    return [path for path in found if path.length >= LEAST_WAY * height]


def _path(vehicle: SeenVehicle) -> Path | None:
    seen = [(look, look.wheels) for look in vehicle.looks if look.wheels is not None]
    if len(seen) < LEAST_LOOKS:
        return None
    return Path(
        vehicle.kind,
        np.array([wheels for _, wheels in seen], float),
        np.array([look.t for look, _ in seen]),
        np.array([look.box[3] - look.box[1] for look, _ in seen]),
    )


def along_view(path: Path) -> bool:
    """Whether it leads up or down the picture rather than across."""
    return abs(path.direction[1]) >= ALONG_VIEW


def vanishing_point(found: Sequence[Path], width: int) -> Point | None:
    """The point where the straight paths along the view meet; None if too few do."""
    straight = [path for path in found if path.is_straight and along_view(path)]
    if len(straight) < LEAST_MEETING:
        return None
    normals = np.array([path.line[0] for path in straight])
    distances = np.array([path.line[1] for path in straight])
    best = _most_agreed(normals, distances, NEAR_POINT * width)
    near = np.abs(normals @ best - distances) <= NEAR_POINT * width
    if near.sum() < max(LEAST_MEETING, len(straight) // 3):
        return None
    for _ in range(5):
        off = np.abs(normals @ best - distances)
        sure = np.array([_sureness(path, best) for path in straight])
        weights = np.where(near, sure / np.maximum(off, 0.005 * width), 0.0)[:, None]
        best, *_ = np.linalg.lstsq(normals * np.sqrt(weights), distances * np.sqrt(weights[:, 0]), rcond=None)
    return (float(best[0]), float(best[1]))


def _sureness(path: Path, point: NDArray[np.float64]) -> float:
    """Weight of a path: how little its line wavers at the distance of that point; long, straight paths weigh
    most."""
    normal, distance = path.line
    beside = max(0.5, float(np.sqrt(np.mean((path.points @ np.array(normal) - distance) ** 2))))
    return 1 / (beside * (1 + 3 * dist(path.points.mean(axis=0), point) / path.length)) ** 2


def _most_agreed(
    normals: NDArray[np.float64], distances: NDArray[np.float64], near: float
) -> NDArray[np.float64]:
    """Of all crossings of two lines, the one that the most lines pass close to."""
    first, second = np.triu_indices(len(normals), 1)
    cross = normals[first, 0] * normals[second, 1] - normals[first, 1] * normals[second, 0]
    able = np.abs(cross) > 0.02
    if not able.any():
        return np.array((0.0, -1e6))
    first, second, cross = first[able], second[able], cross[able]
    x = (distances[first] * normals[second, 1] - distances[second] * normals[first, 1]) / cross
    y = (normals[first, 0] * distances[second] - normals[second, 0] * distances[first]) / cross
    crossings = np.stack((x, y), axis=1)
    off = np.abs(crossings @ normals.T - distances)
    support = np.clip(1 - off / near, 0, None).sum(axis=1)
    return np.asarray(crossings[int(support.argmax())], float)


def stands(vehicles: Sequence[SeenVehicle]) -> list[Stand]:
    """Every stretch in which a vehicle stood with visible wheels."""
    return [stand for vehicle in vehicles for stand in _stands_of(vehicle)]


def _stands_of(vehicle: SeenVehicle) -> list[Stand]:
    found: list[Stand] = []
    looks = [look for look in vehicle.looks if look.wheels is not None]
    start = 0
    for i in range(1, len(looks) + 1):
        if i < len(looks) and _stays(looks[start], looks[i]):
            continue
        stretch = looks[start:i]
        if stretch and stretch[-1].t - stretch[0].t >= STANDS_SECONDS:
            found.append(_stand(vehicle.kind, stretch))
        start = i
    return found


def _stays(before: SeenLook, now: SeenLook) -> bool:
    (x1, y1, x2, y2), (u1, v1, u2, _) = before.box, now.box
    moved = hypot((u1 + u2 - x1 - x2) / 2, v1 - y1)
    return moved <= STANDS * (y2 - y1)


def _stand(kind: VehicleKind, looks: Sequence[SeenLook]) -> Stand:
    wheels = np.median([look.wheels for look in looks if look.wheels is not None], axis=0)
    height = float(np.median([look.box[3] - look.box[1] for look in looks]))
    return Stand((float(wheels[0]), float(wheels[1])), looks[0].t, looks[-1].t, height, kind)
