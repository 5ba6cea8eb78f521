"""Stop lines (vạch dừng): from paint across a carriageway, or else from the places where its vehicles wait.

The painted line is searched at all heights and leans; waiting vehicles distinguish it from the line of
another road. Without paint, the foremost that waited give the line, roughly: people stop short of it and past
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.rules.inputs import Point
from edge.setup.suggest.flow import Stand
from edge.setup.suggest.model import Image, LampHead, StopLine, unit
from edge.setup.suggest.paint import bands, sampled
from edge.setup.suggest.road import Carriageway

LEANS = np.linspace(-0.3, 0.3, 61)
"""Leans tried, in pixels down for each pixel to the right."""

ACROSS = 120
"""Samples across the carriageway tested for paint."""

PAINTED, PLAIN = 0.55, 0.9
"""Least painted part of the carriageway's width; and the part from which no vehicle needs to have waited."""

WAITS = (-0.6, 1.6)
"""Range of the distance from the wheels of a vehicle waiting at the line, in heights of its box: short of it,
or with the front wheels past it."""

GAP = 0.04
"""Gap in the paint that is allowed, in parts of the carriageway's width, for instance under a standing
vehicle."""

PARTS = 12
"""Pieces of a line whose near edge is searched one by one."""

THICK = 0.035
"""Largest thickness of a line, in parts of the picture's height."""

BEYOND = 0.5
"""How far the line may extend on either side, in parts of the carriageway's width."""

SMALLEST = 30.0
"""Least height in pixels of vehicles at the line: smaller ones are not tracked well enough."""

FEWEST_STOOD = 3
"""Stopped vehicles needed for an unpainted line."""


@dataclass(frozen=True)
class _Line:
    """A line across: its row at the carriageway's middle, its lean, its painted part, and the number of
    vehicles that waited at it."""

    y: float
    lean: float
    painted: float
    waiting: int = 0


def stop_lines(
    picture: Image, ways: Sequence[Carriageway], stood: Sequence[Stand], heads: Sequence[LampHead]
) -> list[StopLine]:
    """One line for each carriageway that has one, highest confidence first. `ways`: the busiest first.

    If a head was seen red, only vehicles that stood then count; otherwise only paint gives a line.
    """
    red = [phase for head in heads for phase in head.phases if phase.colour == "red"]
    if red:
        stood = [s for s in stood if any(s.start < phase.end and phase.start < s.end for phase in red)]
    across = bands(picture, upright=False)
    found = []
    for way in ways:
        waiting = [stand for stand in stood if stand.height >= SMALLEST and _is_on(stand, way)]
        line = _best_painted(across, way, waiting)
        if line is not None and (line.waiting or (way is ways[0] and line.painted >= PLAIN)):
            found.append(_by_paint(picture, across, line, way))
        elif line is None and red and len(waiting) >= FEWEST_STOOD:
            found.append(_by_waiting(way, waiting))
    return sorted(found, key=lambda line: -line.confidence)


def _best_painted(across: NDArray[np.float32], way: Carriageway, stood: Sequence[Stand]) -> _Line | None:
    lines = [replace(line, waiting=len(_waiting(line, way, stood))) for line in _painted(across, way)]
    return max(lines, key=lambda line: line.painted + 0.12 * min(4, line.waiting), default=None)


def _by_paint(picture: Image, across: NDArray[np.float32], line: _Line, way: Carriageway) -> StopLine:
    ends = _near_edge(picture, _ends(across, line, way), way)
    return StopLine(
        line=ends if way.away else (ends[1], ends[0]),
        direction=_direction(way, line.y),
        stood=line.waiting,
        painted=True,
        confidence=round(line.painted * (0.45 + 0.13 * min(4, line.waiting)), 2),
    )


def _is_on(stand: Stand, way: Carriageway) -> bool:
    margin = 0.05 * way.width
    inside = way.rays.is_below(stand.at)
    return inside and way.left - margin <= way.rays.foot(stand.at) <= way.right + margin


def _painted(across: NDArray[np.float32], way: Carriageway) -> list[_Line]:
    """The painted lines across the carriageway, each the best of those near it."""
    height = way.rays.size[1]
    pixel = way.vehicle_height(way.rays.top[1] + 1)
    rows = np.arange(max(4.0, way.rays.top[1] + SMALLEST / pixel), height - 4.0)
    painted = np.stack([_coverage(across, rows, lean, way) for lean in LEANS], axis=1)
    found: list[_Line] = []
    while painted.size and painted.max() >= PAINTED:
        row, lean = np.unravel_index(int(painted.argmax()), painted.shape)
        found.append(_Line(float(rows[row]), float(LEANS[lean]), float(painted[row, lean])))
        near = round(0.05 * height)
        painted[max(0, row - near) : row + near + 1] = 0
    return found


def _coverage(
    across: NDArray[np.float32], rows: NDArray[np.float64], lean: float, way: Carriageway
) -> NDArray[np.float64]:
    """Painted part of the carriageway along lines of that lean, for each row of its middle."""
    left, right = (way.rays.x_at(np.array(foot), rows) for foot in (way.left, way.right))
    part = np.linspace(0.02, 0.98, ACROSS)
    x = left[:, None] + part * (right - left)[:, None]
    y = rows[:, None] + lean * (x - (left + right)[:, None] / 2)
    width = way.rays.size[0]
    seen = (x >= 0) & (x < width)
    values = sampled(across, x, y)
    covered: NDArray[np.float64] = values.sum(axis=1) / np.maximum(1, seen.sum(axis=1))
    return np.where(seen.sum(axis=1) >= ACROSS / 2, covered, 0.0)


def _waiting(line: _Line, way: Carriageway, stood: Sequence[Stand]) -> list[Stand]:
    """The vehicles that waited at the line, in its first rows."""
    middle = way.rays.x_at((way.left + way.right) / 2, line.y)
    side = 1 if way.away else -1
    before = [(s, side * (s.at[1] - line.y - line.lean * (s.at[0] - middle)) / s.height) for s in stood]
    return [stand for stand, depth in before if WAITS[0] <= depth <= WAITS[1]]


def _ends(across: NDArray[np.float32], line: _Line, way: Carriageway) -> tuple[Point, Point]:
    """The line's ends: as far as the paint goes, even past the carriageway's edges."""
    left, right = (way.rays.x_at(foot, line.y) for foot in (way.left, way.right))
    width, middle = right - left, (left + right) / 2
    x = np.arange(max(0.0, left - BEYOND * width), min(way.rays.size[0] - 1.0, right + BEYOND * width))
    y = line.y + line.lean * (x - middle)
    paint = np.max([sampled(across, x, y + step) for step in (-1, 0, 1)], axis=0) >= 0.6
    first, last = _run(paint, int(np.abs(x - middle).argmin()), max(3, round(GAP * width)))
    return (float(x[first]), float(y[first])), (float(x[last]), float(y[last]))


def _run(paint: NDArray[np.bool_], middle: int, gap: int) -> tuple[int, int]:
    """First and last painted sample reachable from the middle without a gap longer than `gap`."""
    places = np.flatnonzero(paint)
    start = int(np.abs(places - middle).argmin())
    first = last = start
    while first > 0 and places[first] - places[first - 1] <= gap:
        first -= 1
    while last < len(places) - 1 and places[last + 1] - places[last] <= gap:
        last += 1
    return int(places[first]), int(places[last])


def _near_edge(picture: Image, ends: tuple[Point, Point], way: Carriageway) -> tuple[Point, Point]:
    """The line moved to its edge on the side vehicles come from: there crossing begins."""
    (x1, y1), (x2, y2) = ends
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (3, 3), 0).astype(np.float32)
    thick, side = round(THICK * picture.shape[0]), 1 if way.away else -1
    steps = np.arange(-2, thick + 1)
    x = np.linspace(x1, x2, 8 * PARTS)
    y = np.interp(x, (x1, x2), (y1, y2))
    profile = np.stack([sampled(grey, x, y + side * step) for step in steps])
    pieces = profile.reshape(len(steps), PARTS, -1).mean(axis=2)
    fall = pieces[:-1] - pieces[1:]
    edges = side * (steps[:-1][fall.argmax(axis=0)] + 0.5)
    slope, shift = np.polyfit(*_agreeing(x.reshape(PARTS, -1).mean(axis=1), edges), 1)
    return (x1, float(y1 + shift + slope * x1)), (x2, float(y2 + shift + slope * x2))


def _agreeing(
    x: NDArray[np.float64], edges: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Without the pieces whose edge is off: a vehicle stood there, or the paint is worn."""
    near = np.abs(edges - np.median(edges)) <= 3
    return x[near], edges[near]


def _direction(way: Carriageway, y: float) -> Point:
    """Direction along the ray in the carriageway's middle at row y."""
    x, sign = way.rays.x_at((way.left + way.right) / 2, y), -1 if way.away else 1
    dx, dy = unit((x - way.rays.top[0], y - way.rays.top[1]))
    return sign * dx, sign * dy


def _by_waiting(way: Carriageway, stood: Sequence[Stand]) -> StopLine:
    """A line from the foremost waiting vehicles: half a box height ahead of their wheels."""
    ahead = -0.5 if way.away else 0.5
    fronts = np.array([stand.at[1] + ahead * stand.height for stand in stood])
    y = float(np.percentile(fronts, 30 if way.away else 70))
    left, right = (way.rays.x_at(foot, y) for foot in (way.left, way.right))
    line = ((left, y), (right, y))
    return StopLine(
        line=line if way.away else (line[1], line[0]),
        direction=_direction(way, y),
        stood=len(stood),
        painted=False,
        confidence=round(min(0.45, 0.05 * len(stood)), 2),
    )
