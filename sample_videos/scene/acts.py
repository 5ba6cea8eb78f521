"""An act of a vehicle as classified by the judge, and the vehicle's motion as the numbers it is judged by."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from contract.types import RuleName
from contract.vehicles import VehicleKind

from ..truth import Verdict
from .cast import bodies
from .traffic import STEP, Driver, Trace

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
STILL = 0.05
"""Metres a second below which a vehicle counts as standing."""


@dataclass(frozen=True)
class Act:
    """A vehicle's act under one rule; see `truth.Event`, which adds its visibility."""

    rule: RuleName
    verdict: Verdict
    code: str
    vehicle: int
    t: float
    during: tuple[float, float]
    line: str
    lane: str | None = None
    elapsed_red: float | None = None


@dataclass(frozen=True)
class Motion:
    """A vehicle's motion within the clip: times, and for each time its axles, wheels and speed."""

    driver: Driver
    trace: Trace
    end: float

    @cached_property
    def _table(self) -> Array:
        return self.trace.table

    @cached_property
    def times(self) -> Array:
        """Seconds of all rows, including those before the clip (n,)."""
        return np.arange(self.trace.first, self.trace.first + len(self._table), dtype=np.float64) * STEP

    @property
    def kind(self) -> VehicleKind:
        """Kind as the law defines it."""
        return self.driver.looks.kind

    @cached_property
    def speed(self) -> Array:
        """m/s; negative backwards (n,)."""
        return self._table[:, 3]

    @cached_property
    def heading(self) -> Array:
        """Radians anticlockwise from +y (n,)."""
        return self._table[:, 2]

    @property
    def upward(self) -> Array:
        """Cosine of the heading: 1 straight up the picture (n,)."""
        return np.asarray(np.cos(self.heading), dtype=np.float64)

    @cached_property
    def rear(self) -> Array:
        """Middle of the rear axle (n, 2)."""
        return self._table[:, :2]

    @cached_property
    def front(self) -> Array:
        """Middle of the front axle (n, 2)."""
        return self.along(bodies()[self.driver.looks.body].wheelbase)

    @cached_property
    def tail(self) -> Array:
        """The rearmost point (n, 2)."""
        return self.along(bodies()[self.driver.looks.body].back)

    @cached_property
    def ground(self) -> Array:
        """Middle of the axle nearest to the camera (n, 2)."""
        return np.where((self.upward >= -0.05)[:, None], self.rear, self.front)

    @cached_property
    def wheels(self) -> Array:
        """All contact points (n, wheels, 2)."""
        return np.stack([self.beside(x, y) for x, y, _ in bodies()[self.driver.looks.body].wheels], axis=1)

    @cached_property
    def sides(self) -> Array:
        """x of the left and right side at both axles (n, 4)."""
        body = bodies()[self.driver.looks.body]
        reach = 0.25 if body.slim else body.half_width
        points = [self.beside(x, y) for x in (-reach, reach) for y in (0.0, body.wheelbase)]
        return np.stack([point[:, 0] for point in points], axis=1)

    def along(self, ahead: float) -> Array:
        """The point of the vehicle's axis `ahead` of the rear axle (n, 2)."""
        return self.beside(0.0, ahead)

    def beside(self, x: float, y: float) -> Array:
        """A point of the vehicle's own frame on the ground (n, 2)."""
        c, s = np.cos(self.heading), np.sin(self.heading)
        return self.rear + np.stack([c * x - s * y, s * x + c * y], axis=1)

    def act(
        self,
        rule: RuleName,
        verdict: Verdict,
        code: str,
        t: float,
        during: tuple[float, float],
        line: str,
        **more: object,
    ) -> Act:
        """An act of this vehicle, with `during` cut to the clip."""
        span = (round(max(0.0, during[0]), 3), round(min(self.end, during[1]), 3))
        return Act(rule, verdict, code, self.driver.id, round(t, 3), span, line, **more)  # type: ignore[arg-type]

    def span(self, first: int, last: int) -> tuple[float, float]:
        """Time in seconds of the first and the last row of a stretch."""
        return float(self.times[first]), float(self.times[last])

    def moved(self, first: int, last: int) -> float:
        """Metres between the rear axle's positions at both ends of a stretch."""
        return float(np.hypot(*(self.rear[last] - self.rear[first])))

    def stands(self, least: float, mask: Mask | None = None) -> Iterator[tuple[int, int]]:
        """Stretches of at least `least` seconds in which it stands (and `mask` is true)."""
        still = np.abs(self.speed) < STILL
        for first, last in runs(still if mask is None else still & mask):
            if (last - first) * STEP >= least:
                yield first, last


def runs(mask: Mask, bridge: float = 0.0) -> list[tuple[int, int]]:
    """Stretches of true values as (first, last), joined over gaps of up to `bridge` seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    found = list[tuple[int, int]]()
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if found and (first - found[-1][1]) * STEP <= bridge:
            found[-1] = (found[-1][0], after - 1)
        else:
            found.append((first, after - 1))
    return found


def crossing(values: Array, level: float) -> tuple[int, float] | None:
    """The first rise through a level: the index after it and its position within the step before."""
    after = np.flatnonzero((values[:-1] < level) & (values[1:] >= level))
    if not len(after):
        return None
    index = int(after[0]) + 1
    return index, float((level - values[index - 1]) / (values[index] - values[index - 1]))


def met(path: Array, line: tuple[tuple[float, float], tuple[float, float]]) -> int | None:
    """The index of the first step of a path (n, 2) that crosses a line; None if none does."""
    a, b = np.array(line[0]), np.array(line[1])
    way, over = np.diff(path, axis=0), b - a
    to = a - path[:-1]
    cross = way[:, 0] * over[1] - way[:, 1] * over[0]
    safe = np.where(np.abs(cross) < 1e-12, np.inf, cross)
    along = (to[:, 0] * over[1] - to[:, 1] * over[0]) / safe
    aside = (to[:, 0] * way[:, 1] - to[:, 1] * way[:, 0]) / safe
    hit = np.flatnonzero((np.abs(cross) > 1e-12) & (along >= 0) & (along < 1) & (aside >= 0) & (aside <= 1))
    return int(hit[0]) + 1 if len(hit) else None
