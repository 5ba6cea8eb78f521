"""The EasyOCR backend: order of the pieces, ground colour, and (with the extra) a real reading."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.plate.easyocr_backend import (
    NEVER_SURE,
    READ_HEIGHT,
    EasyOcrPlateReader,
    ground_colour,
    join_rows,
    straighten,
)

FIXTURES = Path(__file__).parent / "drawn"


def piece(x: float, y: float, text: str, chance: float = 0.9) -> tuple[np.ndarray, str, float]:
    return np.array((x, y), np.float32), text, chance


@pytest.mark.parametrize(
    ("pieces", "rows", "chance"),
    [
        ([], (), 0.0),
        ([piece(100, 60, "98A12345")], ("98A12345",), 0.9),
        ([piece(200, 61, "12345", 0.7), piece(60, 58, "98A")], ("98A12345",), 0.7),
        ([piece(90, 90, "12345"), piece(120, 30, "H1"), piece(40, 32, "29")], ("29H1", "12345"), 0.9),
    ],
)
def test_pieces_are_put_in_rows_from_left_to_right(pieces, rows: tuple[str, ...], chance: float) -> None:
    assert join_rows(pieces, READ_HEIGHT) == (rows, chance)


@pytest.mark.parametrize(
    ("bgr", "colour"),
    [
        ((225, 228, 226), "white"),
        ((120, 120, 120), "white"),
        ((20, 185, 240), "yellow"),
        ((170, 75, 20), "blue"),
        ((30, 20, 190), "red"),
    ],
)
def test_ground_colour(bgr: tuple[int, int, int], colour: str) -> None:
    flat = np.full((40, 120, 3), bgr, np.uint8)
    flat[10:30, 30:50] = 20
    assert ground_colour(flat) == colour


def test_straighten_keeps_the_proportions() -> None:
    quad = np.array(((10, 10), (210, 10), (210, 60), (10, 60)), np.float32)
    assert straighten(np.zeros((100, 240, 3), np.uint8), quad).shape == (READ_HEIGHT, 4 * READ_HEIGHT, 3)


def test_reads_but_is_never_sure() -> None:
    pytest.importorskip("easyocr", reason="extra easyocr not installed")
    pytest.importorskip("easyocr_en_models", reason="extra easyocr not installed")
    image = cv2.imread(str(FIXTURES / "white_29MD1_50466.png"))
    height, width = image.shape[:2]
    quad = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    reading = EasyOcrPlateReader().read(image, quad)
    assert reading is not None
    assert reading.rows[1] == "50466"
    assert reading.confidence <= NEVER_SURE
