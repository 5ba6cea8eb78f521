"""From the raw output of a YOLO head to vehicles: threshold, duplicate suppression, joining riders and
bikes."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.detect.detector import TWO_WHEELED, Detection
from edge.detect.matching import overlaps
from edge.detect.riders import join_riders
from edge.rules.inputs import Box

KIND_OF_CLASS = {
    "bicycle": VehicleKind.BICYCLE,
    "motorcycle": VehicleKind.MOTORBIKE,
    "motorbike": VehicleKind.MOTORBIKE,
    "car": VehicleKind.CAR,
    "bus": VehicleKind.BUS,
    "truck": VehicleKind.TRUCK,
}
"""Names used in model cards (COCO's and ours) for the detected kinds; other classes of a network are
ignored."""

RIDER_CLASS = "person"
Candidates = tuple[list[Box], list[float], list[str]]
"""Boxes in picture pixels, confidences and class names of the candidates above the threshold."""


def candidates(
    output: NDArray[np.float32], classes: Sequence[str], confidence: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.intp]]:
    """Pick the anchors whose score for one of our classes is high enough.

    Args:
        output: the head's output, (4 + number of classes) x anchors: centre x, centre y, width, height in
            input pixels, then one score in 0..1 for each class.
        classes: class names in the order of the scores.
        confidence: lowest score to keep.

    Returns:
        Boxes n x 4 (x1, y1, x2, y2 in input pixels), scores n, and indices into `classes` n.
    """
    wanted = [i for i, name in enumerate(classes) if name in KIND_OF_CLASS or name == RIDER_CLASS]
    scores = output[4:][wanted]
    best = scores.argmax(axis=0)
    top = scores[best, np.arange(scores.shape[1])]
    keep = top >= confidence
    centre, half = output[:2, keep], output[2:4, keep] / 2
    boxes = np.concatenate([centre - half, centre + half]).T
    return boxes, top[keep], np.asarray(wanted, np.intp)[best[keep]]


def vehicles(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    names: Sequence[str],
    overlap: float,
) -> list[Detection]:
    """Suppress duplicate boxes (NMS) and name the remaining ones.

    Duplicates are searched among four-wheeled vehicles together (one box called both car and truck is one
    vehicle), among two-wheeled ones together, and among people, but not between these groups: a motorbike
    hides half of a car behind it.

    Args:
        boxes: n x 4, x1, y1, x2, y2 in picture pixels.
        scores: confidence of each box.
        names: class name of each box.
        overlap: intersection over union above which the box of lower confidence is a duplicate.

    Returns:
        The vehicles, highest confidence first.
    """
    found: list[Detection] = []
    people: list[Box] = []
    kept = _suppress(boxes, scores, names, overlap)
    for i, kinds in zip(kept, _kinds(kept, boxes, scores, names, overlap), strict=True):
        x1, y1, x2, y2 = (float(v) for v in boxes[i])
        if x2 <= x1 or y2 <= y1:  # lies entirely in the padding
            continue
        if names[i] == RIDER_CLASS:
            people.append((x1, y1, x2, y2))
        else:
            found.append(Detection(KIND_OF_CLASS[names[i]], float(scores[i]), (x1, y1, x2, y2), kinds=kinds))
    found.sort(key=lambda d: (-d.confidence, d.box))
    return join_riders(found, people)


def _group(name: str) -> int:
    if name == RIDER_CLASS:
        return 2
    return int(KIND_OF_CLASS[name] in TWO_WHEELED)


def _suppress(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], names: Sequence[str], overlap: float
) -> list[int]:
    if len(boxes) == 0:
        return []
    corners_and_sizes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    groups = [_group(name) for name in names]
    kept = cv2.dnn.NMSBoxesBatched(corners_and_sizes.tolist(), scores.tolist(), groups, 0.0, overlap)
    return [int(i) for i in kept]


def _kinds(
    kept: Sequence[int],
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    names: Sequence[str],
    overlap: float,
) -> list[dict[VehicleKind, float]]:
    """Scores by kind of each kept box: its own, and for every other kind the best of the boxes suppressed in
    its favour. Empty for people."""
    found = [{KIND_OF_CLASS[names[i]]: float(scores[i])} if names[i] in KIND_OF_CLASS else {} for i in kept]
    for name in {name for name in names if name in KIND_OF_CLASS}:
        others = np.flatnonzero([other == name for other in names])
        rows = [r for r, i in enumerate(kept) if names[i] != name and _group(names[i]) == _group(name)]
        shared = overlaps(boxes[[kept[r] for r in rows]].tolist(), boxes[others].tolist())
        for row, score in zip(rows, np.where(shared > overlap, scores[others], 0).max(axis=1), strict=True):
            if score > 0:
                kind = KIND_OF_CLASS[name]
                found[row][kind] = max(found[row].get(kind, 0.0), float(score))
    return found
