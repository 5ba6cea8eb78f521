"""The interface of a finished body: its mesh, its size, the positions of its wheels and plate."""

from dataclasses import dataclass
from math import cos, sin

import numpy as np

from ..plates import SIZES_MM, Format
from .shapes import PLATE, PLATE_PART, Array, Look, Mesh, Point, sheet

Quad = tuple[Point, Point, Point, Point]


@dataclass(frozen=True)
class Body:
    """A vehicle's body in its own frame (m): `back` is negative, `front` positive, both along y.

    `plates` are the corners of the plates, each upper left, upper right, lower right, lower left as a
    reader sees them: the rear one first, then the front one if it has one.
    """

    mesh: Mesh
    back: float
    front: float
    half_width: float
    height: float
    wheelbase: float
    half_track: float
    plate: Format
    plates: tuple[Quad, ...]

    @property
    def length(self) -> float:
        """From bumper to bumper."""
        return self.front - self.back

    @property
    def slim(self) -> bool:
        """Two wheels, one behind the other."""
        return self.half_track == 0.0

    @property
    def wheels(self) -> Array:
        """Contact points of the tyres, rear axle first: two for two-wheelers, otherwise four (n, 3)."""
        sides = (0.0,) if self.slim else (-self.half_track, self.half_track)
        return np.array([(x, y, 0.0) for y in (0.0, self.wheelbase) for x in sides])


def hang_plate(mesh: Mesh, plate: Format, centre: Point, *, tilt: float = 0.0, front: bool = False) -> Quad:
    """Attach a plate: it faces backwards, or forwards on the `front`; `tilt` leans its top forward."""
    width, height = (side / 1000 for side in SIZES_MM[plate])
    x, y, z = centre
    dy, dz, half = sin(tilt) * height / 2, cos(tilt) * height / 2, width / 2 * (-1 if front else 1)
    quad: Quad = (
        (x - half, y + dy, z + dz),
        (x + half, y + dy, z + dz),
        (x + half, y - dy, z - dz),
        (x - half, y - dy, z - dz),
    )
    corners = (quad[3], quad[2], quad[1], quad[0])
    sheet(mesh, corners, Look((1, 1, 1), PLATE, part=PLATE_PART), [(0, 1), (1, 1), (1, 0), (0, 0)])
    return quad
