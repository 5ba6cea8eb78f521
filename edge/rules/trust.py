"""Whether a track bears an accusation: what nobody saw, a person must decide.

A rule works on where the wheels are believed to be and on one vehicle; this asks, over the stretch a finding
speaks of, whether the wheels were seen, whether it was surely one vehicle, whether its way was looked at, and
whether the detector was sure that there was a vehicle at all.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import dist

from contract.reasons import Doubt
from edge.rules.inputs import Finding, Track, TrackPoint
from edge.rules.observed import height, since
from edge.rules.said import doubt, doubted, ms

UNSEEN_SECONDS = 0.5
"""A vehicle that was not looked at for longer may have gone any way."""

UNSEEN_HEIGHTS = 0.5
"""Heights of its box that a vehicle may go in such a time and still have stood, more or less."""

LEAP = 0.15
"""Heights by which wheels seen in one look and reckoned in the next may differ from the upper edge's way."""

SURE = 0.4
"""Confidence the detector must have had of the vehicle around the decisive moment."""

AROUND = 0.4
"""Seconds either side of the decisive moment in which its looks count; at least one on each side."""


def trusted(finding: Finding, track: Track) -> Finding:
    """The finding, with a doubt for whatever its track can't be sworn by; a violation so doubted is a
    person's to decide."""
    doubts = _doubts(finding, track.points)
    return doubted(finding, doubts) if doubts else finding


def unbroken(track: Track, t: float) -> Track:
    """The part of the track around time t that is one vehicle: evidence of another must not come in."""
    points = track.points
    near = min(range(len(points)), key=lambda i: abs(points[i].t - t))
    begin = next((i for i in range(near, 0, -1) if points[i].breaks), 0)
    end = next((i for i in range(near + 1, len(points)) if points[i].breaks), len(points))
    return track if (begin, end) == (0, len(points)) else replace(track, points=points[begin:end])


def _doubts(finding: Finding, points: Sequence[TrackPoint]) -> tuple[Doubt, ...]:
    first, last = finding.proved or (finding.moments["before"], finding.moments["continuing"])
    begin = max(0, since(points, first + 1e-6) - 1)
    stretch = points[begin : since(points, last) + 1]
    around = _around(stretch, finding.t)
    found = (_broken(stretch), _unseen(stretch), _hidden(stretch, finding.t), _unsure(around))
    return tuple(one for one in found if one is not None)


def _around(points: Sequence[TrackPoint], t: float) -> Sequence[TrackPoint]:
    """The looks near time t, at least the ones next to it."""
    index = since(points, t)
    begin, end = since(points, t - AROUND), since(points, t + AROUND)
    return points[max(0, min(begin, index - 1)) : max(end, index + 1)]


def _broken(points: Sequence[TrackPoint]) -> Doubt | None:
    """The vehicle may have changed after the first of these points."""
    broken = next((point for point in points[1:] if point.breaks), None)
    return None if broken is None else doubt("track.broken", at_ms=ms(broken.t))


def _unseen(points: Sequence[TrackPoint]) -> Doubt | None:
    """It went on while nobody looked."""
    for earlier, later in pairwise(points):
        gap = later.t - earlier.t
        if gap > UNSEEN_SECONDS and dist(earlier.ground, later.ground) > UNSEEN_HEIGHTS * height(later.box):
            return doubt("track.path_not_seen", gap_ms=ms(gap))
    return None


def _hidden(points: Sequence[TrackPoint], t: float) -> Doubt | None:
    """Its wheels were not seen before the decisive moment, or not after."""
    before = [point.wheels for point in points if point.t < t]
    after = [point.wheels for point in points if point.t >= t]
    if any(_leaps(earlier, later) for earlier, later in pairwise(points)):
        return doubt("track.wheels_hidden", looks=sum(point.wheels != "seen" for point in points))
    for side in (before, after):
        if side and "seen" not in side:
            return doubt("track.wheels_hidden", looks=len(side))
    return None


def _leaps(earlier: TrackPoint, later: TrackPoint) -> bool:
    """True if the wheels moved otherwise than the upper edge, reckoned in one look and seen in the next."""
    if earlier.wheels == later.wheels or "hidden" in (earlier.wheels, later.wheels):
        return False
    return abs(height(earlier.whole) - height(later.whole)) > LEAP * height(later.whole)


def _unsure(points: Sequence[TrackPoint]) -> Doubt | None:
    """The detector hardly believed in the vehicle."""
    least = min((point.confidence for point in points), default=1.0)
    mean = sum(point.confidence for point in points) / max(1, len(points))
    return doubt("track.low_confidence", confidence=round(least, 2)) if mean < SURE else None
