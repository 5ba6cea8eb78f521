"""Where a vehicle's wheels are: the box's lower edge shows them only while nothing stands before them.

In a crowd the lower edge of a box is where the vehicle behind it in the queue begins, and with a low sun it
is the end of a shadow. So each box is compared with the height this vehicle had when it was seen whole, at
the scale of the place (`edge.detect.scale`): where something covers its lower end, or the box is far shorter
or longer than the vehicle, the wheels are reckoned from the upper edge.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.detect.detector import TWO_WHEELED, Detection
from edge.detect.scale import Scale
from edge.rules.inputs import Box, WheelState

STRIP = 0.15
"""Part of a box's height, from its lower edge up, that shows the wheels."""

COVERED = 0.3
"""Part of the strip's width behind nearer boxes from which the wheels may be hidden."""

SAME_HEIGHT = 0.07
"""Shares of the expected height a box may differ by and still end at the wheels."""

FULLER = 0.18
"""The same where nothing known covers it: then it must be plain that the box is not the vehicle."""

BIKES_RANGE = 0.3
"""Shares of the usual height of two-wheelers by which one of them may be shorter; other kinds differ more."""

EDGE = 3.0
"""Pixels from the picture's lower edge within which a box is cut off by it."""

_SAMPLES, _APART = 15, 0.15
"""How many looks tell a vehicle's height, and how many seconds lie between them at least."""

_KNOWN = 3
"""Looks at the whole vehicle from which its height is known."""

_KIND_KNOWN = 8
"""Vehicles of a kind from which its usual height is known."""

_SURE = 0.5
"""Confidence from which a box teaches."""


@dataclass(frozen=True)
class Standing:
    """Where the wheels of one box are: height in the picture, standard deviation, how that is known."""

    state: WheelState
    bottom: float
    sigma: float


def covered(detections: Sequence[Detection]) -> NDArray[np.float64]:
    """For each detection the largest part of its lower strip that one nearer box lies over.

    Of a two-wheeler only the middle counts: there the wheel is. Nearer is what ends lower in the picture.
    """
    if not detections:
        return np.zeros(0)
    boxes = np.array([d.box for d in detections])
    narrow = np.array([0.3 if d.kind in TWO_WHEELED else 0.05 for d in detections])
    inset = narrow * (boxes[:, 2] - boxes[:, 0])
    left, right = boxes[:, 0] + inset, boxes[:, 2] - inset
    heights = boxes[:, 3] - boxes[:, 1]
    lap = np.minimum(right[:, None], boxes[None, :, 2]) - np.maximum(left[:, None], boxes[None, :, 0])
    nearer = boxes[None, :, 3] > boxes[:, 3, None] + 0.03 * heights[:, None]
    reaches = boxes[None, :, 1] < boxes[:, 3, None] + 0.05 * heights[:, None]
    share = np.where(nearer & reaches, np.clip(lap, 0, None) / np.maximum(right - left, 1e-6)[:, None], 0.0)
    most: NDArray[np.float64] = share.max(axis=1)
    return most


class Stature:
    """How tall one vehicle is, from the looks that showed it whole."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float, float]] = deque(maxlen=_SAMPLES)

    @property
    def known(self) -> bool:
        """Whether it was seen whole often enough."""
        return len(self._seen) >= _KNOWN

    def take(self, t: float, box: Box, scale: Scale) -> None:
        """Learns from a box that shows the whole vehicle, and teaches the scale by it."""
        y, height = box[3], max(1.0, box[3] - box[1])
        if self._seen and t - self._seen[-1][0] < _APART:
            return
        if self._seen and abs(y - self._seen[0][1]) > 0.3 * height:
            scale.compare(self._seen[0][1:], (y, height))
        self._seen.append((t, y, height))

    def size(self, scale: Scale) -> tuple[float, float]:
        """Its height as it would be in the middle of the picture, and the standard deviation of that."""
        sizes = sorted(height / scale.at(y) for _, y, height in self._seen)
        middle = sizes[len(sizes) // 2]
        return middle, max(0.03 * middle, (sizes[-1 - len(sizes) // 8] - sizes[len(sizes) // 8]) / 3)


class Heights:
    """The usual height of each kind before one camera, as it would be in the middle of the picture."""

    def __init__(self) -> None:
        self._of: defaultdict[VehicleKind, deque[float]] = defaultdict(lambda: deque(maxlen=60))

    def take(self, kind: VehicleKind, size: float) -> None:
        """Learns from a vehicle that was seen whole."""
        self._of[kind].append(size)

    def usual(self, kind: VehicleKind) -> float | None:
        """Median of the kind; None until enough were seen."""
        sizes = sorted(self._of[kind])
        return sizes[len(sizes) // 2] if len(sizes) >= _KIND_KNOWN else None


def standing(
    box: Box, cover: float, cut: bool, stature: tuple[float, float] | None, usual: float | None, scale: Scale
) -> Standing:
    """Where the wheels of a vehicle with this box are.

    Args:
        box: as detected.
        cover: part of its lower strip behind nearer boxes (`covered`).
        cut: whether it ends at the picture's edge.
        stature: the vehicle's own size and its standard deviation, if known (`Stature.size`).
        usual: the usual size of its kind, if that tells anything of this vehicle.
        scale: of the camera.
    """
    top, lower = box[1], box[3]
    height = max(1.0, lower - top)
    doubtful = cut or cover >= COVERED
    if stature is not None:
        size, spread = stature
        bottom, stretch = scale.bottom(top, size)
        ratio = height / max(1.0, bottom - top)
        sigma = 0.03 * height + spread * stretch
        # What covers a vehicle leaves its box shorter, never longer.
        away = 1 - ratio if doubtful else abs(1 - ratio)
        if not cut and away <= (SAME_HEIGHT if doubtful else FULLER):
            return Standing("seen", lower, 0.03 * height)
        bottom = max(bottom, lower) if doubtful else bottom
        return Standing("predicted" if sigma <= 0.15 * height else "hidden", bottom, sigma)
    expected = None if usual is None else scale.bottom(top, usual)[0]
    short = expected is not None and height < (1 - BIKES_RANGE) * (expected - top)
    if not doubtful and not short:
        return Standing("seen", lower, 0.03 * height)
    return Standing("hidden", lower if expected is None else max(lower, expected), 0.25 * height)
