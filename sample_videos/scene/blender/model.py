"""The interface of a finished vehicle model, and the mounting of its plate."""

from dataclasses import dataclass, field
from math import cos, sin
from pathlib import Path
from typing import Any

from ..plates import SIZES_MM, Format
from . import materials as m
from .mesh import Point, sheet

TAIL_LIT, BRAKE_LIT = 0.06, 1.6
"""Emission strength of the tail lamp while driving and while braking."""


@dataclass(frozen=True)
class Model:
    """A vehicle in its own frame: origin on the ground under the rear axle, +y forward.

    `quad` holds the plate's corners: upper left, upper right, lower right, lower left as a reader sees them.
    """

    root: Any
    quad: tuple[Point, Point, Point, Point]
    tail: Any
    riding: tuple[Any, ...] = field(default=())
    standing: tuple[Any, ...] = field(default=())

    def show(self, brake: bool, stands: bool) -> None:
        """Set the brake lamp, and the rider's foot on the ground or on the rest."""
        m.set_strength(self.tail, BRAKE_LIT if brake else TAIL_LIT)
        for part in self.riding:
            part.hide_render = part.hide_viewport = stands
        for part in self.standing:
            part.hide_render = part.hide_viewport = not stands

    def fit_plate(self, picture: Path) -> str:
        """Attach the drawn plate; returns the name of the plate's object."""
        upper_left, upper_right, lower_right, lower_left = self.quad
        plate = sheet((lower_left, lower_right, upper_right, upper_left), m.picture(picture), self.root)
        return str(plate.name)


def hang_plate(plate_format: Format, centre: Point, tilt: float) -> tuple[Point, Point, Point, Point]:
    """Corners of a plate that faces backwards; `tilt` (radians) leans its top forward, as on motorbikes."""
    width, height = (side / 1000 for side in SIZES_MM[plate_format])
    x, y, z = centre
    dy, dz = sin(tilt) * height / 2, cos(tilt) * height / 2
    left, right = x - width / 2, x + width / 2
    return (left, y + dy, z + dz), (right, y + dy, z + dz), (right, y - dy, z - dz), (left, y - dy, z - dz)
