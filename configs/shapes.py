"""Points, lines and areas as people write them into camera files.

Unit: pixels of the detect stream, x to the right, y down.

Each type refuses invalid shapes: a box of no size, a polygon whose sides cross or that has no area, a line of
no length, points given as parts of the picture (0 to 1).
"""

from collections.abc import Iterable
from itertools import pairwise
from math import dist
from typing import Annotated

from pydantic import AfterValidator, Field

from configs.refusals import refused

Coordinate = Annotated[float, Field(ge=-20_000, le=20_000, allow_inf_nan=False)]
PixelPoint = tuple[Coordinate, Coordinate]


THINNEST = 4.0
"""Pixels: no wheels are ever located in a thinner area."""

SHORTEST = 4.0
"""Pixels: no crossing of a shorter line is ever detected."""


def _in_pixels(points: Iterable[tuple[float, float]]) -> None:
    if all(0 <= x <= 1 and 0 <= y <= 1 for x, y in points):
        raise refused(
            "là phần của hình (0 đến 1), không phải điểm ảnh",
            "parts of the picture (0 to 1), not pixels: multiply each x by the width and each y by the "
            "height that `size` gives",
        )


def _real_box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box
    _in_pixels((box[:2], box[2:]))
    if x2 - x1 < 2 or y2 - y1 < 2:
        raise refused(
            "khung quá nhỏ: kéo một khung quanh cả hộp đèn",
            f"box of no size: give [x1, y1, x2, y2] with x1 < x2 and y1 < y2, not {list(box)}",
        )
    return box


def _real_polygon(points: tuple[PixelPoint, ...]) -> tuple[PixelPoint, ...]:
    _in_pixels(points)
    if self_intersects(points):
        raise refused(
            "các cạnh của vùng cắt nhau: đặt các góc lần lượt một vòng",
            "the polygon's sides cross each other: give its corners in order around it",
        )
    if thickness(points) < THINNEST:
        raise refused(
            "vùng dẹt quá: đặt các góc quanh một khu vực",
            f"the polygon is flat, about {thickness(points):.1f} pixels thick: give corners around an area",
        )
    return points


def _real_line(points: tuple[PixelPoint, ...]) -> tuple[PixelPoint, ...]:
    _in_pixels(points)
    if any(a == b for a, b in pairwise(points)):
        raise refused("có hai điểm liền nhau trùng nhau", "the same point twice in a row")
    if (length := sum(dist(a, b) for a, b in pairwise(points))) < SHORTEST:
        raise refused(
            f"vạch chỉ dài {length:.1f} điểm ảnh",
            f"the line is {length:.1f} pixels long: give its ends in pixels of the picture",
        )
    return points


def _real_direction(vector: PixelPoint) -> PixelPoint:
    if vector == (0.0, 0.0):
        raise refused(
            "chưa có hướng: kéo mũi tên theo chiều xe chạy",
            "a direction of no length: give [dx, dy], for instance [0, -1] for up the picture",
        )
    return vector


BoxPixels = Annotated[tuple[Coordinate, Coordinate, Coordinate, Coordinate], AfterValidator(_real_box)]
Polygon = Annotated[tuple[PixelPoint, ...], Field(min_length=3), AfterValidator(_real_polygon)]
Line = Annotated[tuple[PixelPoint, ...], Field(min_length=2), AfterValidator(_real_line)]
Direction = Annotated[PixelPoint, AfterValidator(_real_direction)]
"""A vector in the picture; only its direction counts."""


def self_intersects(polygon: tuple[PixelPoint, ...]) -> bool:
    """True if two sides that are not neighbours meet."""
    sides = list(zip(polygon, polygon[1:] + polygon[:1], strict=True))
    count = len(sides)
    return any(
        cross(*sides[i], *sides[j])
        for i in range(count)
        for j in range(i + 2, count)
        if (i, j) != (0, count - 1)
    )


def thickness(polygon: tuple[PixelPoint, ...]) -> float:
    """Area over half the length of the outline, in pixels: for a long area about its shorter side."""
    sides = list(zip(polygon, polygon[1:] + polygon[:1], strict=True))
    around = sum(dist(a, b) for a, b in sides)
    area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in sides)) / 2
    return 2 * area / around if around else 0.0


def cross(a: PixelPoint, b: PixelPoint, c: PixelPoint, d: PixelPoint) -> bool:
    """True if the segments a b and c d intersect. A point on the other line counts as lying to its right."""
    return (turn(a, b, c) < 0) != (turn(a, b, d) < 0) and (turn(c, d, a) < 0) != (turn(c, d, b) < 0)


def turn(a: PixelPoint, b: PixelPoint, c: PixelPoint) -> float:
    """Twice the area of the triangle a b c; positive if c lies right of a→b as seen in the picture."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def middle(line: Line) -> PixelPoint:
    """The point halfway between the ends of a line."""
    return (line[0][0] + line[-1][0]) / 2, (line[0][1] + line[-1][1]) / 2
