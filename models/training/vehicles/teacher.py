"""Labels street pictures with better detection than on the node: larger inputs, mirrored views.

The official weights often find at 1280 pixels vehicles they miss at 640.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.detect.decode import RIDER_CLASS, vehicles
from edge.detect.detector import TWO_WHEELED, Detection, Image
from edge.detect.matching import overlaps
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.rules.geometry import contained
from edge.rules.inputs import Box

FAINT = 0.12
"""Confidence from which a box is kept for the tracker to confirm."""
OVERLAP = 0.5


@dataclass(frozen=True)
class Seen:
    """All detections in one picture over all views: boxes n x 4 in picture pixels, scores, class names."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    names: list[str]


class Teacher:
    """Analyses a picture in several sizes and mirrored."""

    def __init__(self, card: Path, sizes: Sequence[int]) -> None:
        """Load the network of `card` for each input size."""
        self._whole = [OnnxVehicleDetector(card, input_size=size, confidence=FAINT) for size in sizes]

    def see(self, image: Image) -> Seen:
        """Analyses every view once."""
        return joined([*self._mirrored(image)])

    def _mirrored(self, image: Image) -> Iterator[Seen]:
        width = image.shape[1]
        for detector in self._whole:
            yield Seen(*detector.look(image))
            boxes, scores, names = detector.look(np.ascontiguousarray(image[:, ::-1]))
            x1, y1, x2, y2 = boxes.T
            yield Seen(np.stack([width - x2, y1, width - x1, y2], axis=1), scores, names)


def joined(views: Sequence[Seen]) -> Seen:
    """The detections of several views joined."""
    boxes = np.concatenate([view.boxes for view in views])
    scores = np.concatenate([view.scores for view in views])
    return Seen(boxes, scores, [name for view in views for name in view.names])


def label(seen: Seen) -> list[Detection]:
    """One box for each vehicle: duplicates suppressed, riders joined, parts dropped in favour of wholes.

    A bike without its rider inside a box with the rider is a part. But if two bikes were also detected one by
    one, a box around both is dropped, and the two stay.
    """
    found = vehicles(seen.boxes, seen.scores, seen.names, OVERLAP)
    gone: set[int] = set()
    for j, outer in enumerate(found):
        inside = [i for i, d in enumerate(found) if i != j and _is_part(d, outer)]
        sure = [found[i].box for i in inside if found[i].confidence > 0.3]
        if outer.kind in TWO_WHEELED and any(_apart(a, b) for a, b in combinations(sure, 2)):
            gone.add(j)
        else:
            gone.update(inside)
            best = max([outer.confidence, *(found[i].confidence for i in inside)])
            found[j] = replace(outer, confidence=best)
    return [d for i, d in enumerate(found) if i not in gone]


def _is_part(part: Detection, whole: Detection) -> bool:
    same_group = (part.kind in TWO_WHEELED) == (whole.kind in TWO_WHEELED)
    return same_group and contained(part.box, whole.box) > 0.85 and contained(whole.box, part.box) < 0.85


def _apart(a: Box, b: Box) -> bool:
    return contained(a, b) < 0.4 and contained(b, a) < 0.4


def without_pedestrians(labels: Sequence[Detection], seen: Seen) -> list[Detection]:
    """Leaves out upright two-wheeler boxes that are a person without a bike (`seen` by COCO weights)."""
    people = [box for box, score, name in rows(seen) if name == RIDER_CLASS and score > 0.35]
    bikes = [box for box, _, name in rows(seen) if name in ("motorcycle", "bicycle")]
    return [d for d in labels if not (d.kind in TWO_WHEELED and _walks(d.box, people, bikes))]


def _walks(box: Box, people: list[Box], bikes: list[Box]) -> bool:
    upright = (box[3] - box[1]) > 1.75 * (box[2] - box[0])
    if not upright or not people or overlaps([box], people).max() < 0.6:
        return False
    middle = (box[1] + box[3]) / 2
    return not any(_touch(box, bike) and (bike[1] + bike[3]) / 2 > middle for bike in bikes)


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def rows(seen: Seen) -> Iterator[tuple[Box, float, str]]:
    """Each box with its score and class name."""
    for row, score, name in zip(seen.boxes.tolist(), seen.scores.tolist(), seen.names, strict=True):
        yield (row[0], row[1], row[2], row[3]), score, name
