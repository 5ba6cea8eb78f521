"""Triangles of simple solids as arrays: boxes, tubes, balls, lofts, sheets."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import cos, pi, sin

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Point = tuple[float, float, float]
Rgb = tuple[float, float, float]

MATTE, PAINT, GLASS, ASPHALT, MARKING, PAVING, GLOW, PLATE, FACADE, LEAVES, GRASS = range(11)
"""Materials, as the fragment shader numbers them."""

HEAD_PART, PLATE_PART = 10, 2
"""Parts of a vehicle distinguished in the id picture: HEAD_PART + seat, the plate, 1 for everything else."""

COLUMNS = 14
"""Floats per vertex: position 3, normal 3, colour 3, material, slot, u, v, part."""


@dataclass(frozen=True)
class Look:
    """Appearance of a surface: colour (linear), material, and the instance colour it takes (1 to 3; 0: its
    own). For `GLOW` the slot selects the lamp: 0 always, 4 tail and brake, 5 headlamp."""

    colour: Rgb = (0.5, 0.5, 0.5)
    material: int = MATTE
    slot: int = 0
    part: int = 1


@dataclass
class Mesh:
    """Triangles, three rows of `COLUMNS` floats each."""

    rows: list[Array] = field(default_factory=list)

    def add(self, corners: Array, normals: Array, look: Look, uv: Array | None = None) -> None:
        """Add triangles: corners and normals (n, 3, 3), texture coordinates (n, 3, 2).

        Corners are ordered anticlockwise as seen from the side the normals point to: the other side is not
        drawn.
        """
        order = _winding(corners, normals)
        rows = np.arange(len(corners))[:, None]
        corners, normals = corners[rows, order], normals[rows, order]
        uv = None if uv is None else uv[rows, order]
        count = len(corners) * 3
        block = np.zeros((count, COLUMNS))
        block[:, 0:3] = corners.reshape(-1, 3)
        block[:, 3:6] = normals.reshape(-1, 3)
        block[:, 6:9] = look.colour
        block[:, 9], block[:, 10], block[:, 13] = look.material, look.slot, look.part
        if uv is not None:
            block[:, 11:13] = uv.reshape(-1, 2)
        self.rows.append(block)

    def join(self, other: "Mesh") -> None:
        """Add all of another mesh."""
        self.rows += other.rows

    @property
    def vertices(self) -> Array:
        """All rows (n, COLUMNS)."""
        return np.concatenate(self.rows) if self.rows else np.zeros((0, COLUMNS))

    @property
    def points(self) -> Array:
        """Corners of all triangles (n, 3)."""
        return self.vertices[:, :3]


def sheet(mesh: Mesh, corners: Sequence[Point], look: Look, uv: Sequence[tuple[float, float]] = ()) -> None:
    """A flat quad, seen from both sides."""
    quad = np.array(corners, dtype=np.float64)
    pick = np.array([[0, 1, 2], [0, 2, 3]])
    normal = _unit(np.cross(quad[1] - quad[0], quad[3] - quad[0]))
    texture = np.array(uv or [(0, 1), (1, 1), (1, 0), (0, 0)], dtype=np.float64)
    for side in (normal, -normal):
        mesh.add(quad[pick], np.broadcast_to(side, (2, 3, 3)), look, texture[pick])


def box(
    mesh: Mesh,
    centre: Point,
    size: Point,
    look: Look,
    *,
    tilt: float = 0.0,
    top: float = 1.0,
    turn: float = 0.0,
) -> None:
    """A box; `top` narrows its upper face, `tilt` leans it about x (radians), `turn` about z."""
    x, y, z = (side / 2 for side in size)
    low = [(-x, -y, -z), (x, -y, -z), (x, y, -z), (-x, y, -z)]
    high = [(-x * top, -y * top, z), (x * top, -y * top, z), (x * top, y * top, z), (-x * top, y * top, z)]
    points = np.array(low + high) @ _lean(tilt).T @ _spin(turn).T + np.array(centre)
    for face in ((3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)):
        a, b, c, d = (points[i] for i in face)
        normal = _unit(np.cross(b - a, d - a))
        mesh.add(np.array([[a, b, c], [a, c, d]]), np.broadcast_to(normal, (2, 3, 3)), look)


def loft(mesh: Mesh, rings: Array, look: Look, *, caps: bool = True) -> None:
    """A smooth surface over rings of points (m, k, 3), all with the same orientation, closed at both ends."""
    count = rings.shape[1]
    along = np.gradient(rings, axis=0)
    around = np.roll(rings, -1, axis=1) - np.roll(rings, 1, axis=1)
    normals = _unit(np.cross(around, along))
    if (normals * (rings - rings.mean(axis=1, keepdims=True))).sum() < 0:
        normals = -normals
    after = np.roll(np.arange(count), -1)
    a, b, c, d = rings[:-1], rings[:-1][:, after], rings[1:][:, after], rings[1:]
    na, nb, nc, nd = normals[:-1], normals[:-1][:, after], normals[1:][:, after], normals[1:]
    for corners, directions in (((a, b, c), (na, nb, nc)), ((a, c, d), (na, nc, nd))):
        mesh.add(np.stack(corners, axis=2).reshape(-1, 3, 3), np.stack(directions, 2).reshape(-1, 3, 3), look)
    if caps:
        _cap(mesh, rings[0], rings[0].mean(axis=0) - rings[1].mean(axis=0), look)
        _cap(mesh, rings[-1], rings[-1].mean(axis=0) - rings[-2].mean(axis=0), look)


def _cap(mesh: Mesh, ring: Array, outwards: Array, look: Look) -> None:
    middle = ring.mean(axis=0)
    after = np.roll(ring, -1, axis=0)
    corners = np.stack([np.broadcast_to(middle, ring.shape), ring, after], axis=1)
    normal = _unit(np.cross(ring - middle, after - middle).sum(axis=0))
    mesh.add(corners, np.broadcast_to(normal if normal @ outwards >= 0 else -normal, corners.shape), look)


def tube(
    mesh: Mesh, start: Point, end: Point, radii: tuple[float, float], look: Look, sides: int = 8
) -> None:
    """A round bar with flat ends."""
    a, b = np.array(start, dtype=np.float64), np.array(end, dtype=np.float64)
    mesh_rings = [_circle(a, b - a, radii[0], sides), _circle(b, b - a, radii[1], sides)]
    loft(mesh, np.array(mesh_rings), look)


def limb(mesh: Mesh, joints: Sequence[Point], radii: Sequence[float], look: Look, sides: int = 7) -> None:
    """A bar through several joints, rounded at both ends: an arm, a leg, a bent tube."""
    points = np.array(joints, dtype=np.float64)
    ways = np.gradient(points, axis=0)
    first, last = _unit(ways[0]) * radii[0] * 0.6, _unit(ways[-1]) * radii[-1] * 0.6
    places = [points[0] - first, *points, points[-1] + last]
    widths = [radii[0] * 0.45, *radii, radii[-1] * 0.45]
    directions = [ways[0], *ways, ways[-1]]
    rings = [_circle(p, w, r, sides) for p, w, r in zip(places, directions, widths, strict=True)]
    loft(mesh, np.array(rings), look)


def ball(
    mesh: Mesh,
    centre: Point,
    radii: Point,
    look: Look,
    *,
    sides: int = 10,
    span: tuple[float, float] = (0, 1),
) -> None:
    """An ellipsoid; `span` keeps the part between two shares of its height, from the bottom."""
    levels = np.linspace(-pi / 2 + pi * span[0], -pi / 2 + pi * span[1], max(3, sides // 2 + 1))
    turn = np.linspace(0, 2 * pi, sides, endpoint=False)
    unit = np.array([[(cos(v) * cos(u), cos(v) * sin(u), sin(v)) for u in turn] for v in levels])
    loft(mesh, unit * np.array(radii) * 0.999 + np.array(centre), look, caps=span != (0, 1))


def wheel(mesh: Mesh, centre: Point, radius: float, width: float, rim: float = 0.62) -> None:
    """A tyre across x with a hub; `rim` is the hub's share of the radius."""
    x, y, z = centre
    half = width / 2
    profile = [(-half, 0.86), (-half * 0.7, 1.0), (half * 0.7, 1.0), (half, 0.86)]
    turn = np.linspace(0, 2 * pi, 14, endpoint=False)
    rings = [[(x + dx, y + radius * r * cos(u), z + radius * r * sin(u)) for u in turn] for dx, r in profile]
    loft(mesh, np.array(rings), Look((0.012, 0.012, 0.013)))
    for side in (-1, 1):
        face = x + side * (half + 0.004)
        tube(mesh, (x, y, z), (face, y, z), (radius * rim, radius * rim), Look((0.22, 0.22, 0.23), PAINT), 10)
        tube(
            mesh,
            (x, y, z),
            (face + side * 0.004, y, z),
            (radius * rim * 0.3,) * 2,
            Look((0.05, 0.05, 0.05)),
            8,
        )


def rounded(half: float, low: float, high: float, corner: float, y: float, flare: float = 0.0) -> Array:
    """A ring of 16 points in the xz plane at `y`: a rectangle with round corners, wider by `flare` below."""
    corner = min(corner, half * 0.98, (high - low) / 2 * 0.98)
    x, top, foot = half - corner, high - corner, low + corner
    points = []
    for quarter, (cx, cz) in enumerate([(x, top), (-x, top), (-x, foot), (x, foot)]):
        for step in range(4):
            angle = pi / 2 * (quarter + step / 3)
            across, z = cx + corner * cos(angle), cz + corner * sin(angle)
            points.append((across * (1 + flare * (high - z) / (high - low)), y, z))
    return np.array(points)[::-1]


def flat_ring(half: float, back: float, front: float, corner: float, z: float) -> Array:
    """A ring of 16 points in the xy plane at height `z`, anticlockwise seen from above."""
    ring = rounded(half, back, front, corner, 0.0)[::-1]
    return np.stack([ring[:, 0], ring[:, 2], np.full(len(ring), z)], axis=1)


def as_part(look: Look, part: int) -> Look:
    """The same appearance as another part of the vehicle."""
    return replace(look, part=part)


def _winding(corners: Array, normals: Array) -> npt.NDArray[np.int64]:
    """Orders of the corners (n, 3) that make triangles run anticlockwise about their normals."""
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    wrong = (faces * normals.sum(axis=1)).sum(axis=1) < 0
    return np.where(wrong[:, None], [0, 2, 1], [0, 1, 2])


def _circle(centre: Array, direction: Array, radius: float, sides: int) -> Array:
    w = _unit(direction)
    u = _unit(np.cross(w, (0.0, 0.0, 1.0) if abs(w[2]) < 0.9 else (1.0, 0.0, 0.0)))
    v = np.cross(w, u)
    turn = np.linspace(0, 2 * pi, sides, endpoint=False)[:, None]
    ring: Array = centre + radius * (np.cos(turn) * u + np.sin(turn) * v)
    return ring


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Array = vectors / np.maximum(length, 1e-9)
    return unit


def _lean(angle: float) -> Array:
    c, s = cos(angle), sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _spin(angle: float) -> Array:
    c, s = cos(angle), sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
