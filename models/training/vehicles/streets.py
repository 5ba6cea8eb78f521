"""Kinds of near buses and lorries of a Hanoi street, labelled by eye in `streets.csv`."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from contract.vehicles import VehicleKind
from edge.detect.detector import TWO_WHEELED, Detection
from models.training.vehicles.start import KINDS

STREETS = Path(__file__).parent / "streets.csv"
"""Picture, kind, and centre as shares of the picture, of its buses and trucks, by eye."""
NEAR = 0.01
"""Most distance as a part of the picture's width and height, or `NEAR_OWN` of the box's own."""
NEAR_OWN = 0.1
NOTHING = ((0.917, 0.6), (0.75, 0.433))
"""Centres in that street of objects that networks take for a car: a hoarding and a lamp post."""


def named(
    rows: Iterable[tuple[int, Detection]], picture: str, width: int, height: int
) -> Iterator[tuple[int, Detection]]:
    """The vehicles of a picture of the street, with the kinds seen by eye."""
    with STREETS.open(encoding="utf-8", newline="") as file:
        told = [row for row in csv.DictReader(file) if row["picture"] == picture]
    for kind, d in rows:
        x, y = (d.box[0] + d.box[2]) / 2 / width, (d.box[1] + d.box[3]) / 2 / height
        if d.kind in TWO_WHEELED:
            yield kind, d
        elif not any(abs(x - at[0]) <= 2 * NEAR and abs(y - at[1]) <= 2 * NEAR for at in NOTHING):
            near = max(NEAR, NEAR_OWN * ((d.box[2] - d.box[0]) / width + (d.box[3] - d.box[1]) / height))
            kinds = [r["kind"] for r in told if abs(x - float(r["x"])) + abs(y - float(r["y"])) <= near]
            yield (KINDS.index(VehicleKind(kinds[0])) if kinds else kind), d
