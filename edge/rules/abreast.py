"""Detects boxes that may hold two riders side by side, of whom only one broke the rule: then nobody is
accused.

A box wider than those of single two-wheelers there (`TrackPoint.breadth`), averaged over the act and the
approach, may have its middle between two riders. Conclusions from the wheels' position hold only if they hold
for either rider.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean, median

from contract.reasons import Doubt
from edge.rules.inputs import TrackPoint
from edge.rules.observed import since
from edge.rules.said import doubt

TOO_WIDE = 2.0
"""Standard deviations above the usual width beyond which a box may hold two: one single rider in 44 is as
wide."""

WAY_SECONDS = 3.0
"""Seconds before an act for which the box is checked too: two riders stay merged for longer than a few
looks."""


def may_be_two(
    act: Sequence[TrackPoint],
    points: Sequence[TrackPoint],
    holds: Callable[[Sequence[TrackPoint]], bool],
) -> tuple[Doubt, ...]:
    """A doubt if the box was too wide for one rider over the looks of the `act` and the vehicle's `points`
    before it, unless the finding `holds` for each of the two possible riders."""
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
