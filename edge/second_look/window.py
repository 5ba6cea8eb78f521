"""Selects the pictures to analyse and their size: bounded by frames times pixels, never by a clock.

So a replay and a live node, idle or busy, analyse the same pictures and give the same answers.
"""

from collections.abc import Sequence
from math import ceil, sqrt

from edge.rules.inputs import Finding

BEFORE, AFTER = 3.0, 2.0
"""Least seconds analysed before and after the act."""

MOMENT_MARGIN = 0.7
"""Seconds added around the first and the last moment the evidence shows."""

LONGEST = 9.0
"""Most seconds analysed: of a long act only its decisive end."""

DENSE = 1.0
"""Seconds either side of the act in which every picture is analysed."""

MOST_LOOKS = 84
"""Most pictures analysed."""

PIXELS = 8_500_000
"""Total pixels given to the detector: the work of one core of a small node in about two seconds."""

PIXELS_IN_ALL, DECODED_FOR_ONE = 12_000_000, 130
"""Total pixels of detector and decoder together: decoding so many costs as much as the detector for one."""

SIZES = (256, 640)
"""Least and most pixels of the longer side of the detector's input."""

STRIDE = 32


def window(finding: Finding) -> tuple[float, float]:
    """First and last moment analysed, stream seconds."""
    told = [finding.t, *finding.moments.values()]
    last = min(max(finding.t + AFTER, max(told) + MOMENT_MARGIN), finding.t + LONGEST / 2)
    first = min(finding.t - BEFORE, min(told) - MOMENT_MARGIN)
    return max(first, last - LONGEST), last


def chosen(times: Sequence[float], t: float) -> list[float]:
    """Those of the ascending `times` that are analysed: all near `t`, evenly thinned farther away.

    The rate near `t` is thinned too if a camera gives more pictures than the total limit.
    """
    near = [at for at in times if abs(at - t) <= DENSE]
    near = _thinned(near, MOST_LOOKS * 3 // 4)
    far = [at for at in times if abs(at - t) > DENSE]
    return sorted([*near, *_thinned(far, MOST_LOOKS - len(near))])


def input_size(looks: int, decoded: int = 0) -> int:
    """Longer side of the detector's input with which so many looks, and the pixels `decoded` for them, stay
    within the budget."""
    side = sqrt(min(PIXELS, max(PIXELS_IN_ALL - decoded / DECODED_FOR_ONE, 0)) / max(looks, 1))
    return min(max(int(side) // STRIDE * STRIDE, SIZES[0]), SIZES[1])


def _thinned(times: Sequence[float], most: int) -> list[float]:
    return list(times[:: max(1, ceil(len(times) / max(most, 1)))])
