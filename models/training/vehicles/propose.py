"""Detections of two networks in the gathered pictures, and the labels they agree on.

`own` was trained on Vietnamese streets and knows motorbikes with their riders; `larger` (`yolov7.py`) knows
COCO and is seldom wrong about four-wheelers. Both analyse each picture in several sizes and mirrored. A
vehicle that one of them is sure of is labelled; a place with an uncertain detection is ignored: it is trained
neither as a vehicle nor as background. Labels made by eye stay.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from contract.vehicles import VehicleKind
from edge.detect.detector import TWO_WHEELED, Detection, Image
from edge.detect.matching import overlaps
from edge.pictures import load_picture
from edge.rules.geometry import contained
from models.training.vehicles.augment import IGNORED, Labels
from models.training.vehicles.start import KINDS
from models.training.vehicles.store import lines, read_labels
from models.training.vehicles.streets import named
from models.training.vehicles.teacher import Seen, label, without_pedestrians

SURE = {VehicleKind.CAR: 0.5, VehicleKind.BUS: 0.7, VehicleKind.TRUCK: 0.7}
"""Confidence, the highest of all views, from which `larger` is trusted about four-wheelers."""
AGREED = 0.4
"""Confidence from which both are trusted if they agree on the kind."""
SURE_OF_TWO = 0.65
"""Confidence from which `own` is trusted about two-wheelers."""
SURE_OF_BICYCLE = 0.6
"""Confidence from which `larger` is trusted that it is a bicycle, if `own` detects a two-wheeler."""
SURE_ALONE = 0.7
"""Confidence from which `larger` is trusted about a motorbike that `own` does not detect."""
SEEN = 0.2
"""Confidence below which detections are discarded."""
SAME = 0.5
CLEAR = 0.6
"""Share of its kind among all kinds `larger` saw there from which the kind is clear."""


class Looker(Protocol):
    """A network that analyses a picture in several views."""

    def see(self, image: Image) -> Seen:
        """Every box of every view."""
        ...


def look(pictures: Path, looker: Looker, out: Path) -> None:
    """Writes a network's detections for each picture not analysed yet."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted((pictures / "images").iterdir()):
        target = out / f"{path.stem}.npz"
        if not target.exists():
            seen = looker.see(load_picture(path).image)
            names = np.array(seen.names, dtype="U12")
            np.savez_compressed(target, boxes=seen.boxes.astype(np.float16), scores=seen.scores, names=names)


def seen_in(path: Path) -> Seen:
    """The result of `look`."""
    with np.load(path) as stored:
        return Seen(stored["boxes"].astype(np.float32), stored["scores"], [str(n) for n in stored["names"]])


def proposed(own_seen: Seen, larger_seen: Seen) -> list[tuple[int, Detection]]:
    """Vehicles with the index of their kind, or `IGNORED`."""
    larger = [d for d in label(larger_seen) if d.confidence >= SEEN]
    own = [d for d in without_pedestrians(label(own_seen), larger_seen) if d.confidence >= SEEN]
    four = four_wheeled(
        [d for d in larger if d.kind not in TWO_WHEELED], [d for d in own if d.kind not in TWO_WHEELED]
    )
    cars = [d for kind, d in four if kind != IGNORED]
    two = two_wheeled(
        [d for d in own if d.kind in TWO_WHEELED], [d for d in larger if d.kind in TWO_WHEELED], cars
    )
    return [*four, *two]


def four_wheeled(larger: Sequence[Detection], own: Sequence[Detection]) -> list[tuple[int, Detection]]:
    """`larger` gives the boxes; if it is unsure of one or of its kind, `own` has to agree."""
    told: list[tuple[int, Detection]] = []
    for d in larger:
        twin = best(d, own)
        agreed = twin is not None and twin.kind is d.kind and min(twin.confidence, d.confidence) >= AGREED
        share = d.kinds.get(d.kind, 1.0) / (sum(d.kinds.values()) or 1.0)
        clear = d.confidence >= SURE[d.kind] and share >= CLEAR
        told.append((KINDS.index(d.kind) if clear or agreed else IGNORED, d))
    return told + [(IGNORED, d) for d in own if best(d, larger) is None]


def two_wheeled(
    own: Sequence[Detection], larger: Sequence[Detection], cars: Sequence[Detection]
) -> list[tuple[int, Detection]]:
    """`own` gives the boxes; detections of `larger` alone count only if it is very sure."""
    told: list[tuple[int, Detection]] = []
    for d in own:
        twin = best(d, larger)
        in_car = any(contained(d.box, car.box) > 0.9 and contained(car.box, d.box) > 0.5 for car in cars)
        agreed = twin is not None and min(twin.confidence, d.confidence) >= AGREED
        sure = d.confidence >= SURE_OF_TWO or agreed
        bicycle = twin is not None and twin.kind is VehicleKind.BICYCLE
        kind = VehicleKind.BICYCLE if bicycle else VehicleKind.MOTORBIKE
        doubtful = bicycle and twin is not None and twin.confidence < SURE_OF_BICYCLE
        told.append((KINDS.index(kind) if sure and not doubtful and not in_car else IGNORED, d))
    alone = [d for d in larger if best(d, own) is None]
    return told + [(KINDS.index(d.kind) if d.confidence >= SURE_ALONE else IGNORED, d) for d in alone]


def best(d: Detection, others: Sequence[Detection]) -> Detection | None:
    """The one among `others` that is the same vehicle."""
    if not others:
        return None
    shares = overlaps([d.box], [o.box for o in others])[0]
    return others[int(shares.argmax())] if shares.max() >= SAME else None


def completed(known: Labels, found: Sequence[tuple[int, Detection]]) -> Labels:
    """The known labels completed by detections."""
    new = []
    for kind, d in found:
        boxes = [tuple(row) for row in known[:, 1:].tolist()]
        same = bool(boxes) and overlaps([d.box], boxes).max() > 0.3
        if not same and not any(contained(d.box, box) > SAME for box in boxes):
            new.append([kind, *d.box])
    return np.concatenate([known, np.array(new, np.float32).reshape(-1, 5)])


def settle(pictures: Path, own: Path, larger: Path) -> None:
    """Writes `labels` beside `known`, from the detections of both networks."""
    (pictures / "labels").mkdir(exist_ok=True)
    with (pictures / "pictures.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    for row in listed:
        name = row["name"]
        image = load_picture(pictures / "images" / f"{name}.webp").image
        height, width = image.shape[:2]
        labels = read_labels(pictures / "known" / f"{name}.txt", width, height)
        if row["known"] != "whole":
            found = proposed(seen_in(own / f"{name}.npz"), seen_in(larger / f"{name}.npz"))
            if row["source"] == "street":
                found = list(named(found, name, width, height))
            labels = completed(labels, found)
        (pictures / "labels" / f"{name}.txt").write_text(lines(labels, width, height))
