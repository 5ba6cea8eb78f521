"""Possible positions of a lamp head's housing, from its lenses seen lit.

Lenses stand in one line, from the top or from the left: red, amber, green (QCVN 41). Their spacing is a
little more than their width, and the housing as long as three spacings.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from edge.rules.inputs import Box, Point
from edge.setup.suggest.lenses import COLOURS, Lens
from edge.signal.lamp import Layout

PITCHES = (0.6, 2.4)
"""Spacing of neighbouring lenses, in widths of a lit lens: with its halo it may look wider than it is, from
afar narrower."""

LEAN = 0.4
"""Most lean of a line of lenses, sideways for each pixel along it; small ones are located roughly."""

BREADTHS = (0.95, 1.15, 1.4)
"""Widths of housings in lens spacings."""

LENGTHS = (2.9, 3.25)
"""Lengths of housings in lens spacings."""

SINGLE_PITCHES = (0.85, 1.05, 1.3)
"""Lens spacings tried if only one lens is known, in its widths."""


@dataclass(frozen=True)
class Housing:
    """A housing in pixels, and the arrangement of its lenses."""

    box: Box
    layout: Layout


def housings(lens: Lens, other: Lens | None = None) -> list[Housing]:
    """Housings that hold the lens, or both lenses, each in its place; none if their arrangement does not fit.

    A single lens is taken to belong to an upright head: most are.
    """
    if other is None:
        return [h for pitch in SINGLE_PITCHES for h in _around_one(lens, pitch * lens.size)]
    steps = COLOURS.index(other.colour) - COLOURS.index(lens.colour)
    dx, dy = ((b - a) / steps for a, b in zip(lens.centre, other.centre, strict=True))
    layout: Layout = "vertical" if abs(dy) >= abs(dx) else "horizontal"
    pitch, aside = (dy, dx) if layout == "vertical" else (dx, dy)
    size = (lens.size + other.size) / 2
    if not PITCHES[0] * size <= pitch <= PITCHES[1] * size or abs(aside) > LEAN * pitch:
        return []
    to_amber = 1 - COLOURS.index(lens.colour)
    middle = (lens.centre[0] + to_amber * dx, lens.centre[1] + to_amber * dy)
    return list(_around(middle, pitch, layout))


def _around_one(lens: Lens, pitch: float) -> Iterator[Housing]:
    to_amber = pitch * (1 - COLOURS.index(lens.colour))
    yield from _around((lens.centre[0], lens.centre[1] + to_amber), pitch, "vertical")


def _around(middle: Point, pitch: float, layout: Layout) -> Iterator[Housing]:
    for breadth in BREADTHS:
        for length in LENGTHS:
            half = (breadth * pitch / 2, length * pitch / 2)
            across, along = half if layout == "vertical" else half[::-1]
            (x, y) = middle
            yield Housing((x - across, y - along, x + across, y + along), layout)
