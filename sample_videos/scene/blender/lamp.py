"""The signal: a pole at the kerb with one low three-lens head that faces the camera."""

from math import cos, pi, sin
from typing import Any

from . import materials as m
from .mesh import ball, box, tube
from .script import Lamp

COLOURS: dict[str, m.Rgb] = {"red": (1.0, 0.02, 0.01), "amber": (1.0, 0.32, 0.01), "green": (0.02, 0.9, 0.28)}
LIT, DARK = 5.0, 0.0


def build_lamp(lamp: Lamp) -> dict[str, Any]:
    """Build pole and head; returns the lens material of each colour."""
    black, steel = m.plain((0.012, 0.012, 0.013), 0.5), m.plain((0.33, 0.35, 0.36), 0.45, 0.7)
    pole_x = lamp.x + lamp.width / 2 + 0.16
    tube([(pole_x, lamp.y + 0.05, 0.1), (pole_x, lamp.y + 0.05, 6.0)], 0.065, steel)
    box((pole_x, lamp.y + 0.05, 0.32), (0.32, 0.32, 0.36), steel, bevel=0.03)
    height = lamp.top - lamp.bottom
    box((lamp.x, lamp.y, lamp.bottom + height / 2), (lamp.width, 0.18, height), black, bevel=0.03)
    for z in (lamp.bottom + 0.12, lamp.top - 0.12):
        box(((lamp.x + pole_x) / 2, lamp.y + 0.05, z), (0.3, 0.04, 0.04), steel)
    lenses = {}
    for i, (name, rgb) in enumerate(COLOURS.items()):
        z = lamp.top - height * (i + 0.5) / 3
        radius = min(height / 3, lamp.width) * 0.40
        lenses[name] = m.lamp(rgb, DARK)
        ball((lamp.x, lamp.y - 0.09, z), (radius, 0.03, radius), lenses[name], rings=16, sides=28)
        _visor(lamp, z, radius * 1.12, black)
    return lenses


def show(lenses: dict[str, Any], state: str) -> None:
    """Light one lens."""
    for name, material in lenses.items():
        m.set_strength(material, LIT if name == state else DARK)
        shader = material.node_tree.nodes["Principled BSDF"]
        dim = 0.5 if name == state else 0.05
        shader.inputs["Base Color"].default_value = (*(dim * c for c in COLOURS[name]), 1.0)


def _visor(lamp: Lamp, z: float, radius: float, material: Any) -> None:
    arc = [pi * (0.05 + 0.9 * k / 10) for k in range(11)]
    for y in (0.12, 0.17):
        tube([(lamp.x + radius * cos(a), lamp.y - y, z + radius * sin(a)) for a in arc], 0.016, material)
