"""The background picture: the street without vehicles."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.rules.inputs import Box
from edge.setup.suggest.model import Image, SeenVehicle, Still

FEWEST, MOST, MEMORY = 7, 25, 200_000_000
"""Number of stills used: as many as fit into so many bytes, within these limits."""

BAND = 64
"""Rows processed at a time, to limit memory."""

SAME_TIME = 0.02
"""Largest time difference between a still and a look at a vehicle in it, in seconds."""


def background(stills: Sequence[Still], vehicles: Sequence[SeenVehicle]) -> Image:
    """For each pixel the median of the stills without a vehicle there; of all stills if there always was one.

    At least one still is required.
    """
    most = min(MOST, max(FEWEST, MEMORY // stills[0].picture.nbytes))
    chosen = stills[:: -(-len(stills) // most)]
    pictures = np.stack([still.picture for still in chosen])
    boxes = _boxes(vehicles)
    free = np.stack([_free(_at(boxes, still.t), pictures.shape[1:3]) for still in chosen])
    rows = range(0, pictures.shape[1], BAND)
    return np.concatenate([_middle(pictures[:, r : r + BAND], free[:, r : r + BAND]) for r in rows])


def _boxes(vehicles: Sequence[SeenVehicle]) -> dict[int, list[tuple[float, Box]]]:
    """The looks at vehicles by the whole second."""
    boxes: dict[int, list[tuple[float, Box]]] = defaultdict(list)
    for vehicle in vehicles:
        for look in vehicle.looks:
            boxes[int(look.t)].append((look.t, look.box))
    return boxes


def _at(boxes: dict[int, list[tuple[float, Box]]], t: float) -> list[Box]:
    near = [*boxes[int(t)], *boxes[int(t + SAME_TIME)], *boxes[int(max(0.0, t - SAME_TIME))]]
    return [box for seen, box in near if abs(seen - t) <= SAME_TIME]


def _free(boxes: Sequence[Box], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    free = np.ones(shape, bool)
    for x1, y1, x2, y2 in boxes:
        free[max(0, int(y1)) : int(y2) + 2, max(0, int(x1)) : int(x2) + 2] = False
    return free


def _middle(pictures: NDArray[np.uint8], free: NDArray[np.bool_]) -> Image:
    """The median over the pictures; occupied pixels are sorted to the end and not counted."""
    counts = free.sum(axis=0)
    counted = np.where((counts > 0)[None], free, True)
    last = np.where(counted[..., None], pictures, np.uint8(255))
    middle = np.maximum(0, (counted.sum(axis=0) - 1) // 2)[None, :, :, None]
    return np.asarray(np.take_along_axis(np.sort(last, axis=0), middle, axis=0)[0], np.uint8)
