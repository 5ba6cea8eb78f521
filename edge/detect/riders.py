"""Joins a bike and the people on it to one vehicle.

Networks trained on COCO detect a motorcycle and a person separately. For the law, the tracker and the labels
of Vietnamese street pictures they are one vehicle, boxed from the helmet to the tyre. A network whose classes
already mean "motorbike with rider" reports no people, and nothing is joined.
"""

from collections.abc import Sequence
from dataclasses import replace

from edge.detect.detector import TWO_WHEELED, Detection
from edge.rules.geometry import shared_area
from edge.rules.inputs import Box

MIN_SIDE_OVERLAP = 0.6
"""Share of the narrower of person and bike that must lie above the other; a passer-by has less."""

SEAT_RANGE = (0.1, 1.15)
"""Range of a rider's lowest point, as a share of the bike's height below its top: from the saddle to a foot
on the road. Someone walking behind a bike ends higher, someone in front of it lower."""


def join_riders(vehicles: Sequence[Detection], people: Sequence[Box]) -> list[Detection]:
    """Grow each bike's box around the people who sit on it; return all vehicles in their given order.

    A person rides at most one bike: the one with which they share the largest area. People who ride nothing
    are left out.
    """
    boxes = [vehicle.box for vehicle in vehicles]
    for person in people:
        mounts = [i for i, v in enumerate(vehicles) if v.kind in TWO_WHEELED and _rides(person, v.box)]
        if mounts:
            best = max(mounts, key=lambda i: shared_area(person, vehicles[i].box))
            boxes[best] = _union(boxes[best], person)
    return [replace(vehicle, box=box) for vehicle, box in zip(vehicles, boxes, strict=True)]


def _rides(person: Box, bike: Box) -> bool:
    side = min(person[2], bike[2]) - max(person[0], bike[0])
    narrower = min(person[2] - person[0], bike[2] - bike[0])
    seat = (person[3] - bike[1]) / (bike[3] - bike[1])
    return side >= MIN_SIDE_OVERLAP * narrower and SEAT_RANGE[0] <= seat <= SEAT_RANGE[1]


def _union(a: Box, b: Box) -> Box:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
