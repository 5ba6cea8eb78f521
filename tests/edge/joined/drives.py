"""Vehicles over a stretch of road for the tests of joined cameras, as two cameras see them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from contract.vehicles import VehicleKind
from edge.joined.ways import Way

LENGTH = 7.0
RATE = 10.0


@dataclass(frozen=True)
class Drive:
    """A vehicle that comes in at `t` seconds, `x` metres from the left, at `speed` m/s, and stands `stands`
    seconds in the middle."""

    t: float
    x: float
    speed: float
    kind: VehicleKind = VehicleKind.MOTORBIKE
    stands: float = 0.0


def way(
    drive: Drive,
    number: int,
    *,
    ahead: float = 0.0,
    noise: float = 0.0,
    seed: int = 0,
    stretch: tuple[float, float] = (0.0, LENGTH),
) -> Way:
    """As a camera sees it whose clock is `ahead` and that places vehicles `noise` metres wrong."""
    random = np.random.default_rng((seed, number))
    low, high = stretch
    half = LENGTH / 2 / drive.speed
    times = np.arange(
        drive.t - 2, drive.t + high / drive.speed + drive.stands + 1, 1 / RATE
    ) + random.uniform(0, 0.1)
    since = times - drive.t
    moved = np.where(since < half, since, np.maximum(half, since - drive.stands))
    y = moved * drive.speed
    there = (y >= low) & (y <= high)
    x = np.full(there.sum(), drive.x) + random.normal(0, noise, there.sum())
    y = y[there] + random.normal(0, noise, there.sum())
    return Way(number, 0, drive.kind, times[there] + ahead, x, y, np.zeros(len(x)))


def both(drives: Sequence[Drive], *, ahead: float = 0.0, noise: float = 0.0) -> tuple[list[Way], list[Way]]:
    """All of them as the overview and as the plate camera see them, in another order."""
    here = [way(drive, n + 1, noise=noise, seed=1) for n, drive in enumerate(drives)]
    there = [way(drive, n + 101, ahead=ahead, noise=noise, seed=2) for n, drive in enumerate(drives)]
    return here, there[::-1]
