"""Lit lenses found by their switching: small places that shine in one colour for a while, and then don't.

A lens goes on and off seldom and stays so for seconds, unlike leaves and passing headlamps. While a vehicle
hides it, its state is assumed unchanged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from edge.rules.inputs import Box, Point
from edge.setup.suggest.model import Lights

Lit = Literal["red", "amber", "green"]
COLOURS: tuple[Lit, ...] = ("red", "amber", "green")
"""In the order of `Lights.shine`."""

SHINES = 100
"""Least strength of a colour that is light rather than something painted in the sun."""

CONTRAST = 40.0
"""Least difference in strength between on and off."""

STEADY = 1.0
"""Seconds a lens is on at least, and off at least."""

SWITCH_SECONDS = 12.0
"""Seconds of the recording for each allowed switch, besides the first `FREE_SWITCHES`."""
FREE_SWITCHES = 2

LEAST_SEEN = 0.3
"""Least part of the time a place must not be hidden by vehicles."""

LARGEST = 0.09
"""Largest size of a lens, in parts of the picture's height."""


@dataclass(frozen=True, eq=False)
class Lens:
    """A place that was lit for part of the time: `on` and `seen` for each look, `contrast` in strength."""

    colour: Lit
    box: Box
    centre: Point
    on: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    contrast: float

    @property
    def size(self) -> float:
        """Mean of width and height, pixels."""
        return (self.box[2] - self.box[0] + self.box[3] - self.box[1]) / 2


def switching_lenses(lights: Lights) -> list[Lens]:
    """All places of the picture that switched in one colour."""
    if len(lights.times) < 4 or lights.times[-1] - lights.times[0] < 2 * STEADY:
        return []
    return [lens for number, colour in enumerate(COLOURS) for lens in _of_colour(lights, number, colour)]


def _of_colour(lights: Lights, number: int, colour: Lit) -> Iterator[Lens]:
    strength, seen = lights.shine[..., number], ~lights.hidden
    shown = np.where(seen, strength, 0)
    bright = np.partition(shown, -4, axis=0)[-4]
    rows, columns = np.nonzero((bright >= SHINES) & (seen.mean(axis=0) >= LEAST_SEEN))
    if not len(rows):
        return
    strength, seen = strength[:, rows, columns], seen[:, rows, columns]
    dark = np.percentile(np.where(seen, strength, bright[rows, columns]), 5, axis=0)
    on = _carried(strength >= (bright[rows, columns] + dark) / 2, seen)
    on = ndimage.median_filter(on, (3, 1))
    contrast = _contrast(strength, lights.shine[:, rows, columns].max(axis=2), on, seen)
    keep = (contrast >= CONTRAST) & _switches_like_a_lamp(on, lights.times)
    places = np.zeros(bright.shape, int)
    places[rows[keep], columns[keep]] = 1 + np.flatnonzero(keep)
    for cells in _together(places):
        lens = _lens(lights, colour, cells, (rows, columns), (on, seen, contrast))
        if lens is not None:
            yield lens


def _carried(on: NDArray[np.bool_], seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`on` with each unseen look set to the last seen one before it."""
    carried = on & seen
    for i in range(1, len(on)):
        carried[i] = np.where(seen[i], on[i], carried[i - 1])
    return carried


def _contrast(
    strength: NDArray[np.uint8], any_colour: NDArray[np.uint8], on: NDArray[np.bool_], seen: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean strength of each place when on, minus that of any colour when off; 0 if it never changes.

    Any colour: a place that alternates between red and green is a countdown, while a lens is dark when off.
    """
    lit, dark = on & seen, ~on & seen
    sums = [(one * part).sum(axis=0, dtype=float) for one, part in ((strength, lit), (any_colour, dark))]
    counts = [part.sum(axis=0) for part in (lit, dark)]
    means = [one / np.maximum(count, 1) for one, count in zip(sums, counts, strict=True)]
    difference: NDArray[np.float64] = np.where((counts[0] > 0) & (counts[1] > 0), means[0] - means[1], 0.0)
    return difference


def _switches_like_a_lamp(on: NDArray[np.bool_], times: tuple[float, ...]) -> NDArray[np.bool_]:
    """Whether each place (column) switches seldom, and stays on and off long enough."""
    step = (times[-1] - times[0]) / (len(times) - 1)
    switches = (on[1:] != on[:-1]).sum(axis=0)
    allowed = FREE_SWITCHES + (times[-1] - times[0]) / SWITCH_SECONDS
    lit = on.sum(axis=0) * step
    long_enough = (lit >= STEADY) & (len(on) * step - lit >= STEADY)
    return np.asarray((switches >= 1) & (switches <= allowed) & long_enough, bool)


def _together(places: NDArray[np.int_]) -> Iterator[NDArray[np.int_]]:
    """Indexes (from 0) of the places that touch each other, group by group."""
    labels, _ = ndimage.label(places > 0, np.ones((3, 3)))
    for number, window in enumerate(ndimage.find_objects(labels), start=1):
        inside = places[window][labels[window] == number]
        yield inside - 1


def _lens(
    lights: Lights,
    colour: Lit,
    cells: NDArray[np.int_],
    place: tuple[NDArray[np.int_], NDArray[np.int_]],
    known: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]],
) -> Lens | None:
    """The cells as one lens, without those that don't switch with the strongest. None if too large."""
    on, seen, contrast = known
    strongest = cells[contrast[cells].argmax()]
    agree = (on[:, cells] == on[:, [strongest]]).mean(axis=0) >= 0.85
    cells = cells[agree]
    rows, columns, cell = place[0][cells], place[1][cells], lights.cell
    box = (columns.min() * cell, rows.min() * cell, (columns.max() + 1) * cell, (rows.max() + 1) * cell)
    if max(box[2] - box[0], box[3] - box[1]) > max(3 * cell, LARGEST * cell * lights.shine.shape[1]):
        return None
    weights = contrast[cells]
    x, y = ((np.average(part, weights=weights) + 0.5) * cell for part in (columns, rows))
    return Lens(
        colour,
        (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        (float(x), float(y)),
        on[:, strongest],
        seen[:, cells].mean(axis=1) > 0.5,
        float(contrast[strongest]),
    )
