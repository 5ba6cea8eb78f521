"""Cars lofted over stations along their length, and a box truck; origin on the ground under the rear axle."""

from dataclasses import dataclass
from typing import Any

from . import materials as m
from .catalogue import KINDS, Kind
from .mesh import Point, box, disc, empty, make, tyre
from .model import Model, hang_plate

PILLAR, SIDE, FRONT, BACK = "pillar", "side", "front", "back"


@dataclass(frozen=True)
class Station:
    """A cross-section: y along the car, half width, heights of floor, belt and top, half width at top (m).

    `glass`: what lies between this station and the next, side windows, windscreen, rear window or metal.
    """

    y: float
    half: float
    floor: float
    belt: float
    top: float
    half_top: float
    glass: str = PILLAR


SEDAN = (
    Station(-0.98, 0.74, 0.40, 0.84, 0.90, 0.60),
    Station(-0.94, 0.82, 0.27, 0.90, 0.98, 0.68),
    Station(-0.80, 0.86, 0.22, 0.92, 1.02, 0.70),
    Station(-0.42, 0.88, 0.20, 0.93, 1.05, 0.70, BACK),
    Station(0.16, 0.88, 0.19, 0.94, 1.40, 0.57),
    Station(0.26, 0.88, 0.19, 0.94, 1.44, 0.58, SIDE),
    Station(0.95, 0.88, 0.19, 0.94, 1.47, 0.60),
    Station(1.03, 0.88, 0.19, 0.94, 1.47, 0.60, SIDE),
    Station(1.55, 0.88, 0.19, 0.94, 1.43, 0.57),
    Station(1.62, 0.88, 0.19, 0.94, 1.40, 0.57, FRONT),
    Station(2.30, 0.87, 0.19, 0.93, 1.00, 0.70),
    Station(3.05, 0.85, 0.20, 0.82, 0.90, 0.68),
    Station(3.40, 0.80, 0.24, 0.70, 0.78, 0.62),
    Station(3.48, 0.70, 0.34, 0.60, 0.66, 0.55),
)
HATCHBACK = (
    Station(-0.66, 0.72, 0.42, 0.88, 0.98, 0.58),
    Station(-0.62, 0.80, 0.28, 0.93, 1.06, 0.64),
    Station(-0.50, 0.83, 0.22, 0.95, 1.12, 0.63, BACK),
    Station(-0.16, 0.84, 0.20, 0.96, 1.46, 0.54),
    Station(-0.06, 0.84, 0.20, 0.96, 1.50, 0.56, SIDE),
    Station(0.80, 0.84, 0.20, 0.96, 1.53, 0.58),
    Station(0.88, 0.84, 0.20, 0.96, 1.53, 0.58, SIDE),
    Station(1.50, 0.84, 0.20, 0.96, 1.48, 0.55),
    Station(1.57, 0.84, 0.20, 0.96, 1.45, 0.55, FRONT),
    Station(2.22, 0.83, 0.20, 0.95, 1.03, 0.66),
    Station(2.80, 0.81, 0.22, 0.84, 0.92, 0.64),
    Station(3.08, 0.76, 0.26, 0.70, 0.78, 0.58),
    Station(3.15, 0.66, 0.36, 0.60, 0.66, 0.52),
)
SUV = (
    Station(-0.90, 0.78, 0.48, 1.00, 1.10, 0.64),
    Station(-0.86, 0.87, 0.34, 1.06, 1.18, 0.71),
    Station(-0.74, 0.91, 0.28, 1.08, 1.22, 0.71, BACK),
    Station(-0.48, 0.92, 0.26, 1.08, 1.66, 0.62),
    Station(-0.38, 0.92, 0.26, 1.08, 1.70, 0.64, SIDE),
    Station(0.25, 0.92, 0.26, 1.08, 1.73, 0.66),
    Station(0.34, 0.92, 0.26, 1.08, 1.73, 0.66, SIDE),
    Station(1.12, 0.92, 0.26, 1.08, 1.73, 0.66),
    Station(1.21, 0.92, 0.26, 1.08, 1.72, 0.66, SIDE),
    Station(1.78, 0.92, 0.26, 1.08, 1.66, 0.62),
    Station(1.86, 0.92, 0.26, 1.08, 1.62, 0.62, FRONT),
    Station(2.42, 0.91, 0.26, 1.07, 1.16, 0.74),
    Station(3.20, 0.89, 0.28, 0.98, 1.06, 0.74),
    Station(3.50, 0.84, 0.32, 0.82, 0.92, 0.68),
    Station(3.58, 0.74, 0.42, 0.70, 0.78, 0.60),
)


@dataclass(frozen=True)
class Shape:
    """A body and where its fittings go (metres)."""

    stations: tuple[Station, ...]
    wheel: float
    lamp: Point
    lamp_size: Point
    plate_z: float


SHAPES = {
    "sedan": Shape(SEDAN, 0.31, (0.63, -0.93, 0.80), (0.36, 0.12, 0.17), 0.63),
    "hatchback": Shape(HATCHBACK, 0.29, (0.655, -0.56, 0.90), (0.19, 0.14, 0.34), 0.62),
    "suv": Shape(SUV, 0.36, (0.74, -0.82, 1.00), (0.22, 0.14, 0.36), 0.80),
}


def build_car(shape_name: str, rgb: m.Rgb) -> Model:
    """A sedan, hatchback or SUV without its plate text."""
    shape, kind = SHAPES[shape_name], KINDS[shape_name]
    root = empty(shape_name)
    tail = m.lamp((1.0, 0.012, 0.008), 0.4)
    _body(shape.stations, m.paint(rgb), root)
    _wheels(shape, kind, root)
    _rear(shape, tail, root)
    _front(shape, root)
    for side in (-1, 1):
        mirror = shape.stations[-5]
        box(
            (side * (mirror.half + 0.09), mirror.y - 0.62, mirror.belt + 0.08),
            (0.2, 0.1, 0.14),
            m.paint(rgb),
            root,
            bevel=0.03,
        )
    y = shape.stations[0].y - 0.045
    quad = hang_plate(kind.plate, (0.0, y, shape.plate_z), 0.06)
    return Model(root, quad, tail)


def build_truck(rgb: m.Rgb) -> Model:
    """A light box truck, 2.35 m high."""
    root = empty("truck")
    tail = m.lamp((1.0, 0.012, 0.008), 0.4)
    white, dark = m.plain((0.62, 0.63, 0.62), 0.5, 0.1), m.rubber()
    box((0, 0.75, 1.52), (1.78, 3.3, 1.62), white, root, bevel=0.02)
    for x in (-0.87, -0.02, 0.02, 0.87):
        box((x, -0.91, 1.5), (0.05, 0.03, 1.56), m.plain((0.35, 0.36, 0.37), 0.4, 0.6), root, bevel=0.008)
    for x, z in ((-0.2, 1.2), (0.2, 1.2), (-0.2, 1.75), (0.2, 1.75)):
        box((x, -0.93, z), (0.05, 0.05, 0.5), m.chrome(), root, bevel=0.01)
    for z in (0.73, 2.31):
        box((0, -0.905, z), (1.8, 0.04, 0.07), m.plain((0.35, 0.36, 0.37), 0.4, 0.6), root, bevel=0.01)
    for i in range(8):
        box((-0.79 + i * 0.225, -0.94, 0.73), (0.11, 0.01, 0.05), m.plain((0.6, 0.02, 0.02), 0.4), root)
    box((0, 2.98, 1.12), (1.66, 1.1, 1.5), m.paint(rgb), root, bevel=0.14)
    box((0, 3.42, 1.45), (1.5, 0.3, 0.6), m.glass(), root, bevel=0.05)
    box((0, 1.3, 0.58), (0.9, 4.3, 0.2), dark, root)
    box((0, -0.86, 0.5), (1.66, 0.1, 0.12), m.plain((0.2, 0.2, 0.21), 0.5), root, bevel=0.02)
    for side in (-1, 1):
        for y in (0.0, 2.75):
            tyre((side * 0.7, y, 0.34), 0.34, 0.26, dark, root)
            disc((side * 0.75, y, 0.34), 0.2, 0.18, m.plain((0.5, 0.5, 0.5), 0.4, 0.5), root)
        box((side * 0.66, -0.93, 0.58), (0.3, 0.08, 0.13), tail, root, bevel=0.02)
        box((side * 0.7, -0.42, 0.36), (0.3, 0.02, 0.4), dark, root)
        box((side * 0.98, 3.2, 1.5), (0.16, 0.08, 0.3), dark, root, bevel=0.03)
    return Model(root, hang_plate("short", (0.0, -0.95, 0.52), 0.0), tail)


def _body(stations: tuple[Station, ...], paint: Any, root: Any) -> None:
    rings = [_ring(s) for s in stations]
    size = len(rings[0])
    vertices = [p for ring in rings for p in ring]
    faces, glazed = list[tuple[int, ...]](), list[bool]()
    for i, station in enumerate(stations[:-1]):
        for k in range(size):
            a, b, c, d = (
                i * size + k,
                i * size + (k + 1) % size,
                (i + 1) * size + (k + 1) % size,
                (i + 1) * size + k,
            )
            faces.append((a, b, c, d))
            column = min(k, size - 1 - k)
            glazed.append(_is_glass(station.glass, column))
    faces += [tuple(range(size))[::-1], tuple(range(len(vertices) - size, len(vertices)))]
    body = make("body", vertices, faces, paint, root, subdivide=2)
    body.data.materials.append(m.glass())
    for polygon, glass in zip(body.data.polygons, glazed, strict=False):
        polygon.material_index = int(glass)
    crease = body.data.attributes.new("crease_edge", "FLOAT", "EDGE")
    belt = {i * size + k for i in range(len(stations)) for k in (5, size - 5)}
    for edge in body.data.edges:
        crease.data[edge.index].value = 0.55 if set(edge.vertices) <= belt else 0.0


def _ring(s: Station) -> list[Point]:
    """A closed section, from the floor's centre over the right side and the roof to the left."""
    waist = s.floor + 0.55 * (s.belt - s.floor)
    inset = (s.half - s.half_top) * 0.14
    right = [
        (s.half * 0.55, s.floor),
        (s.half * 0.93, s.floor + 0.02),
        (s.half, s.floor + 0.14),
        (s.half + 0.012, waist),
        (s.half - 0.012, s.belt - 0.05),
        (s.half - 0.04 - inset, s.belt),
        (s.half_top + 0.03, s.top - 0.05),
        (s.half_top - 0.06, s.top),
    ]
    section = [(0.0, s.floor), *right, (0.0, s.top + 0.025), *((-x, z) for x, z in reversed(right))]
    return [(x, s.y, z) for x, z in section]


def _is_glass(kind: str, column: int) -> bool:
    """Columns of a ring: 6 is the side window, 8 and above the roof."""
    return (kind == SIDE and column == 6) or (kind in (FRONT, BACK) and column == 8)


def _wheels(shape: Shape, kind: Kind, root: Any) -> None:
    half = shape.stations[4].half
    for side in (-1, 1):
        for y in (0.0, kind.wheelbase):
            disc(
                (side * (half - 0.09), y, shape.wheel + 0.02),
                shape.wheel + 0.075,
                0.22,
                m.rubber(),
                root,
                bevel=0.01,
            )
            tyre(
                (side * (half - 0.1), y, shape.wheel),
                shape.wheel,
                0.24,
                m.plain((0.03, 0.03, 0.031), 0.85),
                root,
            )
            disc(
                (side * (half - 0.02), y, shape.wheel),
                shape.wheel * 0.66,
                0.07,
                m.plain((0.5, 0.5, 0.52), 0.35, 0.8),
                root,
                bevel=0.01,
            )
            for k in range(5):
                box(
                    (side * (half + 0.018), y, shape.wheel),
                    (0.01, shape.wheel * 1.2, 0.05),
                    m.chrome(),
                    root,
                    tilt=k * 1.2566,
                )


def _rear(shape: Shape, tail: Any, root: Any) -> None:
    rear = shape.stations[0]
    x, y, z = shape.lamp
    for side in (-1, 1):
        box((side * x, y, z), shape.lamp_size, tail, root, bevel=0.03)
        box(
            (side * x * 0.98, y - shape.lamp_size[1] / 2, z - shape.lamp_size[2] * 0.28),
            (shape.lamp_size[0] * 0.55, 0.02, 0.04),
            m.plain((0.7, 0.7, 0.68), 0.2),
            root,
            bevel=0.005,
        )
        box(
            (side * 0.66, rear.y - 0.0, rear.floor + 0.07),
            (0.16, 0.06, 0.05),
            m.plain((0.45, 0.02, 0.02), 0.2),
            root,
            bevel=0.015,
        )
        disc((side * 0.5, rear.y + 0.02, rear.floor - 0.06), 0.035, 0.09, m.chrome(), root)
    box((0, rear.y + 0.05, rear.floor - 0.02), (1.3, 0.16, 0.13), m.rubber(), root, bevel=0.04)
    box((0, rear.y - 0.01, rear.floor + 0.11), (1.34, 0.03, 0.012), m.rubber(), root)
    box((0, rear.y - 0.005, shape.plate_z + 0.15), (0.72, 0.05, 0.035), m.chrome(), root, bevel=0.012)
    box(
        (0, rear.y - 0.005, shape.plate_z),
        (0.60, 0.05, 0.22),
        m.plain((0.03, 0.03, 0.03), 0.5),
        root,
        bevel=0.02,
    )
    top = shape.stations[3]
    box((0, top.y + 0.10, shape.stations[4].top + 0.035), (0.12, 0.22, 0.05), m.rubber(), root, bevel=0.02)


def _front(shape: Shape, root: Any) -> None:
    front = shape.stations[-1]
    box((0, front.y - 0.02, front.floor + 0.12), (1.0, 0.08, 0.22), m.rubber(), root, bevel=0.03)
    for side in (-1, 1):
        box(
            (side * 0.58, front.y - 0.06, front.belt + 0.02),
            (0.3, 0.16, 0.13),
            m.plain((0.75, 0.76, 0.78), 0.1, 0.3),
            root,
            bevel=0.04,
        )
