"""Position of a vehicle's wheels: the box's lower edge shows them only while nothing is in front of them.

In a crowd the lower edge of a box is where the nearer vehicle begins, and with a low sun it is the end of a
shadow. So each box is compared with the height this vehicle had when fully seen, at the scale of the place
(`edge.detect.scale`): if something covers its lower end, or the box is far shorter or longer than the
vehicle, the wheels are computed from the upper edge.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, dist, hypot, radians
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.detect.detector import TWO_WHEELED, Detection
from edge.detect.hiding import NEARER
from edge.detect.scale import Scale
from edge.rules.inputs import Box, Point, WheelState

HIDING = {True: 0.5, False: 0.7}
"""Part of the lower edge of a two-wheeler (True) or of another vehicle that must lie behind nearer boxes to
hide all wheels: one visible wheel is enough."""

_COLUMNS = np.linspace(0.02, 0.98, 13)
"""Points along the lower edge that are tested for covering boxes."""

SAME_HEIGHT = 0.1
"""Relative difference from the expected height within which a box still ends at the wheels."""

FULLER = 0.2
"""The same if nothing known covers it: then the box must clearly not end at the vehicle."""

UNKNOWN = 0.5
"""Standard deviation, in heights of the box, of hidden wheels of a vehicle of unknown size."""

KIND_SPREAD = 0.12
"""The same for a two-wheeler if their usual height is known."""

BIKES_RANGE = 0.3
"""Relative difference by which a two-wheeler may be shorter than usual; other kinds vary more."""

EDGE, EDGE_PART = 3.0, 0.04
"""Distance in pixels, and in parts of the box's height, from the picture's lower edge within which it cuts a
box off."""

_SAMPLES, _APART = 15, 0.15
"""Looks that give a vehicle's height, and least seconds between them."""

_TURNS = 0.5
"""Heights a vehicle must move before a new value of its height is believed."""

_KNOWN = 3
"""Looks at the whole vehicle after which its height is known."""

_KIND_KNOWN = 8
"""Vehicles of a kind after which its usual height is known."""

_SAME_VIEW = cos(radians(30))
"""Cosine of the angle in the picture by which two directions may differ and still be seen from the same
side."""

_SURE = 0.5
"""Least confidence of a box that is learnt from."""


@dataclass(frozen=True)
class Standing:
    """Position of one box's wheels: height in the picture, standard deviation, and how it is known."""

    state: WheelState
    bottom: float
    sigma: float


def covered(detections: Sequence[Detection]) -> NDArray[np.float64]:
    """For each detection the part of its lower edge that lies behind nearer boxes.

    For a two-wheeler only the middle counts: there the wheel is. Nearer means ending lower in the picture.
    """
    if not detections:
        return np.zeros(0)
    boxes = np.array([d.box for d in detections])
    widths, heights = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    inset = np.array([0.3 if d.kind in TWO_WHEELED else 0.05 for d in detections]) * widths
    columns = boxes[:, :1] + inset[:, None] + _COLUMNS * (widths - 2 * inset)[:, None]
    nearer = boxes[None, :, 3] > (boxes[:, 3] + NEARER * heights)[:, None]
    reaches = boxes[None, :, 1] < (boxes[:, 3] + 0.05 * heights)[:, None]
    over = (columns[:, None] > boxes[None, :, :1]) & (columns[:, None] < boxes[None, :, 2:3])
    share: NDArray[np.float64] = (over & (nearer & reaches)[:, :, None]).any(axis=1).mean(axis=1)
    return share


def cut_off(box: Box, lower: float) -> bool:
    """Whether the box ends at the picture's lower edge, and not at the vehicle's."""
    return box[3] >= lower - max(EDGE, EDGE_PART * (box[3] - box[1]))


class _Whole(NamedTuple):
    """A look at a whole vehicle: when, where its wheels were, its height in pixels, and where it drove."""

    t: float
    y: float
    height: float
    way: Point | None


def _same_view(first: Point | None, second: Point | None) -> bool:
    """Whether vehicles driving these ways show the same side, or front and back: seen from above, a box is
    higher by the vehicle's length along the view, so that one that turns changes its height."""
    if first is None or second is None:
        return True
    along = abs(first[0] * second[0] + first[1] * second[1])
    return along >= _SAME_VIEW * hypot(*first) * hypot(*second)


class Stature:
    """Height of one vehicle, from the looks that showed it whole."""

    def __init__(self) -> None:
        self._seen: deque[_Whole] = deque(maxlen=_SAMPLES)
        self._place: Point = (0.0, 0.0)

    @property
    def known(self) -> bool:
        """Whether it was fully seen often enough."""
        return len(self._seen) >= _KNOWN

    def take(self, t: float, box: Box, way: Point | None, scale: Scale, *, agrees: bool) -> None:
        """Learns from a box that seems to show the whole vehicle driving `way`, and updates the scale with
        it.

        If it contradicts the known height, it is believed only once the vehicle has moved on or turned: a
        standing vehicle does not change its height, something hides it.
        """
        y, height = box[3], max(1.0, box[3] - box[1])
        place = ((box[0] + box[2]) / 2, box[1])
        if self._seen and t - self._seen[-1].t < _APART:
            return
        if self.known and not agrees and dist(place, self._place) < _TURNS * height:
            return
        self._place = place
        first = next((seen for seen in self._seen if _same_view(seen.way, way)), None)
        if first is not None and abs(y - first.y) > 0.3 * height:
            scale.compare((first.y, first.height), (y, height))
        self._seen.append(_Whole(t, y, height, way))

    def size(self, way: Point | None, scale: Scale) -> tuple[float, float] | None:
        """Its height while driving `way`, as it would be in the middle of the picture, and the standard
        deviation of that; None if it was not seen whole often enough in that direction."""
        sizes = sorted(seen.height / scale.at(seen.y) for seen in self._seen if _same_view(seen.way, way))
        if len(sizes) < _KNOWN:
            return None
        middle = sizes[len(sizes) // 2]
        spread = (sizes[-1 - len(sizes) // 8] - sizes[len(sizes) // 8]) / 3
        return middle, max(0.03 * middle, spread)


class Heights:
    """The usual height of each kind before one camera, as it would be in the middle of the picture."""

    def __init__(self) -> None:
        self._of: defaultdict[VehicleKind, deque[float]] = defaultdict(lambda: deque(maxlen=60))

    def take(self, kind: VehicleKind, size: float) -> None:
        """Learns from a fully seen vehicle."""
        self._of[kind].append(size)

    def usual(self, kind: VehicleKind) -> float | None:
        """Median of the kind; None until enough were seen."""
        sizes = sorted(self._of[kind])
        return sizes[len(sizes) // 2] if len(sizes) >= _KIND_KNOWN else None


def standing(
    box: Box, doubtful: bool, stature: tuple[float, float] | None, usual: float | None, scale: Scale
) -> Standing:
    """Position of the wheels of a vehicle with this box.

    Args:
        box: as detected.
        doubtful: whether something may hide the wheels, the picture's edge too.
        stature: the vehicle's own size and its standard deviation, if known (`Stature.size`).
        usual: the usual size of its kind, if that applies to this vehicle.
        scale: perspective of the camera.
    """
    top, lower = box[1], box[3]
    height = max(1.0, lower - top)
    short = 0.0 if usual is None else missing(box, usual, scale)
    if stature is not None:
        size, spread = stature
        bottom, stretch = scale.bottom(top, size)
        ratio = height / max(1.0, bottom - top)
        sigma = 0.03 * height + spread * stretch
        # A vehicle covered by something has a shorter box, never a longer one.
        away = 1 - ratio if doubtful else abs(1 - ratio)
        if away <= (SAME_HEIGHT if doubtful else max(FULLER, 2 * sigma / height)):
            return Standing("seen", lower, 0.03 * height)
        bottom = max(bottom, lower) if doubtful else bottom
        return Standing("predicted" if sigma <= 0.15 * height else "hidden", bottom, sigma)
    if not doubtful and not short:
        return Standing("seen", lower, 0.03 * height)
    if usual is None:
        return Standing("hidden", lower, UNKNOWN * height)
    expected = max(lower, scale.bottom(top, usual)[0])
    return Standing("hidden", expected, KIND_SPREAD * (expected - top))


def missing(box: Box, usual: float, scale: Scale) -> float:
    """Pixels by which a box is shorter than usual two-wheelers; 0 if it may well be a whole one."""
    short = scale.bottom(box[1], usual)[0] - box[3]
    return short if short > BIKES_RANGE * (box[3] - box[1] + short) else 0.0
