"""Trees, shop fronts and street furniture beside the junction; only their lower parts are in the picture."""

from math import cos, pi, sin
from random import Random

from . import materials as m
from .mesh import Point, ball, box, make, tube
from .street import KERB_Z


def build_surroundings() -> None:
    """Everything that stands on the pavements."""
    random = Random(7)
    for x, y in (
        (5.6, 19.2),
        (5.2, 33.0),
        (5.4, 40.0),
        (5.3, 47.0),
        (-11.6, 34.0),
        (-11.4, 42.0),
        (-11.2, 50.0),
    ):
        _tree(x, y, random)
    for i, rgb in enumerate(
        ((0.52, 0.40, 0.20), (0.20, 0.34, 0.40), (0.50, 0.48, 0.44), (0.42, 0.20, 0.14), (0.30, 0.36, 0.24))
    ):
        _shop(7.6, 34.6 + 6.2 * i, 6.0, rgb, i)
        _shop(-13.4, 34.6 + 6.2 * i, 6.0, rgb[::-1], i, side=-1)
    for x, y in ((6.3, 34.2), (6.9, 34.3), (6.5, 37.6), (6.7, 43.0)):
        _pot(x, y, random)
    for i in range(5):
        rgb = ((0.45, 0.02, 0.02), (0.02, 0.08, 0.40))[i % 2]
        _stool(5.9 + 0.5 * (i % 3), 35.6 + 0.6 * (i // 3), rgb)
    for k in range(6):
        _bollard(4.1 + 0.9 * k, 31.5 + 0.25 * k)
    _bollard(4.2, 18.3)
    box((5.9, 38.9, 0.6), (0.5, 0.9, 0.95), m.plain((0.05, 0.22, 0.08), 0.6), bevel=0.05)


def _tree(x: float, y: float, random: Random) -> None:
    bark = m.mottled((0.10, 0.075, 0.05), (0.24, 0.20, 0.15), 3.0, 0.9, 1.0, 0.5)
    trunk = [(x, y, 0.1), (x + 0.04, y, 0.5), (x - 0.03, y + 0.03, 2.0), (x + 0.1, y, 4.6)]
    tube(trunk, [0.21, 0.16, 0.14, 0.11], bark)
    box((x, y, KERB_Z + 0.02), (1.1, 1.1, 0.03), m.plain((0.07, 0.05, 0.035), 0.95))
    vertices, faces = list[Point](), list[tuple[int, ...]]()
    for _ in range(1500):
        a, b, r = random.uniform(0, 2 * pi), random.uniform(-1, 1), random.random() ** 0.4
        flat = (1 - b * b) ** 0.5
        centre = (x + 2.1 * r * flat * cos(a), y + 2.1 * r * flat * sin(a), 5.6 + 1.3 * r * b)
        _leaf(vertices, faces, centre, random)
    make("leaves", vertices, faces, m.plain((0.035, 0.10, 0.02), 0.6), smooth=False)


def _leaf(vertices: list[Point], faces: list[tuple[int, ...]], centre: Point, random: Random) -> None:
    start = len(vertices)
    u = [random.uniform(-0.13, 0.13) for _ in range(3)]
    v = [random.uniform(-0.13, 0.13) for _ in range(3)]
    for su, sv in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        vertices.append(
            (
                centre[0] + su * u[0] + sv * v[0],
                centre[1] + su * u[1] + sv * v[1],
                centre[2] + su * u[2] + sv * v[2],
            )
        )
    faces.append((start, start + 1, start + 2, start + 3))


def _shop(x: float, y: float, length: float, rgb: m.Rgb, style: int, side: int = 1) -> None:
    """A shop house whose front is at x, facing the road; every other one has its shutter down."""
    wall = m.mottled(tuple(0.75 * c for c in rgb), rgb, 0.9, 0.9)
    box((x + side * 3.0, y + length / 2, 4.0), (6.0, length - 0.05, 8.0), wall)
    box(
        (x - side * 0.3, y + length / 2, KERB_Z + 0.09),
        (0.7, length - 0.4, 0.18),
        m.plain((0.33, 0.31, 0.29), 0.7),
        bevel=0.015,
    )
    if style % 2:
        for k in range(11):
            box(
                (x - side * 0.04, y + length / 2, 0.4 + 0.2 * k),
                (0.05, length - 1.4, 0.17),
                m.plain((0.22, 0.30, 0.36), 0.4, 0.5),
                bevel=0.02,
            )
    else:
        box((x - side * 0.03, y + length / 2, 1.45), (0.05, length - 1.2, 2.3), m.glass())
        for part in range(4):
            box(
                (x - side * 0.06, y + 0.6 + part * (length - 1.2) / 3, 1.45),
                (0.06, 0.09, 2.3),
                m.plain((0.4, 0.4, 0.4), 0.3, 0.8),
            )
    box(
        (x - side * 0.6, y + length / 2, 3.1),
        (1.3, length - 0.3, 0.12),
        m.plain((0.45, 0.06, 0.05) if style % 2 else (0.05, 0.16, 0.35), 0.6),
    )
    # The near gable, seen from the camera across the junction: a skirting in another colour and a door.
    box((x + side * 3.0, y - 0.02, 0.55), (6.0, 0.03, 0.8), m.plain((0.22, 0.20, 0.18), 0.8))
    box((x + side * 1.3, y - 0.05, 1.2), (1.0, 0.05, 2.1), m.plain((0.12, 0.20, 0.16), 0.5), bevel=0.02)


def _pot(x: float, y: float, random: Random) -> None:
    tube([(x, y, KERB_Z), (x, y, 0.45), (x, y, 0.52)], [0.14, 0.22, 0.23], m.plain((0.35, 0.13, 0.06), 0.7))
    for _ in range(9):
        dx, dy, dz = (random.uniform(-0.2, 0.2) for _ in range(3))
        ball(
            (x + dx, y + dy, 0.75 + dz),
            (0.13, 0.13, 0.17),
            m.plain((0.03, 0.11, 0.025), 0.7),
            rings=5,
            sides=7,
        )


def _stool(x: float, y: float, rgb: m.Rgb) -> None:
    material = m.plain(rgb, 0.4)
    box((x, y, 0.46), (0.3, 0.3, 0.03), material, bevel=0.01)
    for dx in (-0.11, 0.11):
        for dy in (-0.11, 0.11):
            box((x + dx, y + dy, 0.3), (0.05, 0.05, 0.3), material)


def _bollard(x: float, y: float) -> None:
    tube([(x, y, 0.1), (x, y, 0.85)], 0.07, m.plain((0.30, 0.30, 0.31), 0.5, 0.4))
    tube([(x, y, 0.62), (x, y, 0.72)], 0.075, m.plain((0.6, 0.04, 0.03), 0.4))


def sun_direction() -> tuple[float, float, float]:
    """Euler angles (rad) of the sun lamp: behind the camera on its left, 50° high."""
    return (0.70, 0.0, -0.55 * sin(1.0))
