"""Which pictures are looked at, and how large: bounded in frames times pixels, never by a clock.

So a replay and a live node, idle or busy, look at the same pictures and answer the same.
"""

from collections.abc import Sequence
from math import ceil, sqrt

from edge.rules.inputs import Finding

BEFORE, AFTER = 3.0, 2.0
"""Seconds looked at before and after the act, at least."""

MOMENT_MARGIN = 0.7
"""Seconds around the first and the last moment the evidence shows."""

LONGEST = 9.0
"""Seconds looked at, at most: of a long act only its decisive end."""

DENSE = 1.0
"""Seconds either side of the act in which every picture is looked at."""

MOST_LOOKS = 84
"""Pictures looked at, at most."""

PIXELS = 8_500_000
"""Pixels given to the detector in all: what one core of a small node does in about two seconds."""

PIXELS_IN_ALL, DECODED_FOR_ONE = 12_000_000, 130
"""Pixels of detector and decoder together: decoding so many costs what the detector needs for one."""

SIZES = (256, 640)
"""Least and most pixels of the longer side of what the detector is given."""

STRIDE = 32


def window(finding: Finding) -> tuple[float, float]:
    """First and last moment looked at, stream seconds."""
    told = [finding.t, *finding.moments.values()]
    last = min(max(finding.t + AFTER, max(told) + MOMENT_MARGIN), finding.t + LONGEST / 2)
    first = min(finding.t - BEFORE, min(told) - MOMENT_MARGIN)
    return max(first, last - LONGEST), last


def chosen(times: Sequence[float], t: float) -> list[float]:
    """Of the ascending `times` those looked at: all near `t`, evenly thinned further off.

    The rate near `t` is thinned too where a camera gives more pictures than are looked at in all.
    """
    near = [at for at in times if abs(at - t) <= DENSE]
    near = _thinned(near, MOST_LOOKS * 3 // 4)
    far = [at for at in times if abs(at - t) > DENSE]
    return sorted([*near, *_thinned(far, MOST_LOOKS - len(near))])


def input_size(looks: int, decoded: int = 0) -> int:
    """Longer side of the detector's input so that so many looks, and the pixels `decoded` for them, stay
    within the budget."""
    side = sqrt(min(PIXELS, max(PIXELS_IN_ALL - decoded / DECODED_FOR_ONE, 0)) / max(looks, 1))
    return min(max(int(side) // STRIDE * STRIDE, SIZES[0]), SIZES[1])


def _thinned(times: Sequence[float], most: int) -> list[float]:
    return list(times[:: max(1, ceil(len(times) / max(most, 1)))])
