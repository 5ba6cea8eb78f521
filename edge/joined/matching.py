"""Identifies the overview's vehicle in the plate camera: by place, time, kind and colours of all vehicles of
both together, since each can match only one; and says how certain the match is.

Pure: no pictures, files or clocks. Costs are negative logarithms of likelihoods.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, hypot, inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from edge.detect.appearance import unlike
from edge.detect.detector import TWO_WHEELED
from edge.joined.offset import Offset
from edge.joined.road import Array
from edge.joined.ways import Way

SIGMA_ACROSS, SIGMA_ALONG = 0.25, 0.5
"""Difference in metres between two cameras' positions of one vehicle (a standard deviation): boxes end at
different places."""

MOST_COUNTS = 3.0
"""Seconds of common view beyond which more adds nothing: a wrong position stays wrong all the time."""

STRAY, STRAY_SECONDS = 0.25, 0.5
"""Part of the common time, and most seconds, that may contradict: a box that holds two vehicles for a moment,
or misses its wheels, says nothing about its position."""

LONGEST_UNSEEN = 8.0
"""Most seconds between the two stretches for a match."""

UNSTEADY, ASIDE = 0.25, 0.2
"""While unseen: part of its way by which a vehicle gains or loses, and metres a second sideways."""

OTHER_KIND, OTHER_WHEELS = 1.0, 5.0
"""Cost of a pair of two kinds, and of a pair of a two-wheeler with a larger vehicle."""

USUAL_UNLIKE, COLOURS = 0.3, 6.0
"""Usual colour difference of one vehicle between cameras; cost of the excess."""

ALONE, PLAIN_SECONDS = 4.5, 0.8
"""Cost of a vehicle seen by only one of the two cameras for at least so many seconds: probability one in a
hundred. A shorter appearance costs less: a piece of a vehicle may briefly be taken for another one. A pair
that costs more than its two vehicles alone is no match."""

SURE = 4.5
"""By how much every other explanation of all vehicles must cost more: ninety times less likely."""

SUREST = 0.995
"""Highest stated probability of a match: some hundreds were compared with the truth, not thousands."""

FORBIDDEN = 1e6

Doubtful = Literal["not_found", "ambiguous", "out_of_order"]


@dataclass(frozen=True)
class Match:
    """The matched vehicle, or why there is none: `not_found`, `ambiguous`, `out_of_order`.

    `margin` is the extra cost of the second-best explanation. `pairs` are all vehicles that both saw in the
    best one, `rivals` the number of others the vehicle could be.
    """

    way: Way | None
    margin: float
    problem: Doubtful | None = None
    pairs: tuple[tuple[Way, Way], ...] = ()
    rivals: int = 0

    @property
    def probability(self) -> float:
        """Probability of the match against the second-best explanation, at most `SUREST`."""
        return min(SUREST, 1 / (1 + exp(-min(self.margin, 50.0)))) if self.way is not None else 0.0


def match(target: Way, here: Sequence[Way], there: Sequence[Way], offset: Offset) -> Match:
    """The vehicle of `there` that is `target`, one of `here`; both in the same metres, each on its own
    clock."""
    rows, columns = _there_with(target, here, [way.later(-offset.seconds) for way in there])
    own = next(n for n, way in enumerate(rows) if _same(way, target))
    costs = np.array([[cost(a, b, offset.sigma) for b in columns] for a in rows])
    costs = costs.reshape(len(rows), len(columns))
    alone = [_alone(way) for way in rows], [_alone(way) for way in columns]
    best, chosen = _solve(costs, *alone)
    mine = chosen.get(own)
    if mine is None:
        return Match(None, 0.0, "not_found")
    rivals = [n for n, way in enumerate(columns) if n != mine and way.overlaps(columns[mine])]
    other, _ = _solve(_without(costs, own, [n for n in range(len(columns)) if n not in rivals]), *alone)
    margin = other - best
    pairs = [(rows[a], columns[b]) for a, b in sorted(chosen.items())]
    possible = sum(costs[own, n] < 2 * ALONE for n in rivals)
    problem: Doubtful | None = "ambiguous" if margin < SURE else None
    if problem is None and not _in_order((rows[own], columns[mine]), pairs):
        problem = "out_of_order"

    def seen(way: Way) -> Way:
        return next(one for one in there if _same(one, way))

    found = seen(columns[mine]) if problem is None else None
    return Match(found, margin, problem, tuple((a, seen(b)) for a, b in pairs), int(possible))


def _there_with(target: Way, here: Sequence[Way], there: Sequence[Way]) -> tuple[list[Way], list[Way]]:
    """The vehicles to compare: where both stretches overlap in view, those present at the common times, since
    what was there before or after may be the same vehicle, lost and found again. If the stretches lie apart,
    all."""
    if not any(way.overlaps(target) for way in there):
        return list(here), list(there)
    together = [way for way in here if way.overlaps(target)]
    return together, [way for way in there if way.overlaps(target)]


def _same(one: Way, other: Way) -> bool:
    """Whether both are the same part of the same track."""
    return (one.track, one.part, len(one.t)) == (other.track, other.part, len(other.t))


def cost(a: Way, b: Way, sigma: float) -> float:
    """Cost of assuming that both are one vehicle, on one clock with standard deviation `sigma` seconds;
    infinite if impossible."""
    apart = _apart(a, b)
    if apart is None:
        return inf
    across, along, hidden, unseen, shared = apart
    speed = max(abs(a.speed), abs(b.speed))
    sigma_along = np.hypot(hypot(SIGMA_ALONG, speed * sigma, (UNSTEADY * speed + ASIDE) * unseen), hidden)
    sigma_across = hypot(SIGMA_ACROSS, ASIDE * unseen)
    squares = 0.5 * ((across / sigma_across) ** 2 + (along / sigma_along) ** 2)
    # A very uncertain position must cost: with hidden wheels many vehicles would fit.
    spread = np.log(np.hypot(SIGMA_ALONG, hidden) / SIGMA_ALONG)
    counts = min(1.0 + shared, MOST_COUNTS)
    strange = COLOURS * max(0.0, unlike(a.look, b.look) - USUAL_UNLIKE)
    weights = SIGMA_ALONG**2 / (SIGMA_ALONG**2 + hidden**2)
    spared = min(STRAY, STRAY_SECONDS / shared) if shared else 0.0
    return counts * _mostly(squares + spread, weights, spared) + _kinds(a, b) + strange


def _mostly(costs: Array, weights: Array, spared: float) -> float:
    """The weighted mean of the costs of single moments, without the worst `spared` part of them."""
    kept = np.argsort(costs, kind="stable")[: len(costs) - int(spared * len(costs))]
    return float(np.average(costs[kept], weights=weights[kept]))


def _kinds(a: Way, b: Way) -> float:
    if a.kind == b.kind:
        return 0.0
    return OTHER_KIND if (a.kind in TWO_WHEELED) == (b.kind in TWO_WHEELED) else OTHER_WHEELS


def _apart(a: Way, b: Way) -> tuple[Array, Array, Array, float, float] | None:
    """Distances across and along at the common times in metres, their uncertainty from hidden wheels, the
    unseen seconds in between, and the seconds of common view. Without common times the earlier vehicle is
    extrapolated at its speed."""
    first, last = max(a.first, b.first), min(a.last, b.last)
    if first <= last:
        times = np.linspace(first, last, max(2, int((last - first) / 0.1)))
        across = np.interp(times, b.t, b.x) - np.interp(times, a.t, a.x)
        along = np.interp(times, b.t, b.y) - np.interp(times, a.t, a.y)
        hidden = np.hypot(np.interp(times, b.t, b.sigma), np.interp(times, a.t, a.sigma))
        return across, along, hidden, 0.0, float(last - first)
    unseen = float(first - last)
    if unseen > LONGEST_UNSEEN:
        return None
    if a.last < b.first:
        expected, seen, across = a.y[-1] + a.speed * unseen, b.y[0], b.x[0] - a.x[-1]
    else:
        expected, seen, across = a.y[0] - a.speed * unseen, b.y[-1], b.x[-1] - a.x[0]
    hidden = np.hypot(np.median(a.sigma), np.median(b.sigma)).reshape(1)
    return np.array([across]), np.array([seen - expected]), hidden, unseen, 0.0


def _alone(way: Way) -> float:
    return ALONE * min(1.0, (way.last - way.first) / PLAIN_SECONDS)


def _solve(
    costs: NDArray[np.float64], alone_here: Sequence[float], alone_there: Sequence[float]
) -> tuple[float, dict[int, int]]:
    """The cheapest explanation of all vehicles, its cost, and its pairs (row → column)."""
    rows, columns = costs.shape
    # Each vehicle may also be seen by one camera alone: an extra column and row for each.
    square = np.full((rows + columns, rows + columns), FORBIDDEN)
    square[:rows, :columns] = np.minimum(costs, FORBIDDEN)
    square[:rows, columns:][np.eye(rows, dtype=bool)] = alone_here
    square[rows:, :columns][np.eye(columns, dtype=bool)] = alone_there
    square[rows:, columns:] = 0.0
    found = linear_sum_assignment(square)
    pairs = {int(r): int(c) for r, c in zip(*found, strict=True) if r < rows and c < columns}
    return float(square[found].sum()), pairs


def _without(costs: NDArray[np.float64], row: int, columns: Sequence[int]) -> NDArray[np.float64]:
    changed = costs.copy()
    changed[row, list(columns)] = inf
    return changed


def _in_order(own: tuple[Way, Way], pairs: Sequence[tuple[Way, Way]]) -> bool:
    """Whether its order among the neighbours in its lane is the same as here. If both see the same stretch at
    the same time, positions already ensure that."""
    a, b = own
    if a.overlaps(b):
        return True
    for c, d in pairs:
        beside = abs(float(np.median(c.x) - np.median(a.x)))
        if c is not a and beside < 4 * SIGMA_ACROSS and (c.last - a.last) * (d.last - b.last) < 0:
            return False
    return True
