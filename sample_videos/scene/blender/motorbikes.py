"""A scooter and an underbone motorbike, origin on the ground under the rear axle."""

from typing import Any

from . import materials as m
from .mesh import ball, box, capsule, disc, empty, tube, tyre
from .model import Model, hang_plate
from .riders import Clothes, build_rider


def build_underbone(rgb: m.Rgb, clothes: Clothes) -> Model:
    """The step-through of the Wave and Dream kind: slim, big wheels, shock absorbers in sight."""
    root = empty("underbone")
    tail, body, dark, steel = m.lamp((1.0, 0.012, 0.008), 0.4), m.paint(rgb), m.rubber(), m.chrome()
    _wheel(root, 0.0, 0.29, 0.11)
    _wheel(root, 1.22, 0.285, 0.075)
    tube(
        [(0, -0.1, 0.80), (0, 0.1, 0.815), (0, 0.45, 0.79), (0, 0.68, 0.74)],
        [0.10, 0.13, 0.125, 0.08],
        m.plain((0.02, 0.02, 0.022), 0.6),
        root,
        flatten=0.45,
    )
    tube(
        [(0, -0.34, 0.76), (0, -0.1, 0.71), (0, 0.25, 0.66), (0, 0.62, 0.56)],
        [0.09, 0.15, 0.15, 0.10],
        body,
        root,
        flatten=0.75,
    )
    tube(
        [(0, 0.62, 0.52), (0, 0.85, 0.45), (0, 0.98, 0.62), (0, 1.02, 0.92)],
        [0.08, 0.08, 0.09, 0.08],
        body,
        root,
    )
    for side in (-1, 1):
        tube(
            [(side * 0.10, 0.86, 0.36), (side * 0.18, 0.95, 0.55), (side * 0.15, 1.0, 0.86)],
            [0.05, 0.09, 0.06],
            body,
            root,
            flatten=0.3,
        )
        tube([(side * 0.13, 0.0, 0.29), (side * 0.13, 0.16, 0.64)], 0.032, steel, root)
        tube([(side * 0.07, 0.02, 0.29), (side * 0.07, 0.5, 0.33)], 0.022, dark, root)
        tube([(side * 0.075, 1.22, 0.285), (side * 0.07, 1.02, 0.86)], 0.028, steel, root)
    _rear(root, tail, -0.36, 0.74, (0.17, 0.07, 0.075))
    tube(
        [
            (-0.13, -0.05, 0.79),
            (-0.12, -0.30, 0.83),
            (0, -0.37, 0.84),
            (0.12, -0.30, 0.83),
            (0.13, -0.05, 0.79),
        ],
        0.015,
        steel,
        root,
    )
    tube([(0.15, 0.45, 0.24), (0.165, 0.1, 0.27), (0.17, -0.32, 0.36)], [0.035, 0.055, 0.05], steel, root)
    box((0, 0.55, 0.32), (0.24, 0.3, 0.24), m.plain((0.2, 0.2, 0.21), 0.4, 0.6), root, bevel=0.05)
    tube([(0, -0.1, 0.55), (0, -0.28, 0.5), (0, -0.40, 0.36)], [0.07, 0.075, 0.06], dark, root, flatten=0.25)
    _steering(root, 0.90, 1.03, 0.37, m.paint(rgb))
    return _finish(root, tail, (0.0, -0.43, 0.56), clothes)


def build_scooter(rgb: m.Rgb, clothes: Clothes) -> Model:
    """A scooter: wide rounded tail, flat floor, tall apron, small wheels."""
    root = empty("scooter")
    tail, body, dark = m.lamp((1.0, 0.012, 0.008), 0.4), m.paint(rgb), m.rubber()
    _wheel(root, 0.0, 0.25, 0.13)
    _wheel(root, 1.22, 0.245, 0.10)
    tube(
        [(0, -0.40, 0.74), (0, -0.26, 0.68), (0, 0.05, 0.62), (0, 0.36, 0.54), (0, 0.47, 0.42)],
        [0.10, 0.19, 0.23, 0.22, 0.16],
        body,
        root,
        flatten=0.95,
    )
    tube(
        [(0, -0.22, 0.79), (0, 0.05, 0.82), (0, 0.4, 0.79), (0, 0.62, 0.73)],
        [0.09, 0.16, 0.16, 0.09],
        m.plain((0.02, 0.018, 0.016), 0.6),
        root,
        flatten=0.42,
    )
    box((0, 0.68, 0.32), (0.40, 0.52, 0.12), m.plain((0.05, 0.05, 0.052), 0.7), root, bevel=0.04)
    tube(
        [(0, 0.92, 0.30), (0, 0.96, 0.55), (0, 1.0, 0.80), (0, 0.98, 1.0)],
        [0.19, 0.235, 0.20, 0.11],
        body,
        root,
        flatten=0.35,
    )
    ball((0, 1.22, 0.45), (0.10, 0.24, 0.10), body, root)
    for side in (-1, 1):
        tube([(side * 0.06, 1.22, 0.245), (side * 0.06, 1.06, 0.6)], 0.03, dark, root)
    tube(
        [(-0.12, 0.0, 0.245), (-0.13, 0.42, 0.30)], [0.08, 0.09], m.plain((0.14, 0.14, 0.15), 0.5, 0.4), root
    )
    tube(
        [(0.17, 0.25, 0.27), (0.19, -0.02, 0.30), (0.19, -0.26, 0.36)],
        [0.05, 0.075, 0.065],
        m.plain((0.1, 0.1, 0.11), 0.4, 0.5),
        root,
    )
    tube([(0.12, 0.0, 0.26), (0.13, -0.12, 0.6)], 0.03, m.chrome(), root)
    tube(
        [(0, -0.05, 0.50), (0, -0.26, 0.48), (0, -0.40, 0.34)], [0.10, 0.095, 0.075], dark, root, flatten=0.25
    )
    tube(
        [(-0.15, -0.05, 0.80), (-0.13, -0.32, 0.85), (0.13, -0.32, 0.85), (0.15, -0.05, 0.80)],
        0.018,
        m.plain((0.25, 0.25, 0.26), 0.4, 0.7),
        root,
    )
    _rear(root, tail, -0.39, 0.73, (0.24, 0.07, 0.08))
    _steering(root, 0.90, 1.04, 0.37, body)
    return _finish(root, tail, (0.0, -0.45, 0.555), clothes)


def _finish(root: Any, tail: Any, plate: tuple[float, float, float], clothes: Clothes) -> Model:
    riding, standing = build_rider(root, clothes)
    quad = hang_plate("motorbike", plate, 0.30)
    x, y, z = plate
    box((x, y + 0.012, z), (0.20, 0.012, 0.15), m.rubber(), root, tilt=-0.30)
    tube([(0, y + 0.06, z), (0, y + 0.10, z + 0.10)], 0.03, m.rubber(), root, flatten=0.6)
    return Model(root, quad, tail, riding, standing)


def _wheel(root: Any, y: float, radius: float, width: float) -> None:
    tyre((0, y, radius), radius, width, m.plain((0.025, 0.025, 0.026), 0.85), root)
    disc((0, y, radius), radius * 0.3, width * 1.1, m.plain((0.35, 0.35, 0.36), 0.35, 0.8), root)
    for k in range(5):
        box(
            (0, y, radius),
            (0.025, radius * 1.3, 0.03),
            m.plain((0.35, 0.35, 0.36), 0.35, 0.8),
            root,
            tilt=k * 1.2566,
        )


def _rear(root: Any, tail: Any, y: float, z: float, size: tuple[float, float, float]) -> None:
    box((0, y, z), size, tail, root, bevel=0.025)
    amber = m.plain((0.75, 0.25, 0.02), 0.25)
    for side in (-1, 1):
        ball((side * (size[0] / 2 + 0.055), y + 0.03, z - 0.02), (0.045, 0.035, 0.03), amber, root)


def _steering(root: Any, y: float, z: float, half: float, body: Any) -> None:
    dark = m.rubber()
    ball((0, y + 0.06, z - 0.02), (0.13, 0.12, 0.085), body, root)
    ball((0, y + 0.16, z - 0.05), (0.085, 0.04, 0.06), m.plain((0.8, 0.8, 0.82), 0.08, 0.3), root)
    tube(
        [
            (-half, y - 0.08, z + 0.02),
            (-half * 0.6, y, z + 0.03),
            (half * 0.6, y, z + 0.03),
            (half, y - 0.08, z + 0.02),
        ],
        0.017,
        dark,
        root,
    )
    for side in (-1, 1):
        capsule(
            (side * half, y - 0.09, z + 0.02),
            (side * (half - 0.11), y - 0.05, z + 0.025),
            0.024,
            0.024,
            dark,
            root,
        )
        mx, mz = side * (half + 0.05), z + 0.22
        tube(
            [(side * half * 0.72, y, z + 0.03), (side * half * 0.84, y + 0.01, z + 0.14), (mx, y + 0.01, mz)],
            0.011,
            dark,
            root,
        )
        ball((mx, y + 0.01, mz), (0.078, 0.02, 0.052), dark, root)
        ball((mx, y - 0.008, mz), (0.066, 0.008, 0.042), m.plain((0.5, 0.55, 0.6), 0.08, 1.0), root)
