"""Adds pictures of vehicles from a few metres to a set of `prepare.py`, labelled by the official weights.

    python -m models.training.vehicles.closeup --shared ../shared --teacher stock.yaml --set SET
    python -m models.training.vehicles.closeup --shared ../shared --test

From a pole no vehicle fills the picture; trained on poles alone a network no longer sees one that does.
The pictures were collected for their plates: bikes in a car park's lane (`LANES`, from `pictures.zip`) and
the development half of `plates/images`. The other half, and every picture there of `HELD_BACK`, is for
testing: `--test` lists it.

Run it after `prepare.py` and before `correct.py`.
"""

import argparse
import csv
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, Image
from edge.detect.letterbox import GREY
from edge.pictures import load_picture
from models.evaluation.split import SIDES, sides
from models.training.vehicles.prepare import yolo
from models.training.vehicles.teacher import Teacher, contained, label

SIZES = (320, 480, 640)
"""Small ones: at 1280 px a vehicle that fills the picture is larger than any COCO showed, and comes out in
parts, or a jeep as a truck."""
LANES = {"daotrananhtu": 4, "tthtech": 1}
"""Sources in `pictures.zip` that show whole vehicles, motorbikes only, and every which of their pictures
is taken. Those where something else was found are left out."""

ELSEWHERE = ("nguyengiakha",)
"""A pole: `prepare.py` trains on it."""
SKIPPED = ("buiquangmanh/0005.jpg", "tthtech/0004.jpg", "tthtech/0005.jpg")
"""By eye: the nearest bike has no box."""
HELD_BACK = ("daotrananhtu", "mrzaizai2k")
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
        source = file.split("/")[0]
        if source not in ELSEWHERE and load_picture(folder / "images" / file).image.shape[1] >= MIN_WIDTH:
            chosen.append((file, side[file] == SIDES[0] and source not in HELD_BACK))
    return chosen


def stills(folder: Path) -> Iterator[tuple[str, Image]]:
    """Names and pictures of what is trained on; `folder` is `../shared/data/plates`."""
    for file, trained in evaluated(folder):
        if trained and file not in SKIPPED:
            yield f"close_{_stem(file)}", load_picture(folder / "images" / file).image
    with zipfile.ZipFile(folder / "train" / "pictures.zip") as pictures:
        for source, step in LANES.items():
            names = sorted(name for name in pictures.namelist() if f"{source}/" in name and name[-1] != "/")
            for name in names[::step]:
                image = cv2.imdecode(np.frombuffer(pictures.read(name), np.uint8), cv2.IMREAD_COLOR)
                yield f"lane_{_stem(name)}", np.asarray(image, np.uint8)


def greyed(image: Image, seen: Sequence[Detection]) -> tuple[Image, list[Detection]]:
    """The picture without doubtful vehicles, and the vehicles that are not doubtful.

    A doubtful box around a part of a sure one stays as it is: it is likely the same vehicle.
    """
    sure = [d for d in seen if d.confidence >= SURE]
    clean = image.copy()
    for doubt in seen:
        if doubt.confidence < SURE and all(contained(d.box, doubt.box) < 0.1 for d in sure):
            x1, y1, x2, y2 = (max(0, round(v)) for v in doubt.box)
            clean[y1:y2, x1:x2] = GREY
    for d in sure:
        x1, y1, x2, y2 = (max(0, round(v)) for v in d.box)
        clean[y1:y2, x1:x2] = image[y1:y2, x1:x2]
    return clean, sure


def _stem(file: str) -> str:
    path = Path(file)
    return f"{path.parent.name}_{path.stem}".replace(" ", "_")


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
    teacher, count = Teacher(args.teacher, SIZES), 0
    for name, image in stills(folder):
        clean, labels = greyed(image, label(teacher.see(image)))
        if not labels or (
            name.startswith("lane_") and any(d.kind is not VehicleKind.MOTORBIKE for d in labels)
        ):
            continue
        height, width = image.shape[:2]
        cv2.imwrite(str(args.set / "images" / f"{name}.jpg"), clean, [cv2.IMWRITE_JPEG_QUALITY, 95])
        lines = "".join(f"{yolo(d, width, height)}\n" for d in labels)
        (args.set / "labels" / f"{name}.txt").write_text(lines)
        count += 1
    print(count, "pictures")  # noqa: T201


if __name__ == "__main__":
    main()
