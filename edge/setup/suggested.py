"""Suggestions for a recording as the page draws them: objects, a metre grid, a heat map of plates."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from configs.wording import LANGUAGES
from configs.words import say
from edge.rules.inputs import Point
from edge.setup.suggest.model import PlatePixels, Scale, Suggestions

SUGGESTIONS = "suggestions.json"
"""File of the suggestions, in the camera's folder."""

GRID_ACROSS, GRID_ALONG = 8, 25
"""Metres of the grid to either side, and away from where it begins."""

Segment = tuple[Point, Point]


def as_json(found: Suggestions, size: tuple[int, int]) -> dict[str, Any]:
    """Everything for the page, points rounded to a tenth of a pixel."""
    return {
        "heads": [
            {"box": _rounded(head.box), "layout": head.layout, "confidence": head.confidence}
            for head in found.heads
        ],
        "stop_lines": [
            {
                "line": _points(line.line),
                "direction": [round(v, 2) for v in line.direction],
                "confidence": line.confidence,
            }
            for line in found.stop_lines
        ],
        "lanes": [
            {
                "polygon": _points(lane.polygon),
                "direction": [round(v, 2) for v in lane.direction],
                "confidence": lane.confidence,
            }
            for lane in found.lanes
        ],
        "scale": _scale(found.scale, size) if found.scale else None,
        "plates": _plates(found.plates) if found.plates else None,
        "warnings": {lang: [say(one, lang) for one in found.warnings] for lang in LANGUAGES},
    }


def _scale(scale: Scale, size: tuple[int, int]) -> dict[str, Any]:
    grid = [_points(segment) for segment in metre_grid(scale, size)]
    return {"residual_cm": round(scale.residual_cm, 1), "samples": scale.samples, "grid": grid}


def metre_grid(scale: Scale, size: tuple[int, int]) -> Iterator[Segment]:
    """Lines on the road a metre apart, from the lower edge of the picture into it."""
    if scale.horizon >= size[1]:
        return
    nearest = scale.ground((scale.centre, float(size[1])))[1]
    first = math.ceil(nearest)
    for right in range(-GRID_ACROSS, GRID_ACROSS + 1):
        yield scale.pixel((right, nearest)), scale.pixel((right, first + GRID_ALONG))
    for away in range(first, first + GRID_ALONG + 1):
        yield scale.pixel((-GRID_ACROSS, away)), scale.pixel((GRID_ACROSS, away))


def _plates(plates: PlatePixels) -> dict[str, Any]:
    rows, columns = np.nonzero(plates.width)
    squares = [
        [int(column * plates.cell), int(row * plates.cell), round(float(plates.width[row, column]))]
        for row, column in zip(rows, columns, strict=True)
    ]
    return {"cell": plates.cell, "squares": squares, "found": plates.found, "passed": plates.passed}


def _points(points: tuple[Point, ...]) -> list[list[float]]:
    return [_rounded(point) for point in points]


def _rounded(values: tuple[float, ...]) -> list[float]:
    return [round(float(value), 1) for value in values]
