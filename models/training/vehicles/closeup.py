"""Close pictures: vehicles from a few metres, collected for their plates; some of them drawn by eye.

From a pole no vehicle fills the picture; a network trained on poles alone no longer detects one that does.
Vehicles that networks overlook, such as bikes close together or cut by the picture's edge, are in
`close_by_eye.yaml`. Half of `plates/images`, and every picture there of `HELD_BACK`, is for measuring.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, Image
from edge.pictures import load_picture
from edge.rules.geometry import contained
from edge.rules.inputs import Box
from models.evaluation.sources import source_name
from models.evaluation.split import SIDES, sides
from models.training.vehicles.augment import painted

BY_EYE = Path(__file__).parent / "close_by_eye.yaml"
ELSEWHERE = ("set_98f4da",)
"""A pole: its pictures are used as street pictures."""
HELD_BACK = ("set_ac8932", "set_750ae1")
"""Sources of `plates/images` that are not trained on: one camera each, so their halves would be alike."""
MIN_WIDTH = 400
"""Pixels; narrower pictures are crops of plates."""
SURE = 0.4
"""Confidence from which a vehicle counts. Less certain ones are painted grey, if they contain no certain
one."""


def evaluated(folder: Path) -> list[tuple[str, bool]]:
    """The pictures of `plates/images` that are wide enough, in order, and whether each may be trained on."""
    with (folder / "labels.csv").open(encoding="utf-8") as rows:
        side = sides(list(csv.DictReader(rows)))
    chosen: list[tuple[str, bool]] = []
    for file in sorted(side):
        source = source_name(file.split("/")[0])
        if source not in ELSEWHERE and load_picture(folder / "images" / file).image.shape[1] >= MIN_WIDTH:
            chosen.append((file, side[file] == SIDES[0] and source not in HELD_BACK))
    return chosen


def greyed(image: Image, seen: Sequence[Detection]) -> tuple[Image, list[Detection]]:
    """The picture without doubtful vehicles, and the vehicles that are not doubtful.

    A doubtful box around a part of a sure one stays as it is: it is likely the same vehicle.
    """
    sure = [d for d in seen if d.confidence >= SURE]
    doubtful = [
        d.box
        for d in seen
        if d.confidence < SURE and all(contained(known.box, d.box) < 0.1 for known in sure)
    ]
    return painted(image, doubtful, [d.box for d in sure]), sure


def drawn(image: Image, by_eye: Mapping[str, Sequence[Sequence[float]]]) -> tuple[Image, list[Detection]]:
    """The picture without the `grey` places of `by_eye`, and its labelled vehicles; boxes are shares."""
    height, width = image.shape[:2]
    boxes = {name: [_pixels(box, width, height) for box in found] for name, found in by_eye.items()}
    grey = boxes.pop("grey", [])
    known = [Detection(VehicleKind(kind), 1.0, box) for kind, found in boxes.items() for box in found]
    return painted(image, grey, [d.box for d in known]), known


def _pixels(box: Sequence[float], width: int, height: int) -> Box:
    x1, y1, x2, y2 = box
    return (x1 * width, y1 * height, x2 * width, y2 * height)


def looked_at() -> dict[str, dict[str, list[list[float]]]]:
    """For each picture of `BY_EYE` its boxes by kind, or `grey` for unclear places."""
    scenes = yaml.safe_load(BY_EYE.read_text(encoding="utf-8"))
    return {
        name: {k: v for k, v in scene.items() if k != "pictures"}
        for scene in scenes
        for name in scene["pictures"]
    }
