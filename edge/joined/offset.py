"""How far a plate camera's clock is ahead of another's, measured from the vehicles that both see.

A vehicle in motion passes a place on the road once: the difference of both clocks there is one measurement.
Who it is in the other picture need not be known at first: the true difference is the one on which most
agree.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from edge.joined.ways import LEAST_POINTS, Way

UNMEASURED = 0.5
"""Seconds by which clocks that nobody compared may differ (a standard deviation)."""

LEAST_SIGMA = 0.04
"""Of a measured difference: frames are some hundredths of a second apart."""

FARTHEST = 3.0
"""Seconds: clocks that differ by more are not compared."""

MOVING = 1.5
"""Metres a second: slower vehicles tell no time."""

ASIDE = 0.5
"""Metres across the road within which two ways may be one vehicle's."""

SEEN = 0.3
"""Metres within which a vehicle's place must be known."""

AGREE = 0.12
"""Seconds within which two measurements agree."""

ENOUGH = 5
"""Agreeing measurements that are believed."""

LEAD = 1.6
"""How many times as many must agree on one difference as on any other."""

KEPT = 40
"""Measurements of a pair of cameras that are remembered, the newest."""


@dataclass(frozen=True)
class Offset:
    """`seconds` that the other clock is ahead, and the standard deviation of that; `measured` from so many
    vehicles (0: said by the file, or assumed)."""

    seconds: float
    sigma: float
    measured: int = 0


class Drift:
    """The offset of one pair of cameras over time: as the file says, until enough vehicles were seen by both;
    then the median of the newest. Where these do not agree, it is unsure again."""

    def __init__(self, said: float | None) -> None:
        self._said = said
        self._seen: deque[float] = deque(maxlen=KEPT)

    @property
    def now(self) -> Offset:
        """What holds now."""
        if len(self._seen) < ENOUGH:
            return Offset(self._said or 0.0, UNMEASURED if self._said is None else 2 * LEAST_SIGMA)
        middle = median(self._seen)
        residual = 1.5 * median(abs(one - middle) for one in self._seen)
        return Offset(middle, max(LEAST_SIGMA, residual), len(self._seen))

    @property
    def known(self) -> bool:
        """Whether it was said or measured; otherwise `estimate` may be asked."""
        return self._said is not None or len(self._seen) >= ENOUGH

    def take(self, measured: Sequence[float]) -> None:
        """Takes in differences of vehicles that surely are the same."""
        self._seen.extend(measured)


def estimate(here: Sequence[Way], there: Sequence[Way]) -> list[float]:
    """The differences on which most vehicles agree; empty where too few do, or others could be meant."""
    votes = [(lag, n) for n, a in enumerate(here) for b in there if (lag := difference(a, b)) is not None]
    best = _most_agree(votes)
    if best is None:
        return []
    agreed = [lag for lag, _ in votes if abs(lag - best) <= AGREE]
    rest = [(lag, n) for lag, n in votes if abs(lag - best) > 2 * AGREE]
    count, next_best = _vehicles(votes, best), _most_agree(rest)
    if count < ENOUGH or (next_best is not None and count < LEAD * _vehicles(rest, next_best)):
        return []
    return agreed


def difference(a: Way, b: Way) -> float | None:
    """Seconds that `b`'s clock is ahead if both are one vehicle, where it was in motion; None if nothing can
    be said, or they drive beside each other."""
    a, b = _plain(a), _plain(b)
    if min(len(a.t), len(b.t)) < LEAST_POINTS or min(a.speed, b.speed) < MOVING or a.kind != b.kind:
        return None
    low, high = max(a.y.min(), b.y.min()), min(a.y.max(), b.y.max())
    if high - low < 1.0:
        return None
    places = np.linspace(low, high, 8)
    (ta, xa), (tb, xb) = _at(a, places), _at(b, places)
    if abs(float(np.median(xb - xa))) > ASIDE:
        return None
    lag = float(np.median(tb - ta))
    return lag if abs(lag) <= FARTHEST else None


def _plain(way: Way) -> Way:
    """The points at which its wheels were seen."""
    seen = way.sigma <= SEEN
    return replace(way, t=way.t[seen], x=way.x[seen], y=way.y[seen], sigma=way.sigma[seen])


def _at(way: Way, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When it was at these y, and its x there; the way is taken to lead onward."""
    y = np.maximum.accumulate(way.y) + 1e-6 * np.arange(len(way.y))
    return np.interp(places, y, way.t), np.interp(places, y, way.x)


def _most_agree(votes: Sequence[tuple[float, int]]) -> float | None:
    """The difference with the most vehicles near it; of several the one nearest to zero."""
    return max((lag for lag, _ in votes), key=lambda lag: (_vehicles(votes, lag), -abs(lag)), default=None)


def _vehicles(votes: Sequence[tuple[float, int]], lag: float) -> int:
    """How many vehicles have a vote near this difference."""
    return len({n for other, n in votes if abs(other - lag) <= AGREE})
