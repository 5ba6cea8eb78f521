"""Adds pictures of vehicles from a few metres to a set of `prepare.py`, labelled by stock weights or by eye.

    python -m models.training.vehicles.closeup --shared ../shared --teacher stock.yaml --set SET
    python -m models.training.vehicles.closeup --shared ../shared --test

From a pole no vehicle fills the picture; trained on poles alone a network no longer sees one that does.
The pictures were collected for their plates: bikes in a car park's lane (`LANES`, from `pictures.zip`) and
the development half of `plates/images`. The other half, and every picture there of `HELD_BACK`, is for
testing: `--test` lists it.

The official weights overlook many bikes that stand close together or are cut by the picture's edge, and what
they leave out would be taught as nothing. Those pictures were drawn by eye (`close_by_eye.yaml`).

Run it after `prepare.py` and before `correct.py`.
"""

import argparse
import csv
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

import cv2
import numpy as np
import yaml

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, Image
from edge.pictures import load_picture
from edge.rules.geometry import contained
from edge.rules.inputs import Box
from models.evaluation.sources import picture_name, source_name
from models.evaluation.split import SIDES, sides
from models.training.vehicles.augment import painted
from models.training.vehicles.prepare import yolo
from models.training.vehicles.teacher import Teacher, label

SIZES = (320, 480, 640)
"""Small ones: at 1280 px a vehicle that fills the picture is larger than any COCO showed, and comes out in
parts, or a jeep as a truck."""
LANES = {"set_ac8932": 4, "set_084c80": 1}
"""Sources in `pictures.zip` that show whole vehicles, motorbikes only, and every which of their pictures
is taken. Those where something else was found are left out."""
BARE = {"set_2fb6f9": 40, "set_747248": 1}
"""Sources there of cut-out plates, and every which is taken if the plate covers `FILLED` of it: nothing."""
FILLED = 0.4
BY_EYE = Path(__file__).parent / "close_by_eye.yaml"

ELSEWHERE = ("set_98f4da",)
"""A pole: `prepare.py` trains on it."""
SKIPPED = (
    "lane_set_084c80_t00082",
    "lane_set_084c80_t00083",
    "lane_set_084c80_t00084",
    "lane_set_084c80_t00099",
    "lane_set_084c80_t00101",
    "lane_set_084c80_t00102",
)
"""By eye: nobody can tell where one bike ends and the next begins."""
HELD_BACK = ("set_ac8932", "set_750ae1")
"""Sources of `plates/images` that are not trained on: one camera each, so their halves would be alike."""

MIN_WIDTH = 400
"""Pixels; narrower pictures are cut-outs of plates."""
SURE = 0.4
"""Confidence from which a vehicle is demanded. What is less is painted grey, if nothing sure is in it; a
picture without anything sure is left out."""


def evaluated(folder: Path) -> list[tuple[str, bool]]:
    """The pictures of `plates/images` wide enough, in order, and whether each may be trained on."""
    with (folder / "labels.csv").open(encoding="utf-8") as rows:
        side = sides(list(csv.DictReader(rows)))
    chosen: list[tuple[str, bool]] = []
    for file in sorted(side):
        source = source_name(file.split("/")[0])
        if source not in ELSEWHERE and load_picture(folder / "images" / file).image.shape[1] >= MIN_WIDTH:
            chosen.append((file, side[file] == SIDES[0] and source not in HELD_BACK))
    return chosen


def stills(folder: Path) -> Iterator[tuple[str, Image]]:
    """Names and pictures of what is trained on; `folder` is `../shared/data/plates`."""
    for file, trained in evaluated(folder):
        if trained:
            yield f"close_{picture_name(PurePath(file))}", load_picture(folder / "images" / file).image
    for source, step in LANES.items():
        for file, image in zipped(folder, source, step):
            if (name := f"lane_{picture_name(PurePath(file))}") not in SKIPPED:
                yield name, image


def bare(folder: Path) -> Iterator[tuple[str, Image]]:
    """Names and pictures of plates that fill the picture."""
    with (folder / "train" / "boxes.csv").open(encoding="utf-8") as rows:
        plates = {
            row["file"]: [float(row[side]) for side in ("x1", "y1", "x2", "y2")]
            for row in csv.DictReader(rows)
        }
    for source, step in BARE.items():
        for name, image in zipped(folder, source, step):
            x1, y1, x2, y2 = plates[name]
            if (x2 - x1) * (y2 - y1) >= FILLED * image.shape[0] * image.shape[1]:
                yield f"bare_{picture_name(PurePath(name))}", image


def zipped(folder: Path, source: str, step: int) -> Iterator[tuple[str, Image]]:
    """Every `step`-th picture of a source in `pictures.zip`."""
    with zipfile.ZipFile(folder / "train" / "pictures.zip") as pictures:
        names = sorted(name for name in pictures.namelist() if name[-1] != "/")
        names = [name for name in names if source_name(PurePath(name).parent.name) == source]
        for name in names[::step]:
            image = cv2.imdecode(np.frombuffer(pictures.read(name), np.uint8), cv2.IMREAD_COLOR)
            yield name, np.asarray(image, np.uint8)


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
    """The picture without what `by_eye` calls `grey`, and the vehicles it names; its boxes are shares."""
    height, width = image.shape[:2]
    boxes = {name: [_pixels(box, width, height) for box in found] for name, found in by_eye.items()}
    grey = boxes.pop("grey", [])
    known = [Detection(VehicleKind(kind), 1.0, box) for kind, found in boxes.items() for box in found]
    return painted(image, grey, [d.box for d in known]), known


def _pixels(box: Sequence[float], width: int, height: int) -> Box:
    x1, y1, x2, y2 = box
    return (x1 * width, y1 * height, x2 * width, y2 * height)


def looked_at() -> dict[str, dict[str, list[list[float]]]]:
    """For each picture of `BY_EYE` its boxes by kind, or `grey` for what nobody can tell."""
    scenes = yaml.safe_load(BY_EYE.read_text(encoding="utf-8"))
    return {
        name: {k: v for k, v in scene.items() if k != "pictures"}
        for scene in scenes
        for name in scene["pictures"]
    }


def add(folder: Path, name: str, image: Image, labels: Sequence[Detection]) -> Path:
    """Write a picture and its labels into a set; returns where the picture is."""
    height, width = image.shape[:2]
    path = folder / "images" / f"{name}.jpg"
    cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 95])
    (folder / "labels" / f"{name}.txt").write_text("".join(f"{yolo(d, width, height)}\n" for d in labels))
    return path


def _fits(name: str, labels: Sequence[Detection]) -> bool:
    """Whether a picture shows something sure, and in a lane nothing but motorbikes."""
    bikes = all(d.kind is VehicleKind.MOTORBIKE for d in labels)
    return bool(labels) and (bikes or not name.startswith("lane_"))


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--shared", type=Path, required=True)
    ask.add_argument("--teacher", type=Path, help="card of the official weights, exported")
    ask.add_argument("--set", type=Path, help="folder `prepare.py` wrote, for more pictures")
    ask.add_argument("--test", action="store_true", help="only list the pictures that are not trained on")
    args = ask.parse_args()
    folder = args.shared / "data" / "plates"
    if args.test:
        print("\n".join(str(folder / "images" / f) for f, trained in evaluated(folder) if not trained))  # noqa: T201
        return
    teacher, by_eye, count = Teacher(args.teacher, SIZES), looked_at(), 0
    for name, image in stills(folder):
        if name in by_eye:
            clean, labels = drawn(image, by_eye[name])
        else:
            clean, labels = greyed(image, label(teacher.see(image)))
            if not _fits(name, labels):
                continue
        add(args.set, name, clean, labels)
        count += 1
    for name, image in bare(folder):
        add(args.set, name, image, [])
        count += 1
    print(count, "pictures")  # noqa: T201


if __name__ == "__main__":
    main()
