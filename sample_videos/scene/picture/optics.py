"""A pinhole camera: places in metres to pixels, for the truth and for the renderer alike."""

from dataclasses import dataclass, replace
from math import cos, sin

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
NEAR, FAR = 1.0, 260.0


@dataclass(frozen=True)
class Camera:
    """A camera without distortion: place in metres, `yaw` anticlockwise from +y and `pitch` downwards in
    radians, focal length and size in pixels."""

    place: tuple[float, float, float]
    yaw: float
    pitch: float
    focal: float
    size: tuple[int, int]

    @property
    def axes(self) -> Array:
        """Right, up and forward as rows."""
        right = np.array([cos(self.yaw), sin(self.yaw), 0.0])
        ahead = np.array(
            [-sin(self.yaw) * cos(self.pitch), cos(self.yaw) * cos(self.pitch), -sin(self.pitch)]
        )
        return np.stack([right, np.cross(right, ahead), ahead])

    @property
    def matrix(self) -> Array:
        """(3, 4): (x, y, z, 1) to (u·w, v·w, w), w the distance along the optical axis."""
        right, up, ahead = self.axes
        width, height = self.size
        rows = np.stack(
            [self.focal * right + width / 2 * ahead, -self.focal * up + height / 2 * ahead, ahead]
        )
        return np.concatenate([rows, -rows @ np.array(self.place)[:, None]], axis=1)

    @property
    def clip(self) -> Array:
        """(4, 4): the matrix OpenGL wants."""
        right, up, ahead = self.axes
        width, height = self.size
        depth = (FAR + NEAR) / (FAR - NEAR)
        rows = np.stack([2 * self.focal / width * right, 2 * self.focal / height * up, depth * ahead, ahead])
        shift = -rows @ np.array(self.place)
        shift[2] -= 2 * FAR * NEAR / (FAR - NEAR)
        return np.concatenate([rows, shift[:, None]], axis=1)

    def project(self, points: Array) -> Array:
        """Places (n, 3) to (n, 3): u, v in pixels and the depth in metres; nearer than `NEAR` is clamped."""
        seen = np.asarray(points, dtype=np.float64) @ self.matrix[:, :3].T + self.matrix[:, 3]
        depth = np.maximum(seen[:, 2:], NEAR)
        return np.concatenate([seen[:, :2] / depth, seen[:, 2:]], axis=1)

    def bounds(self, points: Array) -> tuple[float, float, float, float]:
        """The box x1, y1, x2, y2 of places (n, 3) in pixels; it may reach beyond the picture."""
        pixels = self.project(points)[:, :2]
        (x1, y1), (x2, y2) = pixels.min(axis=0), pixels.max(axis=0)
        return float(x1), float(y1), float(x2), float(y2)

    def at_size(self, size: tuple[int, int]) -> "Camera":
        """The same view with more or fewer pixels (same shape of picture)."""
        return replace(self, size=size, focal=self.focal * size[0] / self.size[0])
