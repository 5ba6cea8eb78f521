"""Reads the plate of one tracked vehicle from full-size frames: search inside its box, read, vote.

A plate seen inside two vehicles' boxes belongs to the nearer one (its box reaches lower): a motorbike in
front of a car must not give the car its plate. Nor must a vehicle farther away that is visible above it,
detected or not: the upper end of a box has heads and roofs, not the vehicle's own plate.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.plate.find import PlateBox, PlateFinder
from edge.plate.reading import PlateReader
from edge.plate.vote import PlateResult, PlateVote

Box = tuple[float, float, float, float]

MARGIN = 0.08
"""Margin added to a vehicle's box on each side before searching, as a part of it: detector boxes cut bumpers
off."""

UPPER = 0.2
"""Upper part of a vehicle's box that can't hold its own plate."""

AT_EDGE = 2.0
"""Distance in pixels from the picture's upper edge within which the vehicle may continue above it: then the
plate may be anywhere in its box."""

ENOUGH_AGREEING = 4
"""Agreeing reads after which further frames would not change the result."""


@dataclass(frozen=True)
class Sighting:
    """One full-size frame (BGR) with the boxes of the vehicles in it, in that frame's pixels, by track."""

    key: int
    t: float
    image: NDArray[np.uint8]
    boxes: Mapping[int, Box]


class PlateFollower:
    """Reads plates of tracks with one finder and one reader."""

    def __init__(self, finder: PlateFinder, reader: PlateReader) -> None:
        self._finder = finder
        self._reader = reader

    def read(self, track: int, kind: VehicleKind, sightings: list[Sighting]) -> PlateResult:
        """The plate of `track` from its frames, best first; unread if none is found."""
        vote = PlateVote(kind)
        texts: dict[str, int] = {}
        for sighting in sightings:
            found = self._find(track, sighting)
            reading = self._reader.read(sighting.image, found.quad) if found is not None else None
            if found is None or reading is None:
                continue
            vote.add(sighting.t, sighting.key, reading, found.quad)
            texts[reading.text] = texts.get(reading.text, 0) + 1
            if texts[reading.text] >= ENOUGH_AGREEING:
                break
        return vote.result()

    def _find(self, track: int, sighting: Sighting) -> PlateBox | None:
        """The best plate in the vehicle's box that belongs to no nearer vehicle, in pixels of the frame."""
        x1, y1, x2, y2 = widened(sighting.boxes[track], sighting.image.shape[1], sighting.image.shape[0])
        if x2 - x1 < 8 or y2 - y1 < 8:
            return None
        crop = np.ascontiguousarray(sighting.image[y1:y2, x1:x2])
        corner = np.array((x1, y1), np.float32)

        def owned(plate: PlateBox) -> bool:
            return owner(_moved(plate, corner), sighting.boxes) == track

        surest = next(filter(owned, self._finder.find(crop, owned)), None)
        return None if surest is None else _moved(surest, corner)


def _moved(plate: PlateBox, corner: NDArray[np.float32]) -> PlateBox:
    """A plate of a crop, in pixels of the frame it was cut out of at `corner`."""
    return PlateBox(plate.quad + corner, plate.score)


def widened(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """The box with a margin, in whole pixels inside a picture of that size."""
    dx, dy = (box[2] - box[0]) * MARGIN, (box[3] - box[1]) * MARGIN
    return (
        max(0, int(box[0] - dx)),
        max(0, int(box[1] - dy)),
        min(width, int(box[2] + dx) + 1),
        min(height, int(box[3] + dy) + 1),
    )


def owner(plate: PlateBox, boxes: Mapping[int, Box]) -> int | None:
    """The vehicle a plate belongs to: of those whose box holds its middle, below the upper part, the one that
    reaches lowest."""
    x, y = (float(v) for v in plate.quad.mean(axis=0))
    holding = [key for key, box in boxes.items() if box[0] <= x <= box[2] and _highest(box) <= y <= box[3]]
    return max(holding, key=lambda key: (boxes[key][3], -key), default=None)


def _highest(box: Box) -> float:
    """The row above which a vehicle has no plate."""
    return box[1] + (UPPER * (box[3] - box[1]) if box[1] > AT_EDGE else 0.0)
