"""Where the wheels are in each look, and whether they are seen.

A box ends where the vehicle stops being visible. Its wheels are hidden where another vehicle, nearer to the
camera, covers the lower strip of the box, or the picture's edge cuts it. How low they may be then is told by
how tall this vehicle is in the looks that show it whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.rules.inputs import Box
from edge.second_look.following import Path, Step

STRIP = 0.2
"""Lower part of a box in which the wheels show."""

COVERED = 0.4
"""Share of the strip's width from which the wheels count as hidden."""

SHORTER = 0.88
"""Of the height expected at that place: a box shorter than this lacks its lower end."""

_CUT = 2.0
"""Pixels from the picture's edges within which a box is cut off."""

_ENOUGH = 3
"""Looks that show a vehicle whole before its height is believed."""


@dataclass(frozen=True)
class Wheels:
    """The wheels in one step: `seen` at the lower edge of the box, else not lower than `lowest`, y in
    pixels."""

    seen: bool
    lowest: float


def wheels_of(path: Path, size: tuple[int, int]) -> list[Wheels]:
    """For each step of the path."""
    covered = [_covered(step) or _cut(step.box, size) for step in path.steps]
    height = _height_by_place([s for s, hidden in zip(path.steps, covered, strict=True) if not hidden])
    return [_wheels(step, hidden, height) for step, hidden in zip(path.steps, covered, strict=True)]


def _wheels(step: Step, covered: bool, height: "tuple[float, float] | None") -> Wheels:
    top, bottom = step.box[1], step.box[3]
    if height is None:
        return Wheels(not covered, bottom if not covered else bottom + (bottom - top))
    tall = max(height[0] + height[1] * top, 1.0)
    short = bottom - top < SHORTER * tall
    return Wheels(not (covered or short), max(bottom, top + tall) if covered or short else bottom)


def _covered(step: Step) -> bool:
    """Whether nearer vehicles, whose boxes reach lower, lie over the lower strip."""
    x1, y1, x2, y2 = step.box
    strip = (x1, y2 - STRIP * (y2 - y1), x2, y2)
    spans = [
        (max(x1, other.box[0]), min(x2, other.box[2]))
        for other in step.look.seen
        if other is not step.seen and other.box[3] > y2 + 1.0 and _over(other.box, strip)
    ]
    return _length(spans) > COVERED * (x2 - x1)


def _over(box: Box, strip: Box) -> bool:
    """Whether a box covers at least the lower half of the strip somewhere."""
    middle = (strip[1] + strip[3]) / 2
    return box[1] <= middle and box[3] >= strip[3] and box[0] < strip[2] and box[2] > strip[0]


def _length(spans: Sequence[tuple[float, float]]) -> float:
    """Of the union of spans."""
    total, reached = 0.0, float("-inf")
    for first, last in sorted(spans):
        total += max(0.0, last - max(first, reached))
        reached = max(reached, last)
    return total


def _cut(box: Box, size: tuple[int, int]) -> bool:
    """Where the lower, left or right edge of the picture cuts the box."""
    return box[0] < _CUT or box[2] > size[0] - _CUT or box[3] > size[1] - _CUT


def _height_by_place(clear: Sequence[Step]) -> tuple[float, float] | None:
    """Height of the box as a line over its upper edge, a + b·y, from the looks that show it whole.

    The upper edge, because it shows where the lower one is hidden. Over a short way the slope says nothing
    and the median height counts.
    """
    if len(clear) < _ENOUGH:
        return None
    tops = np.array([step.box[1] for step in clear])
    heights = np.array([step.box[3] - step.box[1] for step in clear])
    if np.ptp(tops) < 0.5 * np.median(heights):
        return float(np.median(heights)), 0.0
    slope, start = np.polyfit(tops, heights, 1)
    return float(start), float(slope)
