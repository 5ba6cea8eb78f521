"""Position of the wheels in each look, and whether they are visible.

As in `edge.detect.wheels`, but from the second look's data alone: a box ends where the vehicle stops being
visible; if another vehicle, nearer to the camera, covers its lower strip, or the picture's edge cuts it, its
wheels may be lower. How low follows from its height in the looks that show it whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.detect.detector import TWO_WHEELED
from edge.detect.wheels import HIDING, covered
from edge.rules.inputs import Box
from edge.second_look.following import Path, Step

SHORTER = 0.88
"""Part of the expected height below which a box lacks its lower end."""

_CUT = 2.0
"""Pixels from the picture's edges within which a box is cut off."""

_ENOUGH = 3
"""Looks at the whole vehicle before its height is believed."""


@dataclass(frozen=True)
class Wheels:
    """The wheels in one step: `seen` at the lower edge of the box, else no lower than `lowest`, y in
    pixels."""

    seen: bool
    lowest: float


def wheels_of(path: Path, size: tuple[int, int]) -> list[Wheels]:
    """The wheels for each step of the path."""
    hidden = [_covered(step) or _cut(step.box, size) for step in path.steps]
    height = _height_by_place([s for s, unseen in zip(path.steps, hidden, strict=True) if not unseen])
    return [_wheels(step, unseen, height) for step, unseen in zip(path.steps, hidden, strict=True)]


def _wheels(step: Step, hidden: bool, height: tuple[float, float] | None) -> Wheels:
    top, bottom = step.box[1], step.box[3]
    if height is None:
        return Wheels(not hidden, bottom if not hidden else bottom + (bottom - top))
    tall = max(height[0] + height[1] * top, 1.0)
    short = bottom - top < SHORTER * tall
    return Wheels(not (hidden or short), max(bottom, top + tall) if hidden or short else bottom)


def _covered(step: Step) -> bool:
    """Whether a nearer vehicle covers its lower strip."""
    seen = step.look.seen
    own = next(number for number, other in enumerate(seen) if other is step.seen)
    return bool(covered(seen)[own] >= HIDING[step.seen.kind in TWO_WHEELED])


def _cut(box: Box, size: tuple[int, int]) -> bool:
    """Whether the lower, left or right edge of the picture cuts the box."""
    return box[0] < _CUT or box[2] > size[0] - _CUT or box[3] > size[1] - _CUT


def _height_by_place(clear: Sequence[Step]) -> tuple[float, float] | None:
    """Height of the box as a linear function of its upper edge, a + b·y, from the looks that show it whole.

    The upper edge is used because it is visible where the lower one is hidden. Over a short way the slope is
    unreliable and the median height is used.
    """
    if len(clear) < _ENOUGH:
        return None
    tops = np.array([step.box[1] for step in clear])
    heights = np.array([step.box[3] - step.box[1] for step in clear])
    if np.ptp(tops) < 0.5 * np.median(heights):
        return float(np.median(heights)), 0.0
    slope, start = np.polyfit(tops, heights, 1)
    return float(start), float(slope)
