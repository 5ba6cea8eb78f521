"""Plate pixels: the grid has what was seen, and the row tells where plates become readable."""

from pathlib import Path

import numpy as np
import pytest

from contract.vehicles import VehicleKind
from edge.setup.suggest.model import Lights, Minute, SeenPlate
from edge.setup.suggest.plates import READABLE, plate_pixels, readable_row


def _minute(*plates: SeenPlate) -> Minute:
    nothing = Lights((0.0,), 2, np.zeros((1, 360, 640, 3), np.uint8), np.zeros((1, 360, 640), bool))
    street = np.zeros((720, 1280, 3), np.uint8)
    return Minute(Path("x.mp4"), (1280, 720), 25.0, 60.0, street, (), nothing, (), plates)


def _plate(x: float, y: float, width: float) -> SeenPlate:
    return SeenPlate(1.0, (x, y), width, width / 2, VehicleKind.MOTORBIKE)


def test_a_square_has_the_middle_width_of_its_plates() -> None:
    seen = plate_pixels(_minute(*(_plate(100, 100, width) for width in (20, 24, 60))))

    assert seen.width[100 // seen.cell, 100 // seen.cell] == 24
    assert np.count_nonzero(seen.width) == 1
    assert seen.found == 3


def test_a_plate_at_the_edge_of_the_picture_has_a_square() -> None:
    assert plate_pixels(_minute(_plate(1280, 720, 50))).width[-1, -1] == 50


@pytest.mark.parametrize(
    ("growth", "expected"),
    [(0.1, 450.0), (0.05, None), (0.5, 90.0), (0.0, None), (-0.1, None)],
    ids=["in the picture", "below it", "nearly everywhere", "not at all", "upside down"],
)
def test_plates_are_readable_from_a_row_downwards(growth: float, expected: float | None) -> None:
    """A width of `growth` pixels a row, from nothing at the picture's upper edge."""
    plates = tuple(_plate(0, y, growth * y + (0 if growth > 0 else 50)) for y in range(100, 700, 50))

    row = readable_row(plates, 720)

    assert row == (pytest.approx(expected) if expected is not None else None)
    assert expected is None or growth * expected == pytest.approx(READABLE)


def test_few_plates_tell_no_row() -> None:
    assert readable_row((_plate(0, 100, 10), _plate(0, 400, 60)), 720) is None
