"""Finds lines at which nothing can ever be found: a stop line entered along itself, a commit line before
it, a shape outside the part that is looked at, a lamp of a few pixels.

Pixels of the detect stream, as in the file.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from math import asin, degrees, dist, hypot

from configs.camera import CameraConfig
from configs.loading import Location
from configs.scene import Exit, Head, StopLine
from configs.shapes import Line, PixelPoint, cross, turn

LEAST_ANGLE = 15.0
"""Degrees between a stop line and the way over it: below, its two sides can't be told from each other."""

SMALLEST_LAMP = 4.0
"""Pixels across: below, no colour is read."""

ROOM = 0.02
"""Part of the picture's height that must be seen before and after a stop line."""


def drawing_problems(camera: CameraConfig) -> Iterator[tuple[Location, str]]:
    """What can't work as drawn, each with the place of its key and what to do."""
    for index, head in enumerate(camera.heads):
        yield from _lamp(("heads", index), head)
    for index, stop in enumerate(camera.stop_lines):
        yield from _stop_line(("stop_lines", index), stop, camera.size)
    yield from _never_looked_at(camera)
    yield from _percent(camera)


def _lamp(where: Location, head: Head) -> Iterator[tuple[Location, str]]:
    x1, y1, x2, y2 = head.box
    if head.source == "vision" and min(x2 - x1, y2 - y1) < SMALLEST_LAMP:
        yield (
            (*where, "box"),
            f"a lamp of {x2 - x1:g}×{y2 - y1:g} pixels can't be read: draw its whole housing, or take a "
            "larger picture",
        )


def _stop_line(where: Location, stop: StopLine, size: tuple[int, int]) -> Iterator[tuple[Location, str]]:
    if not _leads_across(stop.direction, stop.line):
        yield (
            (*where, "direction"),
            f"{list(stop.direction)} runs along the stop line, not over it: give the way vehicles enter the "
            "junction, for instance [0, -1] for up the picture",
        )
        return
    yield from _room(where, stop, size)
    if stop.commit is not None:
        yield from _commit(where, stop, stop.commit)
    for number, way in enumerate(stop.exits):
        yield from _exit((*where, "exits", number, "line"), stop, way)


def _room(where: Location, stop: StopLine, size: tuple[int, int]) -> Iterator[tuple[Location, str]]:
    (x, y), (dx, dy) = _middle(stop.line), stop.direction
    step = ROOM * size[1] / hypot(dx, dy)
    for sign, side in ((-1, "before"), (1, "after")):
        there = x + sign * step * dx, y + sign * step * dy
        if not (0 <= there[0] <= size[0] and 0 <= there[1] <= size[1]):
            yield (
                (*where, "line"),
                f"lies at the edge of the picture: no vehicle is seen {side} it; turn the camera, or the "
                "direction if it is the wrong way round",
            )


def _commit(where: Location, stop: StopLine, commit: Line) -> Iterator[tuple[Location, str]]:
    if not _leads_across(stop.direction, commit):
        yield (
            (*where, "commit"),
            "runs along the stop line's direction: draw it across the way, past that line",
        )
    elif _meet(commit, stop.line):
        yield (*where, "commit"), "meets the stop line: draw all of it past that line, in the junction"
    elif _past(stop, _middle(commit)) <= 0:
        yield (
            (*where, "commit"),
            f"lies before the stop line, seen along its direction {list(stop.direction)}: draw it past that "
            "line, or turn the direction round if it points out of the junction",
        )


def _exit(where: Location, stop: StopLine, way: Exit) -> Iterator[tuple[Location, str]]:
    if way.movement == "straight" and _past(stop, _middle(way.line)) <= 0:
        yield (
            where,
            "who goes straight on leaves past the stop line, this line lies before it: draw it at the far "
            "side of the junction, or turn the stop line's direction round",
        )


def _never_looked_at(camera: CameraConfig) -> Iterator[tuple[Location, str]]:
    if camera.detect.roi is None:
        return
    left, top, right, bottom = camera.detect.roi
    for where, points in areas_and_lines(camera):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if max(xs) <= left or min(xs) >= right or max(ys) <= top or min(ys) >= bottom:
            yield where, "lies outside detect.roi, where no vehicle is looked for: move it, or widen that"


def areas_and_lines(camera: CameraConfig) -> list[tuple[Location, Line]]:
    """All that vehicles drive over, with its place in the file."""
    return [
        *((("stop_lines", i, "line"), stop.line) for i, stop in enumerate(camera.stop_lines)),
        *((("lanes", i, "polygon"), lane.polygon) for i, lane in enumerate(camera.lanes)),
        *((("solid_lines", i, "line"), line.line) for i, line in enumerate(camera.solid_lines)),
        *((("zones", i, "polygon"), zone.polygon) for i, zone in enumerate(camera.zones)),
        *((("rider_zones", i, "polygon"), zone.polygon) for i, zone in enumerate(camera.rider_zones)),
    ]


def _percent(camera: CameraConfig) -> Iterator[tuple[Location, str]]:
    """Points from 0 to 100 only, on a picture many times as large, are parts of a hundred."""
    shapes = [
        *areas_and_lines(camera),
        *((("heads", i, "box"), _ends(h)) for i, h in enumerate(camera.heads)),
    ]
    largest = max((max(point) for _, points in shapes for point in points), default=math.inf)
    if largest <= 100 and min(camera.size) >= 4 * 100:
        yield (
            shapes[0][0],
            "every point drawn in this file lies within 0 to 100: these are parts of a hundred, give pixels",
        )


def _ends(head: Head) -> Line:
    return head.box[:2], head.box[2:]


def _leads_across(direction: PixelPoint, line: Line) -> bool:
    """False if the direction runs along the line from its first point to its last, or these are the same."""
    length = dist(line[0], line[-1]) * hypot(*direction)
    return length > 0 and degrees(asin(min(1.0, abs(_side(direction, line)) / length))) >= LEAST_ANGLE


def _past(stop: StopLine, point: PixelPoint) -> float:
    """Positive where the point lies past the stop line."""
    sign = 1.0 if _side(stop.direction, stop.line) > 0 else -1.0
    a, b = min(pairwise(stop.line), key=lambda part: dist(_middle(part), point))
    return sign * turn(a, b, point)


def _side(direction: PixelPoint, line: Line) -> float:
    """Positive if the direction leads to the right of the line."""
    (x, y), (dx, dy) = line[0], direction
    return turn(line[0], line[-1], (x + dx, y + dy))


def _middle(line: Line) -> PixelPoint:
    return (line[0][0] + line[-1][0]) / 2, (line[0][1] + line[-1][1]) / 2


def _meet(one: Line, other: Line) -> bool:
    return any(cross(*a, *b) for a in pairwise(one) for b in pairwise(other))
