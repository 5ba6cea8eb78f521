"""Whether a track is sound enough as evidence: what was not observed, an operator must decide.

A rule relies on the wheels' position and on the track being one vehicle; for the stretch a finding covers,
this checks whether the wheels were seen, whether it was surely one vehicle, whether its path was observed,
and whether the detector was sure that there was a vehicle at all.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import dist, exp, log
from statistics import fmean

from contract.reasons import Doubt
from edge.rules.geometry import overlap
from edge.rules.inputs import Box, Finding, Point, Track, TrackPoint
from edge.rules.observed import height, since, width
from edge.rules.said import doubt, doubted, ms

UNSEEN_SECONDS = 0.5
"""Seconds: a vehicle unobserved for longer may have gone any way."""

UNSEEN_HEIGHTS = 0.5
"""Box heights a vehicle may move in such a time and still count as standing."""

LONGEST_UNSEEN, SPEED_SECONDS, STRAY = 1.0, 0.4, 0.25
"""Most seconds of unobserved path that are accepted, if the speeds before and after, each over the second
number of seconds, predict its reappearance within the third number of heights."""

LEAP = 0.15
"""Largest difference in heights between the movement of wheels seen in one look and computed in the next, and
that of the upper edge."""

STOOD, SAME_PLACE = 1.0, 0.75
"""Seconds before and after a break, and intersection over union of its mean boxes in them, that show that it
stood."""

UNSTEADY = 1.3
"""Most change of a box's width-to-height ratio while its side of a line matters."""

SWERVE_SECONDS, SWERVE, SWERVE_NOISE = 0.5, 4.0, 0.15
"""Seconds before and after a look over which speeds are compared, the most a vehicle can accelerate in
heights per second squared (a rider is 1.7 m high, tyres hold 0.7 g), and a box's jitter in heights."""

_LOOKS = 3
"""Looks needed for a speed."""

_KNOWN = 4
"""Looks at a vehicle after which its outline is known."""

SURE, LEAST = 0.4, 0.25
"""Least confidence of the detector around the decisive moment; the second value is enough if the first was
reached in everything that proves the act."""

AROUND = 0.4
"""Seconds either side of the decisive moment whose looks count; at least one on each side."""


def trusted(finding: Finding, track: Track) -> Finding:
    """The finding, with a doubt for each weakness of its track; a violation with such a doubt is left to an
    operator."""
    doubts = _doubts(finding, track.points)
    return doubted(finding, doubts) if doubts else finding


def unbroken(track: Track, t: float) -> Track:
    """The part of the track around time t that is one vehicle: another's evidence must not be included."""
    points = track.points
    near = min(range(len(points)), key=lambda i: abs(points[i].t - t))
    begin = next((i for i in range(near, 0, -1) if points[i].breaks), 0)
    end = next((i for i in range(near + 1, len(points)) if points[i].breaks), len(points))
    return track if (begin, end) == (0, len(points)) else replace(track, points=points[begin:end])


def unsteady(points: Sequence[TrackPoint], earlier: Sequence[TrackPoint] = ()) -> tuple[Doubt, ...]:
    """Doubt from a changing outline: a vehicle driving along a lane keeps it; a box that swells and shrinks
    includes a shadow, glare or a second vehicle, and its middle is not the vehicle's. `earlier` is the
    approach: a box that swelled there and stayed so is of two side by side."""
    changed = max(outline_change(points), _swollen(points, earlier))
    return (doubt("track.outline_unsteady", times=round(changed, 2)),) if changed > UNSTEADY else ()


def _swollen(points: Sequence[TrackPoint], earlier: Sequence[TrackPoint]) -> float:
    """How many times wider for its height the box is than it mostly was before."""
    before = sorted(_shape(point) for point in earlier if point.wheels == "seen")
    if len(before) < _KNOWN:
        return 1.0
    now = sorted(map(_shape, points))
    return exp(now[len(now) // 2] - before[len(before) // 4])


def outline_change(points: Sequence[TrackPoint]) -> float:
    """The largest width-to-height ratio of its box, as a multiple of the smallest."""
    shapes = [_shape(point) for point in points]
    return exp(max(shapes) - min(shapes))


def _shape(point: TrackPoint) -> float:
    """Shape of the whole vehicle: logarithm of width over height."""
    return log(width(point.whole) / height(point.whole))


def _doubts(finding: Finding, points: Sequence[TrackPoint]) -> tuple[Doubt, ...]:
    first, last = finding.proved or (finding.moments["before"], finding.moments["continuing"])
    stretch = _between(points, first, last)
    decisive = _between(points, *finding.decisive) if finding.decisive else stretch
    around = _around(stretch, finding.t)
    found = (
        _broken(stretch) or _torn(points, stretch),
        _unseen(points, stretch),
        _hidden(decisive, finding),
        _unsure(around, stretch),
    )
    return tuple(one for one in found if one is not None)


def _between(points: Sequence[TrackPoint], first: float, last: float) -> Sequence[TrackPoint]:
    """From the look at or before the first of these times to the one at or after the last."""
    return points[max(0, since(points, first + 1e-6) - 1) : since(points, last) + 1]


def _around(points: Sequence[TrackPoint], t: float) -> Sequence[TrackPoint]:
    """The looks near time t, at least the ones next to it."""
    index = since(points, t)
    begin, end = since(points, t - AROUND), since(points, t + AROUND)
    return points[max(0, min(begin, index - 1)) : max(end, index + 1)]


def _broken(points: Sequence[TrackPoint]) -> Doubt | None:
    """Doubt: the vehicle may have changed after the first of these points, unless it only stood there."""
    breaks = (index for index, point in enumerate(points) if index and point.breaks)
    broken = next((points[index] for index in breaks if not _stayed(points, index)), None)
    return None if broken is None else doubt("track.broken", at_ms=ms(broken.t))


def _torn(points: Sequence[TrackPoint], stretch: Sequence[TrackPoint]) -> Doubt | None:
    """Doubt: its speed changed more than a vehicle's can: the track switched to another vehicle."""
    for point in stretch:
        before = points[since(points, point.t - SWERVE_SECONDS) : since(points, point.t)]
        after = points[since(points, point.t) : since(points, point.t + SWERVE_SECONDS)]
        if min(len(before), len(after)) < _LOOKS:
            continue
        took = (after[0].t + after[-1].t - before[0].t - before[-1].t) / 2
        change = dist(_drift(before), _drift(after)) / height(point.box)
        if change > SWERVE * took + SWERVE_NOISE / took:
            return doubt("track.broken", at_ms=ms(point.t))
    return None


def _drift(points: Sequence[TrackPoint]) -> Point:
    """Speed of the middle of its upper edge in pixels a second, by least squares."""
    middle = fmean(point.t for point in points)
    spread = sum((point.t - middle) ** 2 for point in points)
    x = sum((point.t - middle) * point.ground[0] for point in points)
    y = sum((point.t - middle) * point.box[1] for point in points)
    return x / spread, y / spread


def _stayed(points: Sequence[TrackPoint], index: int) -> bool:
    """Whether a vehicle stood in one place before this look and after it: two can't stand in one place."""
    t = points[index].t
    before, after = points[since(points, t - STOOD) : index], points[index : since(points, t + STOOD)]
    if t - points[0].t < STOOD or points[-1].t - t < STOOD:
        return False
    return bool(before) and overlap(_mean_box(before), _mean_box(after)) >= SAME_PLACE


def _mean_box(points: Sequence[TrackPoint]) -> Box:
    sides = [fmean(point.box[i] for point in points) for i in range(4)]
    return sides[0], sides[1], sides[2], sides[3]


def _unseen(points: Sequence[TrackPoint], stretch: Sequence[TrackPoint]) -> Doubt | None:
    """Doubt: it moved while unobserved, and not consistently with its movement before and after."""
    for earlier, later in pairwise(stretch):
        gap = later.t - earlier.t
        far = dist(earlier.ground, later.ground) > UNSEEN_HEIGHTS * height(later.box)
        if gap > UNSEEN_SECONDS and far and (gap > LONGEST_UNSEEN or _strays(points, earlier, later)):
            return doubt("track.path_not_seen", gap_ms=ms(gap))
    return None


def _strays(points: Sequence[TrackPoint], earlier: TrackPoint, later: TrackPoint) -> bool:
    """True unless the path between two looks matches its speed before and after."""
    before = points[max(0, since(points, earlier.t - SPEED_SECONDS)) : since(points, earlier.t) + 1]
    after = points[since(points, later.t) : since(points, later.t + SPEED_SECONDS)]
    if len(before) < 2 or len(after) < 2:
        return True
    speeds = [_speed(before[0], before[-1]), _speed(after[0], after[-1])]
    gap = later.t - earlier.t
    x, y = (earlier.ground[i] + gap * (speeds[0][i] + speeds[1][i]) / 2 for i in (0, 1))
    return dist((x, y), later.ground) > STRAY * height(later.box)


def _speed(first: TrackPoint, last: TrackPoint) -> Point:
    """Pixels a second from one look to another."""
    gap = last.t - first.t
    return (last.ground[0] - first.ground[0]) / gap, (last.ground[1] - first.ground[1]) / gap


def _hidden(points: Sequence[TrackPoint], finding: Finding) -> Doubt | None:
    """Doubt: its wheels were not seen before the decisive moment, or not after."""
    before = [point.wheels for point in points if point.t < finding.t]
    after = [point.wheels for point in points if point.t >= finding.t]
    if finding.exact and any(_leaps(earlier, later) for earlier, later in pairwise(points)):
        return doubt("track.wheels_hidden", looks=sum(point.wheels != "seen" for point in points))
    for side in (before, after):
        if side and "seen" not in side:
            return doubt("track.wheels_hidden", looks=len(side))
    return None


def _leaps(earlier: TrackPoint, later: TrackPoint) -> bool:
    """True if the wheels, computed in one look and seen in the next, moved differently from the upper
    edge."""
    if earlier.wheels == later.wheels or "hidden" in (earlier.wheels, later.wheels):
        return False
    return abs(height(earlier.whole) - height(later.whole)) > LEAP * height(later.whole)


def _unsure(around: Sequence[TrackPoint], stretch: Sequence[TrackPoint]) -> Doubt | None:
    """Doubt: the detector's confidence was low, at the decisive moment and throughout."""
    mean = _confidence(around)
    if mean >= SURE or (mean >= LEAST and _confidence(stretch) >= SURE):
        return None
    return doubt("track.low_confidence", confidence=round(min(point.confidence for point in around), 2))


def _confidence(points: Sequence[TrackPoint]) -> float:
    """Mean of the detector's confidence; 1 without looks."""
    return sum(point.confidence for point in points) / len(points) if points else 1.0
