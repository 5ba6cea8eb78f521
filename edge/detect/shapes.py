"""The usual width of one two-wheeler for its height, learnt per camera: two riders side by side in one box
are wider.

A rider seen from behind is half as wide as high, one crossing the picture wider than high, and in between it
varies with the place. So the shape is learnt by direction of travel and place, or with too few samples by the
direction alone. Until then it is assumed, and only for those who ride along the view.
"""

from collections import defaultdict, deque
from math import atan2, exp, hypot, inf, log, pi

from edge.rules.inputs import Box, Breadth, Point

_SECTORS = 6
"""Distinguished directions; vehicles driving away and coming closer look alike."""

_COLUMNS, _ROWS = 3, 2
"""Distinguished parts of the picture."""

_KNOWN = 5
"""Vehicles after which the usual shape of a place and direction is known."""

_KEPT = 60
"""Vehicles stored per place and direction: the newest."""

_LEAST_SPREAD = 0.06
"""Least standard deviation of the logarithm of one rider's shape: boxes jitter by that much."""

_APART = 0.35
"""Least distance of either of two riders side by side from the middle between them, in widths of one: a box
over both need not enclose both fully."""

_FIRST = {sector: (log(0.48), 0.12) for sector in (2, 3, 4)}
"""Assumed shape of directions without samples: those more up and down than across."""

_QUARTER = 0.675
"""Standard deviations from the middle to the lower quartile: the upper half may hold boxes of two."""

_MOVES = 0.5
"""Speed in heights a second from which the direction of travel is clear."""

Cell = tuple[int, ...]
"""A direction of travel, alone or with a part of the picture."""


class Shapes:
    """Usual shapes of two-wheelers in one camera's view; `bounds` is the picture, in pixels."""

    def __init__(self, bounds: Box) -> None:
        self._bounds = bounds
        self._of: defaultdict[Cell, deque[float]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._usual: dict[Cell, tuple[float, float]] = {}

    def take(self, box: Box, way: Point, taught: set[Cell]) -> None:
        """Learns from a box that shows one whole vehicle driving `way`; once for each place and direction:
        `taught` holds the cells this vehicle already contributed to."""
        for cell in self._cells(box, way):
            if cell not in taught:
                taught.add(cell)
                self._of[cell].append(_shape(box))
                self._usual.pop(cell, None)

    def breadth(self, box: Box, way: Point | None) -> Breadth | None:
        """Width of a box down to the wheels, of a vehicle driving `way`, compared with one two-wheeler; None
        if unknown."""
        if way is None or (known := self._usual_there(self._cells(box, way))) is None:
            return None
        usual, spread = known
        one = exp(usual) * (box[3] - box[1])
        return Breadth((_shape(box) - usual) / spread, max(_APART * one, (box[2] - box[0] - one) / 2))

    def _cells(self, box: Box, way: Point) -> tuple[Cell, Cell]:
        """The cell of place and direction, and the cell of the direction alone."""
        sector = round(atan2(way[1], way[0]) / pi * _SECTORS) % _SECTORS
        left, top, right, bottom = self._bounds
        column = _part((box[0] + box[2]) / 2, left, right, _COLUMNS)
        return (sector, column, _part(box[3], top, bottom, _ROWS)), (sector,)

    def _usual_there(self, cells: tuple[Cell, Cell]) -> tuple[float, float] | None:
        """Median and standard deviation of the logarithm of the shape."""
        cell = next((cell for cell in cells if len(self._of[cell]) >= _KNOWN), None)
        if cell is None:
            return _FIRST.get(cells[1][0])
        if cell not in self._usual:
            shapes = sorted(self._of[cell])
            middle = shapes[len(shapes) // 2]
            self._usual[cell] = middle, max(_LEAST_SPREAD, (middle - shapes[len(shapes) // 4]) / _QUARTER)
        return self._usual[cell]


def plain_way(speed: Point, height: float) -> Point | None:
    """The direction of travel, for a box of that height, if it is clear."""
    return speed if hypot(*speed) >= _MOVES * height else None


def _part(at: float, first: float, last: float, parts: int) -> int:
    """Index among so many parts of a side of the picture; 0 without edges."""
    return int(parts * (at - first) / (last - first)) if last - first < inf else 0


def _shape(box: Box) -> float:
    """Logarithm of width over height."""
    return log(max(1.0, box[2] - box[0]) / max(1.0, box[3] - box[1]))
