"""Counts what the engines got right, by the rules of the shared scorer.

A legible plate is found when a reading of its picture has exactly its text. A sure reading (confidence 0.9
and more) is wrong if no plate of the picture has its text and it does not lie on a plate that can't be fully
read.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from contract.plates import normalise
from models.evaluation.engines import Said

SURE = 0.9
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """One labelled plate."""

    file: str
    text: str
    lines: str
    colour: str
    legible: bool
    box: Box | None

    @property
    def source(self) -> str:
        """The collection the picture comes from."""
        return self.file.split("/")[0]

    @property
    def width(self) -> str:
        """Class of the plate's width in pixels."""
        if self.box is None:
            return "crop"
        pixels = self.box[2] - self.box[0]
        return next((f"< {limit} px" for limit in (45, 70, 110, 180) if pixels < limit), ">= 180 px")


@dataclass
class Tally:
    """Number of plates read exactly, and of all plates."""

    right: int = 0
    total: int = 0

    @property
    def share(self) -> float:
        return self.right / max(self.total, 1)


def read_labels(path: Path) -> dict[str, list[Label]]:
    """Labels by file."""
    labels: dict[str, list[Label]] = defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            box = _box(row)
            legible = row["legible"] == "yes"
            item = Label(row["file"], normalise(row["plate"]), row["lines"], row["bg"], legible, box)
            labels[row["file"]].append(item)
    return labels


def _box(row: dict[str, str]) -> Box | None:
    corners = [row[key] for key in ("x1", "y1", "x2", "y2")]
    if not all(corners):
        return None
    left, top, right, bottom = map(float, corners)
    return left, top, right, bottom


def tally(labels: dict[str, list[Label]], said: dict[str, list[Said]]) -> dict[str, dict[str, Tally]]:
    """Exact readings by ``all``, ``lines``, ``colour``, ``width`` and ``source``."""
    groups: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for file, plates in labels.items():
        texts = {item.text for item in said[file]}
        for plate in plates:
            if not plate.legible:
                continue
            for group in ("all", "lines", "colour", "width", "source"):
                entry = groups[group][str(getattr(plate, group, "all"))]
                entry.total += 1
                entry.right += plate.text in texts
    return groups


def sure_readings(
    labels: dict[str, list[Label]], said: dict[str, list[Said]]
) -> tuple[int, list[tuple[str, Said]]]:
    """Number of sure readings, and the wrong ones among them."""
    count, wrong = 0, []
    for file, plates in labels.items():
        true = {plate.text for plate in plates}
        blurred = [plate.box for plate in plates if not plate.legible]
        for item in said[file]:
            if item.confidence < SURE:
                continue
            count += 1
            if item.text not in true and not any(_touches(item.box, box) for box in blurred):
                wrong.append((file, item))
    return count, wrong


def _touches(one: Box | None, other: Box | None) -> bool:
    if one is None or other is None:
        return True
    across = min(one[2], other[2]) > max(one[0], other[0])
    return across and min(one[3], other[3]) > max(one[1], other[1])
