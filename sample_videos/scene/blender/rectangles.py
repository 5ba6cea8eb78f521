"""Which parts of the picture must be rendered again: padded, merged pixel rectangles."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rectangle = tuple[int, int, int, int]
"""x1, y1, x2, y2 in pixels, the far edges excluded."""
CALL_COST = 20_000
"""Cost of one more call of the renderer, in pixels."""


def padded(box: Array, pad: int, width: int, height: int) -> Rectangle | None:
    """Whole pixels around a box with a margin, cut to the picture; None where nothing is left."""
    x1, y1 = max(0, int(box[0]) - pad), max(0, int(box[1]) - pad)
    x2, y2 = min(width, int(box[2]) + pad + 1), min(height, int(box[3]) + pad + 1)
    return (x1, y1, x2, y2) if x2 - x1 > pad and y2 - y1 > pad else None


def merged(rectangles: Iterable[Rectangle]) -> list[Rectangle]:
    """Join rectangles as long as one render of the joint area is cheaper than separate ones."""
    todo, done = list(rectangles), list[Rectangle]()
    while todo:
        current = todo.pop()
        partner = next((other for other in done if _cheaper_joined(current, other)), None)
        if partner is None:
            done.append(current)
        else:
            done.remove(partner)
            todo.append(_around(current, partner))
    return sorted(done)


def feather(rectangle: Rectangle, edge: int, width: int, height: int) -> Array:
    """Weights (rows, columns) that fall to 0 over `edge` pixels, except where the picture itself ends."""
    x1, y1, x2, y2 = rectangle
    across = _ramp(x2 - x1, edge, x1 > 0, x2 < width)
    down = _ramp(y2 - y1, edge, y1 > 0, y2 < height)
    return np.minimum(across[None, :], down[:, None])


def _ramp(length: int, edge: int, start: bool, end: bool) -> Array:
    place = np.arange(length) + 0.5
    weights = np.ones(length)
    if start:
        weights = np.minimum(weights, place / edge)
    if end:
        weights = np.minimum(weights, (length - place) / edge)
    return weights


def overlap(a: Rectangle, b: Rectangle) -> bool:
    """Whether two rectangles share a pixel."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _cheaper_joined(a: Rectangle, b: Rectangle) -> bool:
    return _area(_around(a, b)) <= _area(a) + _area(b) + CALL_COST


def _area(r: Rectangle) -> int:
    return (r[2] - r[0]) * (r[3] - r[1])


def _around(a: Rectangle, b: Rectangle) -> Rectangle:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
