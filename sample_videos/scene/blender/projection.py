"""A pinhole camera without Blender, so that truth and tests share the renderer's geometry."""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """A camera without distortion; angles in degrees, focal length in pixels, position in metres."""

    width: int
    height: int
    focal_px: float
    x: float
    y: float
    z: float
    pitch_down: float

    def project(self, points: Array) -> Array:
        """World points (..., 3) to pixels and depth (..., 3); behind the camera the depth is negative."""
        pitch = radians(self.pitch_down)
        away = np.asarray(points, dtype=np.float64) - np.array([self.x, self.y, self.z])
        depth = away[..., 1] * cos(pitch) - away[..., 2] * sin(pitch)
        up = away[..., 1] * sin(pitch) + away[..., 2] * cos(pitch)
        scale = self.focal_px / depth
        return np.stack([self.width / 2 + away[..., 0] * scale, self.height / 2 - up * scale, depth], axis=-1)

    def box(self, points: Array) -> Array:
        """Bounding box [x1, y1, x2, y2] in pixels of the world points (n, 3) that lie before the camera."""
        seen = self.project(points)
        seen = seen[seen[:, 2] > 0.5]
        if not len(seen):
            return np.array([0.0, 0.0, 0.0, 0.0])
        return np.concatenate([seen[:, :2].min(axis=0), seen[:, :2].max(axis=0)])

    def clip(self, box: Array) -> Array | None:
        """The part of a box inside the picture, or None where there is none."""
        limit = np.array([self.width, self.height, self.width, self.height], dtype=np.float64)
        inside = np.clip(box, 0.0, limit)
        return inside if inside[2] > inside[0] and inside[3] > inside[1] else None
