"""Riders on their seats and pedestrians.

The first colour of an instance is the shirt, the second the trousers, the third helmet or hair.
"""

from dataclasses import dataclass
from math import cos, pi, sin

from .shapes import HEAD_PART, MATTE, PAINT, Look, Mesh, Point, as_part, ball, box, limb

SHIRT = Look((1, 1, 1), MATTE, slot=1)
TROUSERS = Look((1, 1, 1), MATTE, slot=2)
SKIN = Look((0.42, 0.24, 0.16))
SHOE = Look((0.04, 0.035, 0.03))
HELMET = Look((1, 1, 1), PAINT, slot=3)
HAIR = Look((0.012, 0.01, 0.01))
VISOR = Look((0.02, 0.02, 0.025), PAINT)


@dataclass(frozen=True)
class Seat:
    """Position of a person's hips, the lean of the back (radians forward) and the person's size."""

    hips: Point
    lean: float
    size: float = 1.0


SEATS = {
    "driver": Seat((0, 0.26, 0.84), 0.12),
    "pillion": Seat((0, -0.1, 0.88), 0.1),
    "third": Seat((0, -0.3, 0.9), 0.06, 0.94),
    "child": Seat((0, 0.52, 0.72), 0.05, 0.62),
    "cyclist": Seat((0, 0.22, 0.98), 0.28),
}


def head_centre(seat: Seat) -> Point:
    """Middle of the head."""
    reach = 0.69 * seat.size
    x, y, z = seat.hips
    return x, y + reach * sin(seat.lean) + 0.04, z + reach * cos(seat.lean)


def head(seat: Seat, number: int, *, helmet: bool) -> Mesh:
    """A head with or without a helmet; the mesh is a separate part."""
    mesh, (x, y, z), part = Mesh(), head_centre(seat), HEAD_PART + number
    size = 0.9 if seat.size < 0.8 else 1.0
    ball(mesh, (x, y + 0.01, z), (0.085 * size, 0.1 * size, 0.12 * size), as_part(SKIN, part), sides=8)
    if helmet:
        radii = (0.138 * size, 0.158 * size, 0.15 * size)
        ball(mesh, (x, y - 0.01, z + 0.025), radii, as_part(HELMET, part), sides=12, span=(0.42, 1))
        limb(
            mesh,
            [(x - 0.1, y + 0.13, z + 0.06), (x + 0.1, y + 0.13, z + 0.06)],
            [0.028, 0.028],
            as_part(VISOR, part),
            6,
        )
    else:
        radii = (0.1 * size, 0.115 * size, 0.125 * size)
        ball(mesh, (x, y - 0.02, z + 0.02), radii, as_part(HAIR, part), sides=12, span=(0.35, 1))
    return mesh


def driver(*, foot_down: bool, cyclist: bool = False) -> Mesh:
    """The driver, feet on the rests or one on the ground."""
    seat = SEATS["cyclist" if cyclist else "driver"]
    grip_y, grip_z = 0.83, 1.03
    mesh = _trunk(seat)
    shoulders = _shoulders(seat)
    for side in (-1, 1):
        _, y, z = shoulders
        elbow = (side * 0.3, y + 0.2, z - 0.26)
        _arm(mesh, (side * 0.2, y, z), elbow, (side * 0.3, grip_y, grip_z))
        _, hy, hz = seat.hips
        if cyclist:
            knee = (side * 0.12, hy + 0.36, hz - 0.2 - side * 0.08)
            _leg(mesh, (side * 0.09, hy, hz), knee, (side * 0.11, 0.42, 0.34 - side * 0.15))
        elif foot_down and side < 0:
            _leg(mesh, (-0.1, hy, hz - 0.02), (-0.36, hy + 0.2, 0.52), (-0.42, hy + 0.08, 0.06))
        else:
            _leg(
                mesh,
                (side * 0.1, hy, hz - 0.02),
                (side * 0.21, hy + 0.4, 0.72),
                (side * 0.19, hy + 0.3, 0.34),
            )
    return mesh


def passenger(name: str) -> Mesh:
    """A passenger behind the driver, hands on the driver's waist, or a child standing in front of the
    driver."""
    seat = SEATS[name]
    mesh, shoulders, s = _trunk(seat), _shoulders(seat), seat.size
    for side in (-1, 1):
        _, y, z = shoulders
        _arm(
            mesh,
            (side * 0.19 * s, y, z),
            (side * 0.27 * s, y + 0.1, z - 0.25 * s),
            (side * 0.17, y + 0.3 * s, z - 0.33 * s),
        )
        _, hy, hz = seat.hips
        knee = (side * 0.25 * s, hy + 0.36 * s, hz - 0.1)
        foot = (side * 0.24 * s, hy + 0.2, max(0.36, hz - 0.52))
        _leg(mesh, (side * 0.1 * s, hy, hz - 0.02), knee, foot)
    return mesh


def rucksack(name: str) -> Mesh:
    """A bag on the back."""
    seat, mesh = SEATS[name], Mesh()
    x, y, z = _shoulders(seat)
    ball(mesh, (x, y - 0.2, z - 0.17), (0.17, 0.12, 0.23), Look((1, 1, 1), MATTE, slot=3), sides=10)
    return mesh


def load() -> Mesh:
    """Boxes tied on behind the driver."""
    mesh = Mesh()
    box(mesh, (0, -0.3, 1.12), (0.62, 0.5, 0.5), Look((0.42, 0.3, 0.17)))
    box(mesh, (0, -0.3, 1.38), (0.63, 0.06, 0.03), Look((0.05, 0.1, 0.3)))
    return mesh


def walker(phase: float) -> Mesh:
    """A pedestrian in one phase (0 to 1) of the step; hips over the origin, facing +y."""
    mesh = Mesh()
    seat = Seat((0, 0, 0.92), 0.03)
    swing = 0.32 * sin(2 * pi * phase)
    mesh.join(_trunk(seat))
    _, y, z = _shoulders(seat)
    for side in (-1, 1):
        step = side * swing
        _arm(
            mesh,
            (side * 0.2, y, z),
            (side * 0.25, y - step * 0.5, z - 0.28),
            (side * 0.24, y - step + 0.08, z - 0.5),
        )
        lift = max(0.0, side * 0.12 * cos(2 * pi * phase))
        _leg(
            mesh,
            (side * 0.09, 0, 0.9),
            (side * 0.1, step * 0.6 + 0.05, 0.48 + lift),
            (side * 0.1, step, 0.07 + lift),
        )
    mesh.join(head(seat, 0, helmet=False))
    return mesh


def _shoulders(seat: Seat) -> Point:
    x, y, z = seat.hips
    reach = 0.5 * seat.size
    return x, y + reach * sin(seat.lean), z + reach * cos(seat.lean)


def _trunk(seat: Seat) -> Mesh:
    mesh = Mesh()
    x, y, z = seat.hips
    sx, sy, sz = _shoulders(seat)
    s = seat.size
    ball(mesh, (x, y, z), (0.19 * s, 0.17 * s, 0.14 * s), TROUSERS, sides=8)
    waist, chest = (x, y + (sy - y) * 0.35, z + (sz - z) * 0.35), (x, y + (sy - y) * 0.8, z + (sz - z) * 0.8)
    ball(mesh, waist, (0.17 * s, 0.13 * s, 0.2 * s), SHIRT, sides=10)
    ball(mesh, chest, (0.21 * s, 0.135 * s, 0.21 * s), SHIRT, sides=10)
    limb(mesh, [(sx - 0.16 * s, sy, sz - 0.02), (sx + 0.16 * s, sy, sz - 0.02)], [0.075 * s] * 2, SHIRT, 8)
    limb(mesh, [(sx, sy, sz), (sx, sy + 0.03, sz + 0.1 * s)], [0.055 * s, 0.05 * s], SKIN, 6)
    return mesh


def _arm(mesh: Mesh, shoulder: Point, elbow: Point, hand: Point) -> None:
    limb(mesh, [shoulder, elbow], [0.062, 0.05], SHIRT, 6)
    limb(mesh, [elbow, hand], [0.045, 0.036], SKIN, 5)


def _leg(mesh: Mesh, hip: Point, knee: Point, foot: Point) -> None:
    limb(mesh, [hip, knee], [0.095, 0.07], TROUSERS, 7)
    limb(mesh, [knee, foot], [0.065, 0.045], TROUSERS, 6)
    x, y, z = foot
    limb(mesh, [(x, y - 0.04, z - 0.03), (x, y + 0.14, z - 0.035)], [0.04, 0.035], SHOE, 5)
