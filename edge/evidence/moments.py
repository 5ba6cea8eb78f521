"""Which full-size frames the evidence of a violation needs: few, chosen before anything is decoded."""

from collections.abc import Sequence

from edge.pipeline import Incident
from edge.rules.inputs import TrackPoint
from edge.rules.trust import unbroken

PLATE_FRAMES = 10
"""Frames in which the plate is searched; more votes cost more decoding and seldom change the result."""

EDGE_MARGIN = 4.0
"""Pixels: a box nearer than this to the picture's edge is cut off, and its plate may be too."""


def plate_points(incident: Incident, size: tuple[int, int], oldest: float) -> list[TrackPoint]:
    """Track points in whose frames the plate is searched, the largest box first.

    None beyond a break of the track: the vehicle there may be another, with another plate.

    Args:
        size: width and height of the detect stream's picture.
        oldest: stream time of the oldest frame that can still be decoded.
    """
    points = unbroken(incident.track, incident.finding.t).points
    return clearest([point for point in points if point.t >= oldest], size)


def clearest(points: Sequence[TrackPoint], size: tuple[int, int]) -> list[TrackPoint]:
    """Those of one vehicle's points whose frames are best for reading its plate, largest box first.

    A plate is read best where the vehicle is nearest, so boxes are taken by size, but never two neighbouring
    frames (they are blurred alike), and boxes cut off by the picture's edge only when nothing is better.
    `size` is that of the picture.
    """
    whole = [p for p in points if _inside(p, size)]
    chosen: list[TrackPoint] = []
    for point in sorted(whole or points, key=_area, reverse=True):
        if all(abs(point.frame - other.frame) >= 2 for other in chosen):
            chosen.append(point)
        if len(chosen) == PLATE_FRAMES:
            break
    return chosen


def _inside(point: TrackPoint, size: tuple[int, int]) -> bool:
    x1, y1, x2, y2 = point.box
    width, height = size
    return x1 > EDGE_MARGIN and y1 > EDGE_MARGIN and x2 < width - EDGE_MARGIN and y2 < height - EDGE_MARGIN


def _area(point: TrackPoint) -> float:
    x1, y1, x2, y2 = point.box
    return (x2 - x1) * (y2 - y1)
