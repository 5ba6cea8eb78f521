"""Compares two recordings of the same minute: how far the plate camera's clock is ahead of the overview's,
and how well the stretch of road drawn in both pictures agrees.

Both follow from the vehicles that both see, by the same method as on the node (`edge.joined`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from configs.scene import Section
from edge.detect.detector import Image, VehicleDetector
from edge.joined.looking import LOOKS, follow, scale
from edge.joined.matching import match
from edge.joined.offset import Drift, Offset, estimate
from edge.joined.road import Stretch
from edge.joined.ways import Way, ways
from edge.rules.geometry import scaled
from edge.rules.inputs import Box, Track, TrackPoint
from edge.setup.places import SetupError
from edge.setup.tasks import Report
from edge.video.file import FileSource
from edge.video.frame import Frame

SHOWN = 4
"""Number of vehicles shown as both cameras see them."""

AROUND = 0.25
"""Margin shown around a vehicle, in parts of its box."""


@dataclass(frozen=True)
class Recorded:
    """A recording of one camera: its start (UTC, by that camera's clock), the picture size its stretch of
    road is drawn in, and that stretch."""

    path: Path
    start: datetime
    size: tuple[int, int]
    section: Section


@dataclass(frozen=True)
class Measured:
    """Result of comparing two recordings. `offset`, `sigma`: seconds that the plate camera's clock is ahead,
    and the standard deviation, from `agreed` vehicles. `here`, `there`, `both`: vehicles seen on the stretch
    by the overview, by the plate camera, and surely by both. `across`, `along`: median distance in metres
    between both positions. `times` of the vehicles shown, in seconds of the overview's recording."""

    offset: float
    sigma: float
    agreed: int
    here: int
    there: int
    both: int
    across: float
    along: float
    times: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return asdict(self)


@dataclass(frozen=True)
class Shown:
    """One vehicle as each of the cameras sees it."""

    here: Image
    there: Image


def measure(
    here: Recorded, there: Recorded, detector: VehicleDetector, report: Report
) -> tuple[Measured, list[Shown]]:
    """Compares two recordings.

    Raises:
        SetupError: too few vehicles agree on one difference.
        VideoError: a recording can't be read.
    """
    ours = _tracks(here, detector, lambda done: report(0.48 * done))
    theirs = _tracks(there, detector, lambda done: report(0.48 + 0.48 * done))
    shift = (there.start - here.start).total_seconds()
    own = ways(ours, Stretch(here.section))
    others = [way.later(shift) for way in ways(theirs, Stretch(there.section))]
    drift = Drift(None)
    drift.take(estimate(own, others))
    if not drift.known:
        raise SetupError("not_measured", here=_vehicles(own), there=_vehicles(others))
    pairs = list(_pairs(own, others, drift.now))
    away = drift.now.seconds - shift
    return _measured(own, others, pairs, drift.now), _shown(here, there, away, pairs, (ours, theirs))


def _tracks(recorded: Recorded, detector: VehicleDetector, report: Report) -> tuple[Track, ...]:
    source = FileSource(recorded.path, recorded.start)
    frames = _sparse(source, report)
    return follow(frames, detector, recorded.size).tracks


def _sparse(source: FileSource, report: Report) -> Iterator[Frame]:
    """`LOOKS` pictures a second, at most."""
    last = -1.0
    for frame in source.frames():
        if frame.t - last >= 0.9 / LOOKS:
            last = frame.t
            yield frame
            report(frame.index / max(1, source.announced))


def _pairs(own: Sequence[Way], others: Sequence[Way], offset: Offset) -> Iterator[tuple[Way, Way]]:
    """Each vehicle of the overview with the plate camera's vehicle that is surely the same, on one clock."""
    for way in own:
        near = [one for one in own if one.overlaps(way)]
        found = match(way, near, others, offset).way
        if found is not None and (same := found.later(-offset.seconds)).overlaps(way):
            yield way, same


def _measured(
    own: Sequence[Way], others: Sequence[Way], pairs: Sequence[tuple[Way, Way]], offset: Offset
) -> Measured:
    apart = [_apart(a, b) for a, b in pairs]
    return Measured(
        round(offset.seconds, 3),
        round(offset.sigma, 3),
        offset.measured,
        _vehicles(own),
        _vehicles(others),
        len({a.track for a, _ in pairs}),
        round(median([x for x, _ in apart] or [0.0]), 2),
        round(median([y for _, y in apart] or [0.0]), 2),
        tuple(round(_moment(a, b), 2) for a, b in _chosen(pairs)),
    )


def _vehicles(some: Sequence[Way]) -> int:
    return len({way.track for way in some})


def _apart(a: Way, b: Way) -> tuple[float, float]:
    """Distances in metres across and along between both while both saw it, without sign."""
    times = np.linspace(max(a.first, b.first), min(a.last, b.last), 10)
    across = np.interp(times, b.t, b.x) - np.interp(times, a.t, a.x)
    along = np.interp(times, b.t, b.y) - np.interp(times, a.t, a.y)
    return abs(float(np.median(across))), abs(float(np.median(along)))


def _chosen(pairs: Sequence[tuple[Way, Way]]) -> list[tuple[Way, Way]]:
    """The vehicles to show: spread over the minute."""
    step = max(1, len(pairs) // SHOWN)
    return list(pairs[::step][:SHOWN])


def _moment(a: Way, b: Way) -> float:
    """The middle of the time in which both saw it."""
    return (max(a.first, b.first) + min(a.last, b.last)) / 2


def _shown(
    here: Recorded,
    there: Recorded,
    away: float,
    pairs: Sequence[tuple[Way, Way]],
    tracks: tuple[Sequence[Track], Sequence[Track]],
) -> list[Shown]:
    """`away` is the time of the plate camera's recording less that of the overview's at one moment."""
    some = [(a.track, b.track, _moment(a, b)) for a, b in _chosen(pairs)]
    left = _cut_out(here, [_look(tracks[0], one, t) for one, _, t in some])
    right = _cut_out(there, [_look(tracks[1], other, t + away) for _, other, t in some])
    return [Shown(a, b) for a, b in zip(left, right, strict=True)]


def _look(tracks: Sequence[Track], number: int, t: float) -> TrackPoint:
    points = next(track.points for track in tracks if track.id == number)
    return min(points, key=lambda point: abs(point.t - t))


def _cut_out(recorded: Recorded, looks: Sequence[TrackPoint]) -> list[Image]:
    """The vehicle in each of these looks, cropped from the recorded picture with a margin."""
    wanted = {look.frame for look in looks}
    pictures: dict[int, Image] = {}
    for frame in FileSource(recorded.path).frames():
        if frame.index in wanted:
            pictures[frame.index] = frame.image
        if len(pictures) == len(wanted):
            break
    return [_part(pictures[look.frame], look.box, recorded.size) for look in looks]


def _part(image: Image, box: Box, size: tuple[int, int]) -> Image:
    x1, y1, x2, y2 = scaled(box, scale(image, size))
    dx, dy = AROUND * (x2 - x1), AROUND * (y2 - y1)
    left, top = max(0, int(x1 - dx)), max(0, int(y1 - dy))
    return np.ascontiguousarray(image[top : int(y2 + dy), left : int(x2 + dx)])
