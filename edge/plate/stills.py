"""Plates on a single still picture, for `ngatu read`: without a vote, one look must give an honest
confidence."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge.plate.find import PlateBox, PlateFinder
from edge.plate.reading import GRAMMAR, PlateReader, PlateReading

WEAK_FINDING = 0.72
"""Score below which the confidence of a reading is reduced in proportion."""
CROP_SIDES = (1.0, 7.0)
"""Width-to-height range of a picture that may itself be a tight crop of a plate."""
LEAST_FROM_CROP = 0.5

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class FoundPlate:
    """A plate on a still; ``reading`` is None if it is seen but can't be read."""

    box: PlateBox
    reading: PlateReading | None


def read_picture(image: Image, finder: PlateFinder, reader: PlateReader) -> list[FoundPlate]:
    """All plates of a BGR picture, from left to right."""
    found = [FoundPlate(box, _read(image, box, reader)) for box in finder.find(image)]
    if not any(plate.reading for plate in found):
        whole = _as_crop(image, reader)
        found = [whole] if whole else found
    return sorted(found, key=lambda plate: plate.box.bounds)


def _read(image: Image, box: PlateBox, reader: PlateReader) -> PlateReading | None:
    reading = reader.read(image, box.quad)
    if reading is None or box.score >= WEAK_FINDING:
        return reading
    return replace(reading, confidence=reading.confidence * box.score / WEAK_FINDING)


def _as_crop(image: Image, reader: PlateReader) -> FoundPlate | None:
    """The picture treated as one plate, if it has the shape of one and reads as one."""
    height, width = image.shape[:2]
    if not CROP_SIDES[0] <= width / height <= CROP_SIDES[1]:
        return None
    quad = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    reading = reader.read(image, quad)
    if reading is None or reading.confidence < LEAST_FROM_CROP or GRAMMAR in reading.flags:
        return None
    return FoundPlate(PlateBox(quad, LEAST_FROM_CROP), reading)
