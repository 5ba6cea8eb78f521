"""Which detection continues which track: cost of a pairing, and the best set of pairings.

Overlap alone loses a motorbike that moves more than its own width between two frames, and swaps neighbours
in a queue. So overlap counts together with the distance of the ground points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from contract.vehicles import VehicleKind
from edge.detect.detector import TWO_WHEELED, Detection
from edge.rules.inputs import Box

FORBIDDEN = 1e6
OTHER_KIND = 0.25
"""Cost of pairing a two-wheeled track with a four-wheeled detection: detectors do err, but last."""


@dataclass(frozen=True)
class Expected:
    """Where a track should be now: filtered box, pixels of slack for its ground point, its kind so far."""

    box: Box
    slack: float
    kind: VehicleKind


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


def pair(
    expected: Sequence[Expected], detections: Sequence[Detection], *, min_overlap: float, near: bool
) -> list[tuple[int, int]]:
    """Pair tracks with detections at least total cost; each is used once.

    Args:
        expected: where the tracks should be.
        detections: what was seen.
        min_overlap: intersection over union from which a pair is allowed.
        near: also allow pairs that don't overlap but whose ground points lie within the track's slack and
            whose heights differ by less than a factor of two.

    Returns:
        Pairs (index into `expected`, index into `detections`) in order of the first.
    """
    if not expected or not detections:
        return []
    tracks, seen = np.array([e.box for e in expected]), np.array([d.box for d in detections])
    overlap = overlaps([e.box for e in expected], [d.box for d in detections])
    distance = np.hypot(
        (tracks[:, None, 0] + tracks[:, None, 2] - seen[None, :, 0] - seen[None, :, 2]) / 2,
        tracks[:, None, 3] - seen[None, :, 3],
    )
    slack = np.array([e.slack for e in expected])[:, None]
    allowed = overlap >= min_overlap
    if near:
        ratio = (seen[None, :, 3] - seen[None, :, 1]) / (tracks[:, None, 3] - tracks[:, None, 1])
        allowed |= (distance <= slack) & (ratio > 0.5) & (ratio < 2)
    wheels = np.array([e.kind in TWO_WHEELED for e in expected])[:, None]
    other = wheels != np.array([d.kind in TWO_WHEELED for d in detections])[None, :]
    cost = (1 - overlap) + np.minimum(distance / np.maximum(slack, 1e-9), 1) + OTHER_KIND * other
    rows, columns = linear_sum_assignment(np.where(allowed, cost, FORBIDDEN))
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if allowed[r, c]]
