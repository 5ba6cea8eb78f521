"""The renderer's description of a moment: position, colours and lit lamps of each mesh."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rgb = tuple[float, float, float]
GREY: Rgb = (0.5, 0.5, 0.5)
STANDING_ID = 2047
"""Id of static objects other than the ground."""


@dataclass(frozen=True)
class Thing:
    """One instance of a mesh.

    `place` is x, y, z and heading, `lean` roll about its own +y and pitch about +x. `id` is below 2047,
    `layer` the number of its plate's picture. `lit` is the brake for vehicles and the state (0 red, 1
    amber, 2 green, 3 dark) for signal heads; `beam` the strength of headlamps.
    """

    mesh: str
    place: tuple[float, float, float, float]
    colours: tuple[Rgb, Rgb, Rgb] = (GREY, GREY, GREY)
    lean: tuple[float, float] = (0.0, 0.0)
    id: int = STANDING_ID
    layer: int = 0
    lit: float = 0.0
    beam: float = 0.0

    @property
    def row(self) -> list[float]:
        """The instance attributes in the order of the shaders."""
        first, second, third = self.colours
        return [*self.place, *self.lean, *first, *second, *third, self.id, self.layer, self.lit, self.beam]


@dataclass(frozen=True)
class Patch:
    """A soft dark or light patch on the road: x, y, heading; half width, back and front from there (m)."""

    place: tuple[float, float, float]
    strength: float
    half: float
    back: float
    front: float
    light: bool = False

    @property
    def row(self) -> list[float]:
        """The instance attributes in the order of the shaders."""
        return [*self.place, self.strength, self.half, self.back, self.front, float(self.light)]


@dataclass(frozen=True)
class Moment:
    """Everything visible at one time."""

    things: tuple[Thing, ...]
    patches: tuple[Patch, ...] = ()
