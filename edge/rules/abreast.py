"""Whether a box may be of two riders side by side, and an act of only one of them: then nobody is accused.

A box that was wider than those of single two-wheelers there (`TrackPoint.breadth`), on the average of the act
and of the way to it, may have its middle between two. What follows from where its wheels are holds only if it
holds for either.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean, median

from contract.reasons import Doubt
from edge.rules.inputs import TrackPoint
from edge.rules.observed import since
from edge.rules.said import doubt

TOO_WIDE = 2.0
"""Standard deviations above the usual beyond which a box may hold two: one single rider in 44 is so wide."""

WAY_SECONDS = 3.0
"""Seconds before an act for which the box is checked too: two riders stay merged for more than some looks."""


def may_be_two(
    act: Sequence[TrackPoint],
    points: Sequence[TrackPoint],
    holds: Callable[[Sequence[TrackPoint]], bool],
) -> tuple[Doubt, ...]:
    """A doubt where the box was too wide for one over the looks of the `act` and those of the vehicle's
    `points` before it, unless what is said of it `holds` for each of the two it may be."""
    first = since(points, act[0].t - WAY_SECONDS)
    told = [p.breadth for p in points[first:] if p.t <= act[-1].t and p.breadth is not None]
    if not told or fmean(breadth.sigmas for breadth in told) < TOO_WIDE:
        return ()
    aside = median(breadth.aside for breadth in told)
    if all(holds([_moved(point, step) for point in act]) for step in (-aside, aside)):
        return ()
    return (doubt("track.may_be_two", looks=len(told)),)


def _moved(point: TrackPoint, step: float) -> TrackPoint:
    left, top, right, bottom = point.box
    return replace(point, box=(left + step, top, right + step, bottom))
