"""A camera's streams are tried for some seconds each: what they are, whether both show the same view."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

import cv2
import numpy as np
from numpy.typing import NDArray

from configs.camera import StreamConfig
from edge.detect.detector import Image
from edge.setup.places import SetupError
from edge.setup.recording import no_stream, opened
from edge.setup.secrecy import Secrecy, secrecy
from edge.setup.tasks import Report
from edge.video.rtsp import RtspSource

LONGEST = 15.0
"""Seconds a stream is looked at, if it does not show three keyframes earlier."""

SHORTEST = 4.0
"""Seconds it is looked at in any case: for its rate and its clock."""

SMALL = (640, 360)
"""Size at which two pictures are compared."""

ALIKE = 12
"""Places that must be found in both pictures before anything is said of their views."""


@dataclass(frozen=True, eq=False)
class StreamFacts:
    """What a stream is.

    `keyframes` is the longest time from one keyframe to the next, seconds; where fewer than two came,
    `keyframes_sure` is false and it is how long was waited. `offset`: the camera's clock minus the node's,
    seconds; None where the camera tells no time. `picture` is its newest keyframe.
    """

    codec: str
    size: tuple[int, int]
    rate: float
    keyframes: float
    keyframes_sure: bool
    megabits: float
    offset: float | None
    picture: Image


def look_at(stream: StreamConfig, report: Report) -> StreamFacts:
    """Tries a stream. Raises SetupError if it gives no pictures."""
    source = opened(stream, ring_seconds=60.0)
    try:
        _watch(source, report)
        return _facts(source)
    finally:
        source.close()


def _watch(source: RtspSource, report: Report) -> None:
    began = time.monotonic()
    while (waited := time.monotonic() - began) < LONGEST:
        time.sleep(0.2)
        report(waited / LONGEST)
        start, end = source.ring.start_t, source.ring.end_t
        if start is not None and end is not None and end - start >= SHORTEST and _keyframes(source) >= 3:
            return


def _keyframes(source: RtspSource) -> int:
    end = source.ring.end_t or 0.0
    return sum(packet.keyframe for packet in source.ring.film(-inf, end, end).packets)


def _facts(source: RtspSource) -> StreamFacts:
    end, picture = source.ring.end_t, source.ring.newest_keyframe(-inf)
    if end is None or picture is None:
        raise no_stream(source.health().reason)
    film = source.ring.film(-inf, end, end)
    seconds = max(film.times[-1] - film.times[0], 1e-3)
    keys = [packet.stamp.t for packet in film.packets if packet.keyframe]
    gaps = [later - earlier for earlier, later in pairwise(keys)]
    height, width = picture.image.shape[:2]
    return StreamFacts(
        codec=film.template.codec,
        size=(width, height),
        rate=(len(film.times) - 1) / seconds,
        keyframes=max(gaps, default=seconds),
        keyframes_sure=bool(gaps),
        megabits=8e-6 * sum(len(packet.data) for packet in film.packets) / seconds,
        offset=source.health().camera_offset,
        picture=picture.image,
    )


def apart(one: Image, other: Image) -> float | None:
    """By how much two pictures show different views: how far the corners of one lie from where the other has
    them, in parts of the picture. None where too little is found in both to tell."""
    finder = cv2.ORB.create(1500)
    found = [finder.detectAndCompute(_small(image), None) for image in (one, other)]
    if any(described is None for _, described in found):
        return None
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(found[0][1], found[1][1])
    if len(matches) < ALIKE:
        return None
    here = _places(found[0][0], [match.queryIdx for match in matches])
    there = _places(found[1][0], [match.trainIdx for match in matches])
    turned, fits = cv2.estimateAffine2D(here, there, method=cv2.RANSAC, ransacReprojThreshold=0.01)
    if turned is None or int(np.sum(fits)) < ALIKE:
        return None
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], float)
    moved = corners @ turned[:, :2].T + turned[:, 2]
    return float(np.abs(moved - corners).max())


def _places(points: Sequence[cv2.KeyPoint], wanted: list[int]) -> NDArray[np.float64]:
    """In parts of the picture."""
    return np.array([points[index].pt for index in wanted]) / SMALL


def _small(image: Image) -> Image:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, SMALL, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, eq=False)
class Tried:
    """Both streams as they were found; `record` is None where the detect stream serves as both, or gives
    nothing: then `record_error` says why. `secrecy` of the way they come."""

    detect: StreamFacts
    record: StreamFacts | None = None
    record_error: SetupError | None = None
    secrecy: Secrecy | None = None


def try_streams(detect: StreamConfig, record: StreamConfig | None, report: Report) -> Tried:
    """Tries both. Raises SetupError if the one that is looked at gives no pictures."""
    tried = Tried(look_at(detect, report), secrecy=secrecy(detect.url))
    if record is None:
        return tried
    try:
        return replace(tried, record=look_at(record, report))
    except SetupError as error:
        return replace(tried, record_error=error)
