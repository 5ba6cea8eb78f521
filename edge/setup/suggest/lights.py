"""Strength of red, amber and green in each small square of a picture: the trace in which lamps are found
later.

The strongest colour in a square is stored, so that a lens of a few pixels isn't lost in the dark housing
around it.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.rules.inputs import Box
from edge.setup.suggest.model import Image, Lights

ROWS = 240
"""Approximate number of squares per column: a lens of a far head still fills one."""

LEAST_LIGHT = 90
"""Brightness (0 to 255) below which nothing is a lamp."""

PLAIN = 90
"""Saturation (0 to 255) of a distinct colour."""

HUES = (((0, 10), (165, 180)), ((11, 34), (11, 34)), ((42, 102), (42, 102)))
"""Hue (0 to 180) of red, amber and green lamps; green LEDs are nearly cyan."""


class LightTrace:
    """Collects pictures of one size, one after another."""

    def __init__(self, size: tuple[int, int]) -> None:
        """`size` is width and height of the pictures."""
        self._cell = max(2, round(size[1] / ROWS))
        self._shape = (size[1] // self._cell, size[0] // self._cell)
        self._times: list[float] = []
        self._shine: list[NDArray[np.uint8]] = []
        self._hidden: list[NDArray[np.bool_]] = []

    def look(self, t: float, image: Image, vehicles: Sequence[Box]) -> None:
        """Adds a picture and the boxes of the vehicles in it."""
        self._times.append(t)
        self._shine.append(self._pooled(shine(image)))
        hidden = np.zeros(self._shape, bool)
        for x1, y1, x2, y2 in vehicles:
            left, top = (max(0, int(v // self._cell)) for v in (x1, y1))
            hidden[top : int(y2 // self._cell) + 1, left : int(x2 // self._cell) + 1] = True
        self._hidden.append(hidden)

    def lights(self) -> Lights:
        """The whole trace; requires at least one picture."""
        return Lights(tuple(self._times), self._cell, np.stack(self._shine), np.stack(self._hidden))

    def _pooled(self, full: NDArray[np.uint8]) -> NDArray[np.uint8]:
        (rows, columns), cell = self._shape, self._cell
        full = full[: rows * cell, : columns * cell]
        # Line by line: numpy's maximum over two axes of squares takes ten times as long.
        lines = np.maximum.reduce([full[step::cell] for step in range(cell)])
        return np.asarray(np.maximum.reduce([lines[:, step::cell] for step in range(cell)]), np.uint8)


def shine(image: Image) -> NDArray[np.uint8]:
    """For each pixel of a BGR picture its strength of red, amber and green, 0 to 255."""
    hsv = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2HSV), np.uint8)
    hue, saturation, light = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    # A lit lens is brighter than one in the sun, but paler: above a minimum saturation only brightness
    # counts.
    coloured = np.minimum(saturation, PLAIN)
    strength = np.asarray(cv2.multiply(coloured, light, scale=1 / PLAIN), np.uint8)
    strength[light < LEAST_LIGHT] = 0
    colours = [np.where(_within(hue, spans), strength, 0) for spans in HUES]
    return np.stack(colours, axis=2).astype(np.uint8)


def _within(hue: NDArray[np.uint8], spans: tuple[tuple[int, int], ...]) -> NDArray[np.bool_]:
    inside = np.zeros(hue.shape, bool)
    for first, last in spans:
        inside |= (hue >= first) & (hue <= last)
    return inside
