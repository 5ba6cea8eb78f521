"""Assigns detections to tracks, and says how certain each assignment is.

The cost of a pair is its negative log-likelihood: of position, size, colours and kind. Overlap alone loses a
motorbike that moves more than its own width between two looks, and swaps neighbours in a queue. A pair is
only as certain as the second-best way to explain the same look is worse.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from contract.vehicles import VehicleKind
from edge.detect.detector import TWO_WHEELED, Detection, Look
from edge.detect.hiding import Hidden, Sides, completed
from edge.rules.inputs import Box, Point

FORBIDDEN = 1e6

OVERLAPPING = 0.2
"""Intersection over union from which a pair is possible whatever the expected position."""

JITTER = 0.12
"""Least standard deviation of a box's expected position, in heights: boxes jitter, vehicles brake."""

REACH = 3.0
"""Largest distance from the expected position, in standard deviations."""

TWICE = float(np.log(2))
"""Log of two: widths or heights that differ by a larger factor belong to different objects."""

SIZES = 0.25
"""Standard deviation of the logarithm of a box's width and height, from look to look."""

COVERED_SIZES = 0.6
"""The same for the height if the vehicle is covered now or was before, and for the width if one side is."""

COLOURS = 0.25
"""Colour distance (`edge.detect.appearance.unlike`) that counts as much as one standard deviation."""

OTHER_KIND = 4.0
"""Cost of a two-wheeler continuing as a four-wheeler: a detector may err, but this is the last
explanation."""

BACK_SECONDS, BACK_SPEED, BACK_FAR = 0.35, 0.5, 0.3
"""A vehicle unseen for longer than the first value (seconds) that was faster than the second (heights a
second) has not come back by more than the third (heights)."""

BOTH, BETTER = 0.75, 0.1
"""A box holds two vehicles if its intersection over union with both together is at least the first value, and
by the second better than with the vehicle it was assigned to."""

ODD, GROWN = 5.0, float(np.log(2.5))
"""Cost of position, size and colours, and factor of size, from which the detection may as well be of a
vehicle not seen before."""

SAME = 0.6
"""Intersection over union from which two boxes of one look are of one vehicle: either may be taken."""

UNSEEN, STILL_UNSEEN = 8.0, 2.0
"""Cost of a track left unseen or of a detection being new; and of a track left unseen that was not seen in
the look before either."""


@dataclass(frozen=True)
class Expected:
    """A track's expected appearance now.

    `sigma` is the standard deviation of middle x and upper y in pixels, `last` the box it was last seen in,
    `gap` seconds ago, with `speed` in pixels a second. `covered`: something was in front of it then;
    `aside`: in front of one of its sides.
    """

    box: Box
    sigma: tuple[float, float]
    kind: VehicleKind
    look: Look | None
    last: Box
    gap: float
    speed: Point
    covered: bool
    aside: bool


@dataclass(frozen=True)
class Costs:
    """For all pairs of tracks (rows) and detections (columns): cost, overlap, which are possible, and which
    are so `odd` that the detection may as well be of another vehicle; also how much detections overlap each
    other (`alike`). `near`: detections within reach of the track, whatever they look like."""

    cost: NDArray[np.float64]
    overlap: NDArray[np.float64]
    possible: NDArray[np.bool_]
    alike: NDArray[np.float64]
    odd: NDArray[np.bool_]
    near: NDArray[np.bool_]


def overlaps(a: Sequence[Box], b: Sequence[Box]) -> NDArray[np.float64]:
    """Intersection over union of every box of `a` with every box of `b`, len(a) x len(b)."""
    first, second = np.array(a, float).reshape(-1, 1, 4), np.array(b, float).reshape(1, -1, 4)
    size = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    shared = np.clip(size, 0, None).prod(axis=-1)
    areas = (first[..., 2:] - first[..., :2]).prod(axis=-1) + (second[..., 2:] - second[..., :2]).prod(
        axis=-1
    )
    result: NDArray[np.float64] = shared / np.maximum(areas - shared, 1e-9)
    return result


def apart(expected: Box, seen: Box, sides: Sides) -> float:
    """Distance between the middles of the upper edges of an expected box and a detected one whose `sides` may
    be hidden, in parts of the larger side of the second."""
    a, b = expected, completed(seen, expected[2] - expected[0], sides)
    x, y = (a[0] + a[2] - b[0] - b[2]) / 2, a[1] - b[1]
    return float(np.hypot(x, y)) / max(b[2] - b[0], b[3] - b[1])


def costs(expected: Sequence[Expected], detections: Sequence[Detection], hidden: Hidden) -> Costs:
    """The cost of each detection as the continuation of each track.

    Args:
        expected: the tracks, as expected now.
        detections: the detections of this look.
        hidden: what nearer vehicles may hide of each detection.
    """
    if not expected or not detections:
        nothing = np.zeros((len(expected), len(detections)))
        none = nothing.astype(bool)
        return Costs(nothing, nothing, none, nothing, none, none)
    tracks, seen = np.array([e.box for e in expected])[:, None], np.array([d.box for d in detections])[None]
    overlap = overlaps([e.box for e in expected], [d.box for d in detections])
    sigma = np.array([e.sigma for e in expected])
    across = _across(tracks, seen, hidden) / sigma[:, :1]
    away = across**2 + ((tracks[..., 1] - seen[..., 1]) / sigma[:, 1:]) ** 2
    wider = np.log((seen[..., 2] - seen[..., 0]) / (tracks[..., 2] - tracks[..., 0]))
    taller = np.log((seen[..., 3] - seen[..., 1]) / (tracks[..., 3] - tracks[..., 1]))
    below = np.array([e.covered for e in expected])[:, None] | hidden.below[None]
    # Something in front of a side makes a box narrower, never wider; what comes out from behind it is wider.
    came_out = np.array([e.aside for e in expected])[:, None] & (wider > 0)
    aside = came_out | ((hidden.left | hidden.right)[None] & (wider < 0))
    sizes = (wider / np.where(aside, COVERED_SIZES, SIZES)) ** 2
    sizes += (taller / np.where(below, COVERED_SIZES, SIZES)) ** 2
    two = np.array([e.kind in TWO_WHEELED for e in expected])[:, None]
    other = two != np.array([d.kind in TWO_WHEELED for d in detections])[None]
    cost = (
        np.minimum(away, 16) / 2 + np.minimum(sizes, 16) / 2 + (_unlikes(expected, detections) / COLOURS) ** 2
    )
    odd = (cost >= ODD) | (np.abs(wider + taller) > GROWN)
    cost += OTHER_KIND * other + _vague(sigma, tracks[:, 0]) + _faint(detections)
    alike = np.abs(wider) < np.where(aside, 1.5, 1.0) * TWICE
    alike &= np.abs(taller) < np.where(below, 1.5, 1.0) * TWICE
    near = (overlap >= OVERLAPPING) | (away <= REACH**2)
    boxes = [d.box for d in detections]
    like = (np.abs(wider) < GROWN) & (np.abs(taller) < GROWN)
    possible = alike & near & ~_came_back(expected, seen)
    return Costs(cost, overlap, possible, overlaps(boxes, boxes), odd, like & near)


def _across(tracks: NDArray[np.float64], seen: NDArray[np.float64], hidden: Hidden) -> NDArray[np.float64]:
    """Distance of the track's middle from the detection's, across; if one side is hidden, that of the other
    side, for a detection narrower than the track."""
    left, right = tracks[..., 0] - seen[..., 0], tracks[..., 2] - seen[..., 2]
    narrower = right > left
    across = np.where(narrower & hidden.left, right, (left + right) / 2)
    across = np.where(narrower & hidden.right, left, across)
    return np.asarray(across, float)


def _vague(sigma: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cost of a track's uncertain position, as a column: without it, a long unseen track would match every
    detection around."""
    least = JITTER * (boxes[:, 3] - boxes[:, 1])[:, None]
    vague: NDArray[np.float64] = np.log(np.maximum(sigma / least, 1.0)).sum(axis=1)[:, None]
    return vague


def _faint(detections: Sequence[Detection]) -> NDArray[np.float64]:
    """Cost of a detection's low confidence, as a row."""
    return -np.log([max(d.confidence, 1e-3) for d in detections])[None]


def _unlikes(expected: Sequence[Expected], detections: Sequence[Detection]) -> NDArray[np.float64]:
    """`edge.detect.appearance.unlike` of every track with every detection, at once."""
    known = next((d.look for d in detections if d.look is not None), None)
    if known is None:
        return np.zeros((len(expected), len(detections)))
    nothing = np.full_like(known, np.nan)
    before = np.sqrt([nothing if e.look is None else e.look for e in expected])
    now = np.sqrt([nothing if d.look is None else d.look for d in detections])
    return np.nan_to_num(np.sqrt(np.clip(1.0 - before @ now.T, 0.0, 1.0)), nan=0.0).astype(float)


def _came_back(expected: Sequence[Expected], seen: NDArray[np.float64]) -> NDArray[np.bool_]:
    """True if a track would have turned round while unseen."""
    last, speed = np.array([e.last for e in expected])[:, None], np.array([e.speed for e in expected])
    height = last[..., 3] - last[..., 1]
    fast = np.hypot(*speed.T)
    x = (seen[..., 0] + seen[..., 2] - last[..., 0] - last[..., 2]) / 2
    onward = (x * speed[:, :1] + (seen[..., 1] - last[..., 1]) * speed[:, 1:]) / np.maximum(fast, 1e-9)[
        :, None
    ]
    unseen = np.array([e.gap for e in expected]) > BACK_SECONDS
    back: NDArray[np.bool_] = (unseen & (fast > BACK_SPEED * height[:, 0]))[:, None] & (
        onward < -BACK_FAR * height
    )
    return back


def pair(
    cost: NDArray[np.float64], possible: NDArray[np.bool_], rows: Sequence[int], columns: Sequence[int]
) -> list[tuple[int, int]]:
    """The possible pairs of these rows and columns with the least total cost; each is used once."""
    if not rows or not columns:
        return []
    part = np.where(possible, cost, FORBIDDEN)[np.ix_(rows, columns)]
    found = zip(*linear_sum_assignment(part), strict=True)
    return [(rows[r], columns[c]) for r, c in found if part[r, c] < FORBIDDEN]


def margins(
    costs: Costs,
    pairs: Sequence[tuple[int, int]],
    doubtful: Collection[int] = (),
    lost: Collection[int] = (),
) -> list[float]:
    """For each pair the extra cost of the best explanation without it: another track here, or the track
    elsewhere. Infinite if there is none.

    Args:
        costs: of all tracks with all detections.
        pairs: the pairs that were made.
        doubtful: tracks that may be false, and so do not explain another's detection.
        lost: tracks that were not seen in the look before.
    """
    cost, possible = costs.cost, costs.possible
    at, by = dict(pairs), {j: i for i, j in pairs}
    result = []
    for i, j in pairs:
        others = [
            cost[i, k] - cost[i, j]
            for k in np.nonzero(possible[i])[0]
            if int(k) != j and int(k) not in by and costs.alike[j, k] < SAME
        ]
        for row in np.nonzero(possible[:, j])[0]:
            if (other := int(row)) == i or other in doubtful:
                continue
            k = at.get(other)
            if k is None:
                others.append(cost[other, j] - cost[i, j])
            elif possible[i, k]:
                others.append(cost[other, j] + cost[i, k] - cost[i, j] - cost[other, k])
            else:
                alone = UNSEEN + (STILL_UNSEEN if i in lost else UNSEEN)
                others.append(cost[other, j] + alone - cost[i, j] - cost[other, k])
        result.append(0.0 if costs.odd[i, j] else float(min(others, default=np.inf)))
    return result


def holds_both(seen: Box, own: Box, others: Sequence[Box]) -> NDArray[np.bool_]:
    """For each of the others, expected but unseen, whether the detected box holds two vehicles: the one it
    was assigned to, expected in `own`, and this other beside or behind it."""
    lone, rest = np.array(own), np.array(others, float).reshape(-1, 4)
    both = np.hstack([np.minimum(lone[:2], rest[:, :2]), np.maximum(lone[2:], rest[:, 2:])])
    alone = overlaps([seen], [own])[0, 0]
    together = overlaps([seen], [tuple(box) for box in both])[0]
    found: NDArray[np.bool_] = (together >= BOTH) & (together >= alone + BETTER)
    return found
