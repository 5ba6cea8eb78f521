"""Analyses the pictures around an act again: the vehicle's surroundings enlarged, the lamp, the picture
itself.

One picture is held at a time; the data kept of each are small.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from configs.scene import Head
from edge.detect.appearance import with_looks
from edge.detect.detector import Detection, VehicleDetector
from edge.rules.inputs import Box, Track, TrackPoint
from edge.second_look.window import input_size
from edge.signal.lamp import LampReader, Reading
from edge.video.frame import Frame
from edge.video.ring import Film

REACH = 1.0
"""Margin around the vehicle's live position on each side, in box sizes."""

LEAST_SIDE = 96
"""Least side of the analysed region in pixels."""

UNSURE = 0.12
"""Confidence below which a detection is discarded."""

_BEYOND = 1.0
"""Seconds before the first and after the last point of a track in which the vehicle is still searched."""

_THUMB = (64, 36)
"""Size of the small grey picture kept of each frame."""

_ACROSS = 6
"""Least pixels of the large picture averaged into one of the small picture, across and down."""


class Close(Protocol):
    """A detector whose input can be of any size."""

    def at(self, input_size: int) -> VehicleDetector:
        """The detector with that longer side of its input."""
        ...


@dataclass(frozen=True)
class Look:
    """One picture analysed again: `live` is the track's box then (between its points: interpolated), `region`
    the analysed part of the picture, `seen` the vehicles in it, all in pixels of the detect stream; `lamp`
    the colour of the governing head, if read; `thumb` the whole picture, small and grey; `damaged`: not all
    of it could be decoded."""

    frame: int
    t: float
    live: Box
    region: Box
    seen: tuple[Detection, ...]
    lamp: Reading | None
    thumb: NDArray[np.uint8]
    damaged: bool = False


@dataclass(frozen=True)
class Looked:
    """All looks of one finding, oldest first, and their cost."""

    looks: tuple[Look, ...]
    pixels: int


def look_again(
    film: Film,
    times: Sequence[float],
    track: Track,
    size: tuple[int, int],
    close: Close,
    lamp: tuple[LampReader, Head] | None,
) -> Looked:
    """Analyses the pictures of `times`.

    Args:
        size: width and height of the detect stream's picture.
        lamp: the lamp reader and the head to read.
    """
    times = [t for t in times if track.points[0].t - _BEYOND <= t <= track.points[-1].t + _BEYOND]
    side = input_size(len(times), film.decoded(times))
    detector = close.at(side)
    looks = tuple(_look(frame, track, size, detector, lamp) for frame in film.frames(times))
    return Looked(looks, sum(_pixels(look.region, side) for look in looks))


def where(track: Track, t: float) -> Box:
    """The track's box at any time: interpolated between two points, extrapolated evenly beyond its ends."""
    points = track.points
    later = next((number for number, point in enumerate(points) if point.t >= t), len(points) - 1)
    if points[later].t == t or len(points) == 1:
        return points[later].box
    later = max(later, 1)
    earlier = later - 1
    if t > points[-1].t:
        earlier = _earlier(points, later, -1)
    elif t < points[0].t:
        earlier, later = 0, _earlier(points, 0, 1)
    return _between(points[earlier], points[later], t)


def _earlier(points: Sequence[TrackPoint], end: int, step: int) -> int:
    """The point some steps away from an end of the track: gives its speed there without the jitter of one
    step."""
    return min(max(end + step * min(4, len(points) - 1), 0), len(points) - 1)


def _between(a: TrackPoint, b: TrackPoint, t: float) -> Box:
    part = (t - a.t) / (b.t - a.t)
    x1, y1, x2, y2 = (p + part * (q - p) for p, q in zip(a.box, b.box, strict=True))
    return (x1, y1, max(x2, x1 + 1.0), max(y2, y1 + 1.0))


def _look(
    frame: Frame,
    track: Track,
    size: tuple[int, int],
    detector: VehicleDetector,
    lamp: tuple[LampReader, Head] | None,
) -> Look:
    live = where(track, frame.t)
    scale = (frame.image.shape[1] / size[0], frame.image.shape[0] / size[1])
    region = neighbourhood(live, size)
    full = [round(v * scale[i % 2]) for i, v in enumerate(region)]
    cut = np.ascontiguousarray(frame.image[full[1] : full[3], full[0] : full[2]])
    found = detector.detect(cut) if cut.size else []
    sure = [detection for detection in found if detection.confidence >= UNSURE]
    seen = tuple(replace(d, box=_back(d.box, full, scale)) for d in with_looks(cut, sure))
    return Look(
        frame=frame.index,
        t=frame.t,
        live=live,
        region=region,
        seen=seen,
        lamp=_lamp(frame, lamp, scale),
        thumb=_thumb(frame.image),
        damaged=frame.damaged,
    )


def _thumb(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The small grey picture; of a large one not every pixel is used: each small pixel is the mean of a few
    dozen."""
    step = max(1, image.shape[1] // (_THUMB[0] * _ACROSS))
    small = cv2.resize(np.ascontiguousarray(image[::step, ::step]), _THUMB, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def neighbourhood(box: Box, size: tuple[int, int]) -> Box:
    """The part of the picture around a box to analyse, clipped to the picture; of zero area if the box,
    extrapolated beyond its track, lies outside."""
    width, height = box[2] - box[0], box[3] - box[1]
    half = max((0.5 + REACH) * max(width, height), LEAST_SIDE / 2)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    (left, right), (top, bottom) = _inside(x - half, x + half, size[0]), _inside(y - half, y + half, size[1])
    return (left, top, right, bottom)


def _inside(low: float, high: float, end: int) -> tuple[float, float]:
    return min(max(low, 0.0), float(end)), min(max(high, 0.0), float(end))


def _back(box: Box, cut: Sequence[int], scale: tuple[float, float]) -> Box:
    """A box in pixels of the crop converted to pixels of the detect stream."""
    (sx, sy), (left, top) = scale, cut[:2]
    return ((box[0] + left) / sx, (box[1] + top) / sy, (box[2] + left) / sx, (box[3] + top) / sy)


def _lamp(frame: Frame, lamp: tuple[LampReader, Head] | None, scale: tuple[float, float]) -> Reading | None:
    if lamp is None:
        return None
    reader, head = lamp
    (x1, y1, x2, y2), (sx, sy) = head.box, scale
    return reader.read(frame.image, (x1 * sx, y1 * sy, x2 * sx, y2 * sy), head.layout).colour


def _pixels(region: Box, side: int) -> int:
    """Pixels of the detector's input for a region whose longer side is scaled to `side`."""
    width, height = region[2] - region[0], region[3] - region[1]
    return round(side * side * min(width, height) / max(width, height, 1.0))
