"""The vehicles near the picture in a frame, and the outline of each in world coordinates; no Blender
needed."""

from dataclasses import dataclass
from math import cos, sin

import numpy as np
import numpy.typing as npt

from .motion import Pose
from .projection import Camera
from .script import Script

Array = npt.NDArray[np.float64]
REACH = 9.0
"""Metres beyond the picture within which a vehicle may throw a shadow into it or be about to enter."""


@dataclass(frozen=True)
class Outline:
    """Geometry of a built model: surface points (n, 3) and plate corners (4, 3) in its own frame (m)."""

    surface: Array
    plate: Array


def on_stage(script: Script, t: float) -> dict[str, Pose]:
    """Poses of the vehicles in or close to the picture at `t`."""
    poses = {
        vehicle.id: vehicle.pose(t) for vehicle in script.vehicles if vehicle.seen[0] <= t < vehicle.seen[1]
    }
    return {name: pose for name, pose in poses.items() if _near(script.camera, pose)}


def to_world(points: Array, pose: Pose) -> Array:
    """Points of a vehicle's own frame (n, 3) in the world."""
    c, s = cos(pose.heading), sin(pose.heading)
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    world: Array = points @ turn.T + np.array([pose.x, pose.y, 0.0])
    return world


def shadow(points: Array, sun: Array) -> Array:
    """World points (n, 3) thrown on the ground along the direction in which the sunlight travels."""
    thrown: Array = points - points[:, 2:3] / sun[2] * sun
    return thrown


def sample(points: Array, count: int) -> Array:
    """At most `count` points: the extremes along 26 directions and a fixed random choice of the rest."""
    directions = np.array(
        [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) != (0, 0, 0)]
    )
    extremes = np.unique(np.argmax(points @ directions.T, axis=0))
    chosen = np.random.default_rng(0).permutation(len(points))[: max(0, count - len(extremes))]
    kept: Array = points[np.unique(np.concatenate([extremes, chosen]))]
    return kept


def _near(camera: Camera, pose: Pose) -> bool:
    if not -2.0 < pose.y < 80.0:
        return False
    half = max(pose.y, 8.0) * camera.width / 2 / camera.focal_px
    return abs(pose.x - camera.x) < half + REACH
