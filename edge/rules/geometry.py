"""Lines and areas in the picture: offset from a line, swept crossing, point in polygon.

Picture coordinates: x right, y down. Seen along a polyline as it was drawn, positive offsets lie to the
right.
"""

from collections.abc import Callable
from itertools import pairwise
from math import hypot, inf

from edge.rules.inputs import Box, Point, Polyline


def _cross(a: Point, b: Point, c: Point) -> float:
    """Twice the area of the triangle a b c; positive if c lies right of a→b as seen in the picture."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _distance(point: Point, a: Point, b: Point) -> float:
    """From `point` to the segment a b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy)
    along = min(1.0, max(0.0, along))
    return hypot(point[0] - a[0] - along * dx, point[1] - a[1] - along * dy)


def offset(point: Point, line: Polyline) -> float:
    """Signed distance in pixels from the polyline's nearest segment, extended; positive to the right of
    it."""
    if len(line) == 2:
        (ax, ay), (bx, by) = line
        return _cross(line[0], line[1], point) / hypot(bx - ax, by - ay)
    best, result = inf, 0.0
    for a, b in pairwise(line):
        away = _distance(point, a, b)
        if away < best:
            best, result = away, _cross(a, b, point) / hypot(b[0] - a[0], b[1] - a[1])
    return result


def depth_past(line: Polyline, direction: Point) -> Callable[[Point], float]:
    """A function that gives how far a point lies past the line in the given direction, in pixels; negative
    before it. The line's orientation is determined once for all points."""
    (x, y), (dx, dy) = line[0], direction
    sign = 1.0 if _cross(line[0], line[-1], (x + dx, y + dy)) > 0 else -1.0
    return lambda point: sign * offset(point, line)


def meets(start: Point, end: Point, line: Polyline) -> float | None:
    """Position (0..1) on the way from `start` to `end` of the first intersection with the polyline, or None.

    A point on the line counts as lying to its right, so that a path with a corner on the line meets it once.
    """
    first: float | None = None
    for a, b in pairwise(line):
        before, after = _cross(a, b, start), _cross(a, b, end)
        if (before < 0) == (after < 0) or before == after:
            continue
        if (_cross(start, end, a) > 0) == (_cross(start, end, b) > 0):
            continue
        part = before / (before - after)
        if first is None or part < first:
            first = part
    return first


def inside(point: Point, polygon: Polyline) -> bool:
    """True if the point lies in the polygon (even-odd rule)."""
    x, y = point
    result = False
    ax, ay = polygon[-1]
    for bx, by in polygon:
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            result = not result
        ax, ay = bx, by
    return result


def along(start: Point, end: Point, direction: Point) -> float:
    """Pixels from start to end in the given direction; negative against it."""
    length = hypot(*direction)
    return ((end[0] - start[0]) * direction[0] + (end[1] - start[1]) * direction[1]) / length


def astride(box: Box, line: Polyline, overhang: float, length: float) -> bool:
    """True if the line runs between the outer wheels of a vehicle that drives along it.

    The wheels nearest to the camera stand on the box's lower edge, less `overhang` (a part of the width) at
    each side. If the line is oblique in the picture so is the vehicle: its far end, `length` box heights up,
    widens the box on the side the line leans to, and that part is no wheel either. For lines along the view,
    such as those between lanes; a line across the view can only be crossed.
    """
    x1, y1, x2, y2 = box
    found = _at_height(line, y2)
    if found is None:
        return False
    x, lean = found
    shift = lean * length * (y2 - y1)
    inset = overhang * (x2 - x1)
    return x1 + inset + max(0.0, -shift) < x < x2 - inset - max(0.0, shift)


def _at_height(line: Polyline, y: float) -> tuple[float, float] | None:
    """The line's x at that height of the picture, and its shift to the right for each pixel upwards."""
    for (ax, ay), (bx, by) in pairwise(line):
        if (ay < y) != (by < y):
            lean = (ax - bx) / (by - ay)
            return ax - lean * (y - ay), lean
    return None


def scaled(box: Box, by: Point) -> Box:
    """The box in a picture that is larger by this factor in width and height."""
    return (box[0] * by[0], box[1] * by[1], box[2] * by[0], box[3] * by[1])


def shared_area(a: Box, b: Box) -> float:
    """Area that two boxes have in common, in square pixels; 0 if they only touch or lie apart."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0.0) * max(height, 0.0)


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes."""
    shared = shared_area(a, b)
    return shared / (_area(a) + _area(b) - shared)


def contained(inner: Box, outer: Box) -> float:
    """Share (0..1) of the area of `inner` that lies in `outer`; 0 for a box without area."""
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return shared_area(inner, outer) / area if area > 0 else 0.0


def _area(box: Box) -> float:
    return max(box[2] - box[0], 1e-6) * max(box[3] - box[1], 1e-6)
