"""Analyses a plate camera's film: all its vehicles, tracked from picture to picture."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import structlog

from contract.vehicles import VehicleKind
from edge.detect.appearance import with_looks
from edge.detect.detector import Detection, DetectorError, Image, Look, VehicleDetector
from edge.detect.tracker import Tracker
from edge.rules.geometry import scaled
from edge.rules.inputs import Box, Track
from edge.video.frame import Frame
from edge.video.ring import Film

log = structlog.get_logger(__name__)

LOOKS = 12.0
"""Most pictures analysed a second: a motorbike moves by less than its own length between two."""

SAME_PICTURE = 0.05
"""Largest time difference between picture and track point, in seconds, for the box to hold the vehicle."""

_Size = tuple[int, int]


@dataclass(frozen=True)
class Traffic:
    """The vehicles of a film: tracks in pixels of the camera's detect stream, and their colours by track."""

    tracks: tuple[Track, ...]
    looks: Mapping[int, Look]


def chosen(times: Sequence[float]) -> list[float]:
    """Those of the ascending `times` that are analysed: evenly spaced, at most `LOOKS` a second."""
    found: list[float] = []
    for t in times:
        if not found or t - found[-1] >= 0.9 / LOOKS:
            found.append(t)
    return found


def traffic(film: Film, detector: VehicleDetector, size: _Size) -> Traffic:
    """Tracks all vehicles through the film. `size`: width and height of the camera's detect stream."""
    return follow(film.frames(chosen(film.times)), detector, size)


def follow(frames: Iterable[Frame], detector: VehicleDetector, size: _Size) -> Traffic:
    """The same for any pictures, in order."""
    tracker, looks = Tracker(bounds=(0, 0, *size)), dict[tuple[int, Box], Look]()
    tracks: dict[int, Track] = {}
    for frame in frames:
        found = vehicles_in(frame, detector, size)
        looks |= {(frame.index, seen.box): seen.look for seen in found if seen.look is not None}
        tracks |= {track.id: track for track in tracker.update(frame.t, frame.index, found)}
    return Traffic(tuple(tracks.values()), colours(tracks.values(), looks))


def vehicles_in(frame: Frame, detector: VehicleDetector, size: _Size) -> list[Detection]:
    """The vehicles of one picture with their colours, boxes in pixels of a picture of `size`."""
    try:
        found = with_looks(frame.image, detector.detect(frame.image))
    except DetectorError:
        log.warning("a picture of a plate camera could not be looked at", frame=frame.index, exc_info=True)
        return []
    sx, sy = scale(frame.image, size)
    return [replace(d, box=(d.box[0] / sx, d.box[1] / sy, d.box[2] / sx, d.box[3] / sy)) for d in found]


def scale(image: Image, size: _Size) -> tuple[float, float]:
    """Factors of width and height between a picture and one of `size`."""
    return image.shape[1] / size[0], image.shape[0] / size[1]


def colours(tracks: Iterable[Track], looks: Mapping[tuple[int, Box], Look]) -> dict[int, Look]:
    """Each track's appearance: the mean over its looks, by frame and box."""
    of_each: dict[int, list[Look]] = defaultdict(list)
    for track in tracks:
        of_each[track.id] += [look for p in track.points if (look := looks.get((p.frame, p.box))) is not None]
    return {key: np.mean(some, axis=0) for key, some in of_each.items() if some}


def colours_at(film: Film, times: Sequence[float], tracks: Iterable[Track], size: _Size) -> dict[int, Look]:
    """Appearance of these tracks on the pictures of a film nearest to `times`; `size` is that of the picture
    their boxes refer to."""
    nearest = {min(film.times, key=lambda at: abs(at - t)) for t in times if film.times}
    looks: dict[tuple[int, Box], Look] = {}
    tracks = list(tracks)
    for frame in film.frames(nearest):
        larger = scale(frame.image, size)
        there = [p for track in tracks for p in track.points if abs(p.t - frame.t) <= SAME_PICTURE]
        kind = VehicleKind.MOTORBIKE  # irrelevant: only the colours of a box are needed
        seen = with_looks(frame.image, [Detection(kind, 1.0, scaled(p.box, larger)) for p in there])
        found = zip(there, seen, strict=True)
        looks |= {(point.frame, point.box): one.look for point, one in found if one.look is not None}
    return colours(tracks, looks)
