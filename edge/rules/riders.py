"""Conditions of both rider rules: the motorbike was seen often enough, and drove."""

from collections.abc import Sequence

from configs.rules.parameters import OnARide
from contract.vehicles import VehicleKind
from edge.rules.inputs import RiderLook, TrackPoint
from edge.rules.observed import moved, nearest
from edge.rules.situation import Situation

MOMENTS = 3
"""Looks used as stills: before, over, continuing."""


def on_a_ride(situation: Situation, parameters: OnARide) -> bool:
    """Whether the vehicle is surely a motorbike, to which these rules apply, and was seen to drive."""
    points = situation.track.points
    if situation.track.kind is not VehicleKind.MOTORBIKE or situation.track.kind_unsure:
        return False
    newest = points[-1]
    return any(moved(point, newest) >= parameters.distance for point in points)


def shown(showing: Sequence[RiderLook], looks: Sequence[RiderLook], parameters: OnARide) -> bool:
    """Whether enough of the looks, over a long enough time, show it."""
    return (
        len(showing) >= parameters.looks
        and len(showing) >= parameters.share * len(looks)
        and showing[-1].t - showing[0].t >= parameters.seconds
    )


def stills(showing: Sequence[RiderLook]) -> tuple[RiderLook, RiderLook, RiderLook]:
    """The looks used as stills, in order of time: the one where the motorbike is nearest, one before it and
    one after it, as far apart as possible."""
    largest = max(range(1, len(showing) - 1), key=lambda i: _size(showing[i]))
    return showing[0], showing[largest], showing[-1]


def point_of(situation: Situation, look: RiderLook) -> TrackPoint:
    """The track's point nearest to a look."""
    return nearest(situation.track.points, look.t)


def _size(look: RiderLook) -> float:
    return look.box[3] - look.box[1]
