"""Cars, vans, buses and lorries."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..plates import Format
from .body import Body, hang_plate
from .shapes import (
    GLASS,
    GLOW,
    MATTE,
    PAINT,
    Array,
    Look,
    Mesh,
    Point,
    ball,
    box,
    flat_ring,
    limb,
    loft,
    rounded,
    sheet,
    tube,
    wheel,
)

SKIN = Look((1, 1, 1), PAINT, slot=1)
BLACK = Look((0.02, 0.02, 0.022))
TRIM = Look((0.035, 0.035, 0.038))
CHROME = Look((0.6, 0.6, 0.62), PAINT)
PANE = Look((0.02, 0.025, 0.03), GLASS)
TAIL = Look((0.75, 0.02, 0.02), GLOW, slot=4)
AMBER = Look((0.8, 0.3, 0.03), PAINT)
BEAM = Look((0.9, 0.9, 0.85), GLOW, slot=5)


@dataclass(frozen=True)
class CarShape:
    """Side view of a car: (y, z) of what makes its outline, all in metres from the rear axle."""

    wheelbase: float
    back: float
    front: float
    half: float
    sill: float
    deck: float
    belt: float
    bonnet: float
    roof: float
    rear_glass: tuple[float, float]
    wind_screen: tuple[float, float]
    radius: float
    plate: Format


SHAPES = {
    "sedan": CarShape(
        2.62, -1.02, 3.46, 0.87, 0.22, 0.98, 0.93, 0.86, 1.45, (-0.62, 0.15), (2.28, 1.45), 0.32, "short"
    ),
    "hatchback": CarShape(
        2.45, -0.68, 3.22, 0.84, 0.22, 0.96, 0.92, 0.88, 1.50, (-0.6, -0.28), (2.2, 1.4), 0.30, "short"
    ),
    "suv": CarShape(
        2.70, -0.92, 3.58, 0.92, 0.30, 1.08, 1.06, 1.02, 1.72, (-0.85, -0.5), (2.35, 1.6), 0.36, "long"
    ),
    "van": CarShape(
        3.05, -1.05, 3.75, 0.95, 0.28, 1.12, 1.12, 1.08, 1.98, (-1.02, -0.9), (3.1, 2.35), 0.34, "short"
    ),
}
"""Rear glass and wind screen: y at the belt and y at the roof."""


def car(shape: CarShape) -> Body:
    """A car, estate or van."""
    mesh = Mesh()
    _lower_body(mesh, shape)
    _cabin(mesh, shape)
    _running_gear(mesh, shape.wheelbase, shape.half, shape.radius)
    _lamps(mesh, shape)
    back, front = shape.back, shape.front
    high = shape.plate == "short"
    rear = hang_plate(mesh, shape.plate, (0, back - 0.035, shape.deck - (0.26 if high else 0.3)))
    nose = hang_plate(mesh, "long", (0, front + 0.035, 0.42), front=True)
    return Body(
        *(mesh, back - 0.04, front + 0.04, shape.half, shape.roof, shape.wheelbase, shape.half - 0.11),
        plate=shape.plate,
        plates=(rear, nose),
    )


def _lower_body(mesh: Mesh, s: CarShape) -> None:
    low, deck, belt, hood = s.sill, s.deck, s.belt, s.bonnet
    stations = [
        (s.back, 0.86, low + 0.14, deck - 0.16, 0.10),
        (s.back + 0.05, 0.93, low + 0.06, deck - 0.06, 0.12),
        (s.back + 0.25, 0.98, low, deck, 0.12),
        (s.rear_glass[0], 1.0, low, deck, 0.10),
        (0.3, 1.0, low, belt, 0.10),
        (s.wind_screen[0] - 0.4, 1.0, low, belt, 0.10),
        (s.wind_screen[0], 1.0, low, belt, 0.12),
        (s.wheelbase + 0.35, 0.98, low, hood, 0.16),
        (s.front - 0.16, 0.93, low + 0.02, hood - 0.1, 0.16),
        (s.front - 0.03, 0.85, low + 0.06, hood - 0.24, 0.14),
        (s.front, 0.78, low + 0.1, hood - 0.32, 0.12),
    ]
    rings = [rounded(s.half * w, lo, hi, c, y) for y, w, lo, hi, c in stations]
    loft(mesh, np.array(rings), SKIN)
    for y, z in ((s.back - 0.01, low + 0.12), (s.front + 0.01, low + 0.12)):
        box(mesh, (0, y, z), (s.half * 1.62, 0.06, 0.2), TRIM)
    box(mesh, (0, (s.back + s.front) / 2, low + 0.02), (s.half * 1.98, s.wheelbase - 0.8, 0.1), TRIM)
    box(mesh, (0, s.front - 0.005, s.bonnet - 0.3), (s.half * 1.0, 0.06, 0.12), BLACK)
    box(mesh, (0, s.back + 0.02, s.deck - 0.14), (s.half * 0.75, 0.03, 0.035), CHROME)


def _cabin(mesh: Mesh, s: CarShape) -> None:
    """Glass all round from the belt up, the roof, and painted pillars over the glass."""
    low, high = min(s.belt, s.deck) - 0.04, s.roof - 0.09

    def ring(part: float, z: float, grow: float = 0.0) -> Array:
        back = s.rear_glass[0] + part * (s.rear_glass[1] - s.rear_glass[0])
        front = s.wind_screen[0] + part * (s.wind_screen[1] - s.wind_screen[0])
        return flat_ring(s.half * (0.95 - 0.19 * part) + grow, back - grow, front + grow, 0.16, z)

    loft(mesh, np.array([ring(0, low), ring(0.5, (low + high) / 2), ring(1, high)]), PANE, caps=False)
    roof = [ring(0.97, high - 0.02, 0.015), ring(1.0, high + 0.03, 0.01), ring(1.05, s.roof - 0.02, -0.1)]
    loft(mesh, np.array([*roof, ring(1.1, s.roof, -0.3)]), SKIN)
    for x in (-1, 1):
        posts = [(s.rear_glass, 0.05), (s.wind_screen, -0.05)]
        for (foot, head), step in posts:
            a = (x * s.half * 0.925, foot + step, low)
            b = (x * s.half * 0.735, head + step, high)
            limb(mesh, [a, b], [0.055, 0.045], SKIN, 6)
        middle = (s.wind_screen[0] + s.rear_glass[0]) / 2
        limb(
            mesh,
            [(x * s.half * 0.95, middle, low), (x * s.half * 0.765, middle, high)],
            [0.04, 0.035],
            BLACK,
            4,
        )
        mirror = (x * (s.half + 0.1), s.wind_screen[0] - 0.35, s.belt + 0.06)
        ball(mesh, mirror, (0.1, 0.06, 0.07), SKIN, sides=6)


def _running_gear(mesh: Mesh, wheelbase: float, half: float, radius: float) -> None:
    for y in (0.0, wheelbase):
        arch = radius * 1.16
        tube(mesh, (-half - 0.008, y, arch + 0.02), (half + 0.008, y, arch + 0.02), (arch, arch), BLACK, 14)
        for x in (-1, 1):
            wheel(mesh, (x * (half - 0.1), y, radius), radius, 0.22)


def _lamps(mesh: Mesh, s: CarShape) -> None:
    for x in (-1, 1):
        box(mesh, (x * s.half * 0.78, s.back + 0.03, s.deck - 0.2), (s.half * 0.32, 0.12, 0.17), TAIL)
        box(mesh, (x * s.half * 0.72, s.back + 0.02, s.deck - 0.32), (s.half * 0.2, 0.1, 0.05), AMBER)
        box(mesh, (x * s.half * 0.68, s.front - 0.09, s.bonnet - 0.2), (s.half * 0.34, 0.14, 0.12), BEAM)


def bus(length: float = 11.2, half: float = 1.24, height: float = 3.1) -> Body:
    """A city bus: rear axle 3 m from its end."""
    mesh = Mesh()
    back, front = -0.27 * length, 0.73 * length
    stations = [(back, 0.97), (back + 0.12, 1.0), (front - 0.25, 1.0), (front, 0.96)]
    loft(mesh, np.array([rounded(half * w, 0.34, height, 0.16, y) for y, w in stations]), SKIN)
    glass_low, glass_high = 1.22, height - 0.55
    for x in (-1, 1):
        _panes(mesh, x * (half + 0.006), back + 0.5, front - 0.5, glass_low, glass_high)
        sheet(
            mesh, _wall(x * (half + 0.004), back + 0.05, front - 0.05, 0.62, 0.95), Look((1, 1, 1), PAINT, 2)
        )
    box(mesh, (0, back - 0.005, (glass_low + glass_high) / 2 + 0.1), (half * 1.7, 0.03, 1.05), PANE)
    box(mesh, (0, front - 0.01, 1.75), (half * 1.8, 0.06, 1.5), PANE)
    box(mesh, (0, back - 0.01, height - 0.3), (half * 1.1, 0.03, 0.28), BLACK)
    box(mesh, (0, back - 0.01, 0.75), (half * 1.2, 0.03, 0.42), TRIM)
    box(mesh, (0, back + 1.6, height + 0.08), (half * 1.3, 2.2, 0.22), Look((0.75, 0.75, 0.75)))
    for x in (-1, 1):
        box(mesh, (x * half * 0.86, back - 0.005, 1.05), (0.2, 0.05, 0.42), TAIL)
        box(mesh, (x * half * 0.8, front, 0.75), (0.36, 0.08, 0.2), BEAM)
        limb(
            mesh,
            [(x * half, front - 0.1, 2.3), (x * (half + 0.22), front + 0.25, 2.1)],
            [0.03, 0.05],
            BLACK,
            5,
        )
    base = 0.54 * length
    _running_gear(mesh, base, half, 0.48)
    rear = hang_plate(mesh, "short", (0, back - 0.045, 0.62))
    nose = hang_plate(mesh, "long", (0, front + 0.05, 0.55), front=True)
    return Body(mesh, back - 0.05, front + 0.05, half, height, base, half - 0.14, "short", (rear, nose))


def _wall(x: float, back: float, front: float, low: float, high: float) -> list[Point]:
    return [(x, back, low), (x, front, low), (x, front, high), (x, back, high)]


def _panes(mesh: Mesh, x: float, back: float, front: float, low: float, high: float) -> None:
    count = max(2, round((front - back) / 1.4))
    edges = np.linspace(back, front, count + 1)
    for start, end in pairwise(edges):
        sheet(mesh, _wall(x, float(start) + 0.04, float(end) - 0.04, low, high), PANE)


def lorry(length: float = 6.4, half: float = 1.02, height: float = 2.9) -> Body:
    """A box lorry; the box takes the second colour."""
    mesh = Mesh()
    base = 0.56 * length
    back, front = -0.24 * length, 0.76 * length
    cab = front - 1.65
    box(
        mesh, (0, (back + cab) / 2, (0.95 + height) / 2), (half * 2, cab - back - 0.12, height - 0.95), _CARGO
    )
    for x in (-1, 1):
        for z in (0.97, height - 0.02):
            box(mesh, (x * half, (back + cab) / 2, z), (0.05, cab - back - 0.1, 0.07), Look((0.3, 0.3, 0.31)))
    box(mesh, (0, back + 0.04, 0.98), (half * 2.02, 0.06, 0.08), Look((0.3, 0.3, 0.31)))
    box(mesh, (0, back + 0.045, (0.95 + height) / 2), (0.03, 0.04, height - 1.1), TRIM)
    box(mesh, (0, (back + front) / 2, 0.72), (0.9, length - 0.7, 0.2), BLACK)
    stations = [(cab, 1.0, height * 0.8), (cab + 0.7, 1.0, height * 0.81), (front - 0.25, 0.99, height * 0.7)]
    rings = [rounded(half * 0.95 * w, 0.5, top, 0.14, y) for y, w, top in [*stations, (front, 0.94, 1.35)]]
    loft(mesh, np.array(rings), SKIN)
    box(mesh, (0, front - 0.2, 1.62), (half * 1.62, 0.28, 0.62), PANE, tilt=0.35)
    for x in (-1, 1):
        sheet(mesh, _wall(x * half * 0.957, cab + 0.45, front - 0.4, 1.4, 2.0), PANE)
        box(mesh, (x * half * 0.78, back + 0.06, 0.76), (0.3, 0.07, 0.13), TAIL)
        box(mesh, (x * half * 0.68, front + 0.005, 0.86), (0.34, 0.06, 0.18), BEAM)
        limb(
            mesh, [(x * half, front - 0.2, 2.0), (x * (half + 0.2), front - 0.1, 1.8)], [0.03, 0.07], BLACK, 5
        )
    box(mesh, (0, back + 0.1, 0.5), (half * 1.8, 0.08, 0.12), TRIM)
    box(mesh, (0, front + 0.01, 0.55), (half * 1.8, 0.08, 0.28), TRIM)
    _running_gear(mesh, base, half - 0.06, 0.4)
    rear = hang_plate(mesh, "short", (0.0, back - 0.0, 0.74))
    nose = hang_plate(mesh, "long", (0, front + 0.06, 0.6), front=True)
    return Body(mesh, back, front + 0.06, half, height, base, half - 0.16, "short", (rear, nose))


_CARGO = Look((1, 1, 1), MATTE, slot=2)
