"""Tries a camera's streams for some seconds each: their properties, and whether both show the same view."""

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
"""Most seconds a stream is tried, unless it shows three keyframes earlier."""

SHORTEST = 4.0
"""Least seconds it is tried: for its rate and its clock."""

SMALL = (640, 360)
"""Size at which the two pictures are compared."""

ALIKE = 12
"""Points that must be matched in both pictures before their views are judged."""


@dataclass(frozen=True, eq=False)
class StreamFacts:
    """Properties of a stream.

    `keyframes` is the longest time from one keyframe to the next, in seconds; with fewer than two keyframes
    `keyframes_sure` is false and it is the time waited. `offset`: the camera's clock minus the node's, in
    seconds; None if the camera reports no time. `picture` is its newest keyframe.
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
    """Difference of the two pictures' views: distance between the corners of one and their position in the
    other, in parts of the picture. None if too few points match."""
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
    """Matched points, in parts of the picture."""
    return np.array([points[index].pt for index in wanted]) / SMALL


def _small(image: Image) -> Image:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, SMALL, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, eq=False)
class Tried:
    """Results for both streams; `record` is None if the detect stream serves as both, or if it gives no
    pictures: then `record_error` says why. `secrecy` is the encryption of the connection."""

    detect: StreamFacts
    record: StreamFacts | None = None
    record_error: SetupError | None = None
    secrecy: Secrecy | None = None


def try_streams(detect: StreamConfig, record: StreamConfig | None, report: Report) -> Tried:
    """Tries both. Raises SetupError if the analysed stream gives no pictures."""
    tried = Tried(look_at(detect, report), secrecy=secrecy(detect.url))
    if record is None:
        return tried
    try:
        return replace(tried, record=look_at(record, report))
    except SetupError as error:
        return replace(tried, record_error=error)
