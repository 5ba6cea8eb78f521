"""How far a plate camera's clock is ahead of another's, measured from the vehicles that both see.

A moving vehicle passes a place on the road once: the difference of both clocks there is one measurement. Its
identity in the other picture need not be known at first: the true difference is the one on which most
measurements agree.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from edge.joined.ways import LEAST_POINTS, Way

UNMEASURED = 0.5
"""Standard deviation in seconds of the difference between clocks that were never compared."""

LEAST_SIGMA = 0.04
"""Least standard deviation of a measured difference: frames are some hundredths of a second apart."""

FARTHEST = 3.0
"""Seconds: clocks that differ by more are not compared."""

MOVING = 1.5
"""Metres a second: slower vehicles give no usable time."""

ASIDE = 0.5
"""Metres across the road within which two paths may be of one vehicle."""

SEEN = 0.3
"""Metres: largest uncertainty of a vehicle's position."""

AGREE = 0.12
"""Seconds within which two measurements agree."""

ENOUGH = 5
"""Agreeing measurements needed."""

LEAD = 1.6
"""How many times as many must agree on one difference as on any other."""

KEPT = 40
"""Stored measurements of a pair of cameras, the newest."""


@dataclass(frozen=True)
class Offset:
    """`seconds` that the other clock is ahead, and the standard deviation of that; `measured`: number of
    vehicles it is based on (0: configured, or assumed)."""

    seconds: float
    sigma: float
    measured: int = 0


class Drift:
    """The offset of one pair of cameras over time: as configured, until both saw enough common vehicles; then
    the median of the newest measurements. If these disagree, it is uncertain again."""

    def __init__(self, said: float | None) -> None:
        self._said = said
        self._seen: deque[float] = deque(maxlen=KEPT)

    @property
    def now(self) -> Offset:
        """The present offset."""
        if len(self._seen) < ENOUGH:
            return Offset(self._said or 0.0, UNMEASURED if self._said is None else 2 * LEAST_SIGMA)
        middle = median(self._seen)
        residual = 1.5 * median(abs(one - middle) for one in self._seen)
        return Offset(middle, max(LEAST_SIGMA, residual), len(self._seen))

    @property
    def known(self) -> bool:
        """Whether it was configured or measured; otherwise use `estimate`."""
        return self._said is not None or len(self._seen) >= ENOUGH

    def take(self, measured: Sequence[float]) -> None:
        """Adds differences from vehicles that are surely the same."""
        self._seen.extend(measured)


def estimate(here: Sequence[Way], there: Sequence[Way]) -> list[float]:
    """The differences on which most vehicles agree; empty if too few do, or if it is ambiguous."""
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
    """Seconds that `b`'s clock is ahead if both are one vehicle, from its motion; None if undeterminable, or
    if they drive side by side."""
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
    """The times at which it was at these y, and its x there; the path is assumed to move forward."""
    y = np.maximum.accumulate(way.y) + 1e-6 * np.arange(len(way.y))
    return np.interp(places, y, way.t), np.interp(places, y, way.x)


def _most_agree(votes: Sequence[tuple[float, int]]) -> float | None:
    """The difference with the most vehicles near it; of several the one nearest to zero."""
    return max((lag for lag, _ in votes), key=lambda lag: (_vehicles(votes, lag), -abs(lag)), default=None)


def _vehicles(votes: Sequence[tuple[float, int]], lag: float) -> int:
    """The number of vehicles that agree with this difference."""
    return len({n for other, n in votes if abs(other - lag) <= AGREE})
