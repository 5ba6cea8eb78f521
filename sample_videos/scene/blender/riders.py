"""Riders: clothing melted over simple limbs, a helmet, one leg pose for riding and one with a foot down."""

from dataclasses import dataclass
from typing import Any

from . import materials as m
from .mesh import Point, ball, box, capsule, fuse, tube

SKIN = (0.44, 0.25, 0.16)


@dataclass(frozen=True)
class Clothes:
    """Colours (linear RGB) of a rider and whether a rucksack or a pillion passenger is carried."""

    top: m.Rgb
    trousers: m.Rgb
    helmet: m.Rgb
    rucksack: m.Rgb | None = None


def build_rider(root: Any, clothes: Clothes) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Seat a rider; returns the leg parts of the riding pose and of the standing pose."""
    _torso(root, clothes)
    _head(root, clothes)
    if clothes.rucksack:
        box((0, 0.17, 1.14), (0.30, 0.17, 0.40), m.plain(clothes.rucksack, 0.8), root, bevel=0.06)
        box((0, 0.08, 1.06), (0.22, 0.06, 0.18), m.plain(clothes.rucksack, 0.8), root, bevel=0.025)
    riding = _legs(root, clothes, foot_down=False)
    standing = _legs(root, clothes, foot_down=True)
    return riding, standing


def _torso(root: Any, clothes: Clothes) -> None:
    cloth = m.plain(clothes.top, 0.85)
    parts = [
        tube(
            [
                (0, 0.22, 0.80),
                (0, 0.23, 0.92),
                (0, 0.28, 1.10),
                (0, 0.33, 1.26),
                (0, 0.37, 1.38),
                (0, 0.39, 1.44),
            ],
            [0.150, 0.150, 0.158, 0.172, 0.14, 0.065],
            cloth,
            root,
            flatten=0.66,
            sides=18,
        )
    ]
    for side in (-1, 1):
        shoulder, elbow, wrist = _arm(side)
        parts += [
            capsule(shoulder, elbow, 0.065, 0.05, cloth, root),
            capsule(elbow, wrist, 0.048, 0.038, cloth, root),
        ]
        ball((wrist[0], wrist[1] + 0.05, wrist[2] - 0.005), (0.04, 0.06, 0.04), m.plain(SKIN, 0.6), root)
    fuse(parts, 0.022)


def _arm(side: int) -> tuple[Point, Point, Point]:
    return (side * 0.165, 0.36, 1.34), (side * 0.29, 0.50, 1.12), (side * 0.32, 0.80, 1.07)


def _head(root: Any, clothes: Clothes) -> None:
    shell = m.plain(clothes.helmet, 0.25, 0.0, 0.8)
    capsule((0, 0.39, 1.42), (0, 0.42, 1.56), 0.06, 0.06, m.plain(SKIN, 0.6), root)
    ball((0, 0.455, 1.57), (0.085, 0.10, 0.125), m.plain(SKIN, 0.6), root)
    ball((0, 0.43, 1.635), (0.132, 0.155, 0.125), shell, root, rings=14, sides=24)
    tube(
        [(-0.11, 0.52, 1.60), (-0.07, 0.61, 1.60), (0.07, 0.61, 1.60), (0.11, 0.52, 1.60)],
        0.022,
        shell,
        root,
        flatten=0.5,
    )
    tube(
        [
            (0.128 * x, 0.43 + 0.15 * y, 1.575)
            for x, y in ((-0.7, -0.7), (0, -1), (0.7, -0.7), (1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0))
        ],
        0.012,
        m.rubber(),
        root,
        closed=True,
    )


def _legs(root: Any, clothes: Clothes, *, foot_down: bool) -> tuple[Any, ...]:
    cloth, shoe = m.plain(clothes.trousers, 0.85), m.plain((0.03, 0.025, 0.02), 0.6)
    parts, shoes = [tube([(-0.09, 0.24, 0.83), (0.09, 0.24, 0.83)], [0.115, 0.115], cloth, root)], []
    for side in (-1, 1):
        planted = foot_down and side < 0
        hip: Point = (side * 0.10, 0.27, 0.83)
        knee: Point = (-0.30, 0.56, 0.55) if planted else (side * 0.22, 0.70, 0.72)
        ankle: Point = (-0.36, 0.50, 0.10) if planted else (side * 0.20, 0.56, 0.36)
        parts += [
            capsule(hip, knee, 0.088, 0.064, cloth, root),
            capsule(knee, ankle, 0.060, 0.042, cloth, root),
        ]
        z = 0.04 if planted else ankle[2] - 0.05
        shoes.append(box((ankle[0], ankle[1] + 0.06, z), (0.095, 0.26, 0.08), shoe, root, bevel=0.03))
    return fuse(parts, 0.022), *shoes
