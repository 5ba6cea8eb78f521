"""The parts of the picture where plates are wide enough to be read, measured on passing vehicles."""

import numpy as np
from numpy.typing import NDArray

from edge.setup.suggest.model import Minute, PlatePixels, SeenPlate

READABLE = 45.0
"""Pixels of width from which a plate is usually readable (docs/install-camera.md)."""

ROWS = 18
"""Rows of the grid."""

LEAST_FITTED = 5
"""Plates needed to fit the growth of their width down the picture."""


def plate_pixels(minute: Minute) -> PlatePixels:
    """Widths of plates, square by square, in pixels of the recording."""
    cell = max(8, round(minute.size[1] / ROWS))
    return PlatePixels(
        cell=cell,
        width=_grid(minute, cell),
        found=len(minute.plates),
        passed=len(minute.vehicles),
        readable_row=readable_row(minute.plates, minute.size[1]),
    )


def _grid(minute: Minute, cell: int) -> NDArray[np.float32]:
    width, height = minute.size
    grid = np.zeros((-(-height // cell), -(-width // cell)), np.float32)
    inside: dict[tuple[int, int], list[float]] = {}
    for plate in minute.plates:
        x, y = plate.at
        square = min(int(y // cell), grid.shape[0] - 1), min(int(x // cell), grid.shape[1] - 1)
        inside.setdefault(square, []).append(plate.width)
    for square, widths in inside.items():
        grid[square] = np.median(widths)
    return grid


def readable_row(plates: tuple[SeenPlate, ...], height: int) -> float | None:
    """The row below which a plate of median width is `READABLE`; None if that is below the picture or too few
    were seen."""
    if len(plates) < LEAST_FITTED:
        return None
    rows, widths = np.array([(p.at[1], p.width) for p in plates]).T
    growth, at_top = _line(rows, widths)
    if growth <= 0:
        return None
    row = max(0.0, (READABLE - at_top) / growth)
    return row if row < height else None


def _line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and value at 0 of the line through most of the points (Theil and Sen)."""
    first, second = np.triu_indices(len(x), 1)
    apart = np.abs(x[second] - x[first]) > 1e-6
    slopes = (y[second] - y[first])[apart] / (x[second] - x[first])[apart]
    slope = float(np.median(slopes)) if len(slopes) else 0.0
    return slope, float(np.median(y - slope * x))
