"""Adds people on foot to a finished set of `prepare.py`: who walks upright is no motorbike and no bicycle.

    python -m models.training.vehicles.on_foot --set SET --teacher stock.yaml --video vtest.avi

A rider and the bike are one box for this network, and a person on a bike is all it was ever shown of people
from near by: it takes walkers for bikes. `vtest.avi` (Debian's `opencv-doc`; people on foot in a yard, from a
pole) gives whole pictures, those from `TESTED_FROM` on are kept for testing; the pictures of the set itself
give windows around the walkers whom the official weights see away from any bike.

Run it last, after `correct.py`: it takes the vehicles in the windows as they are there.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from edge.detect.decode import RIDER_CLASS
from edge.detect.detector import Detection, Image
from edge.detect.matching import overlaps
from edge.pictures import load_picture
from edge.rules.geometry import contained
from edge.rules.inputs import Box
from models.training.vehicles.augment import Picture, window
from models.training.vehicles.closeup import add, greyed
from models.training.vehicles.correct import read
from models.training.vehicles.prepare import frames
from models.training.vehicles.start import KINDS
from models.training.vehicles.teacher import Seen, Teacher, label, rows

TESTED_FROM = 480
STEP = 8
"""Frames between two pictures of the video."""
REPEAT = 3
"""How often an epoch shows them."""
SIZES = (640, 1280)
SURE = 0.5
"""Confidence of a walker."""
MOST = 2
"""Windows out of one picture."""
WIDE = 6.0
"""Width of a window in heights of its walker; at least `NARROWEST` pixels."""
NARROWEST = 256
SKIPPED = (
    "hanoi_0000_0",
    "hanoi_0003_0",
    "hanoi_0006_0",
    "hanoi_0009_0",
    "hanoi_0012_0",
    "hanoi_0015_0",
    "nepal_army_jeep_right_0060_1",
    "nepal_army_jeep_right_0075_1",
    "nepal_gray_car_left_0015_1",
    "nepal_gray_car_left_0030_1",
    "nepal_gray_car_left_0105_0",
    "nepal_mahindra_left_0000_0",
    "nepal_mahindra_left_0000_1",
    "nepal_mahindra_left_0015_0",
    "nepal_mahindra_left_0015_1",
    "nepal_mahindra_left_0030_0",
    "nepal_mahindra_left_0030_1",
    "nepal_mahindra_left_0045_1",
    "nepal_mahindra_left_0060_1",
    "nepal_mahindra_left_0075_1",
    "nepal_mahindra_left_0090_1",
    "nepal_yellow_van_right_0015_0",
    "nepal_yellow_van_right_0045_1",
    "nepal_yellow_van_right_0075_1",
    "nepal_yellow_van_right_0090_1",
    "nepal_yellow_van_right_0135_0",
)
"""Windows, by eye: a vehicle in them has no box, or something else has one."""
LOWEST = 32.0
"""Pixels; of those who are less high nobody can say whether they ride."""
BESIDE = 0.05
"""Share of a walker's box that a vehicle may hide."""


def yard(video: Path, teacher: Teacher) -> Iterator[tuple[str, Image, Sequence[Detection]]]:
    """Names, pictures and vehicles (parked ones at the edge) of what is trained on of the video."""
    for index, image in frames(video, STEP):
        if index >= TESTED_FROM:
            return
        yield f"foot_{index:04d}", *greyed(image, label(teacher.see(image)))


def walkers(seen: Seen, vehicles: Sequence[Box]) -> list[Box]:
    """The people of one picture who touch none of `vehicles` and nothing else the teacher saw, largest
    first; each once.
    """
    others = [box for box, _, name in rows(seen) if name != RIDER_CLASS]
    people = [(box, score) for box, score, name in rows(seen) if name == RIDER_CLASS and score >= SURE]
    kept: list[Box] = []
    for box, _ in sorted(people, key=lambda pair: -pair[1]):
        free = all(contained(box, other) <= BESIDE for other in (*vehicles, *others))
        if free and box[3] - box[1] >= LOWEST and (not kept or overlaps([box], kept).max() < 0.3):
            kept.append(box)
    return sorted(kept, key=lambda box: box[1] - box[3])


def _box(row: Sequence[float]) -> Box:
    x1, y1, x2, y2 = (float(v) for v in row)
    return (x1, y1, x2, y2)


def around(picture: Picture, walker: Box) -> Picture:
    """A window of three to two around a walker, as far as the picture goes, with the vehicles in it."""
    rows, columns = picture.image.shape[:2]
    width = min(columns, max(NARROWEST, round(WIDE * (walker[3] - walker[1]))))
    height = min(rows, width * 2 // 3)
    x = np.clip((walker[0] + walker[2] - width) / 2, 0, columns - width)
    y = np.clip((walker[1] + walker[3] - height) / 2, 0, rows - height)
    return window(picture, width, height, 1.0, -float(round(x)), -float(round(y)))


def windows(folder: Path, teacher: Teacher) -> Iterator[tuple[str, Image, Sequence[Detection]]]:
    """Names, pictures and vehicles of the windows around walkers in the pictures of a set."""
    for path in sorted((folder / "images").glob("*.jpg")):
        image = load_picture(path).image
        height, width = image.shape[:2]
        known = read(folder / "labels" / f"{path.stem}.txt")
        boxes = [tuple(np.multiply(one.box, (width, height, width, height))) for one in known]
        labelled = [[KINDS.index(one.kind), *box] for one, box in zip(known, boxes, strict=True)]
        picture = Picture(image, np.array(labelled, np.float32).reshape(-1, 5))
        found = walkers(teacher.see(image), boxes)
        for number, walker in enumerate(islice(found, MOST)):
            if (name := f"{path.stem}_{number}") in SKIPPED:
                continue
            made = around(picture, walker)
            labels = [Detection(KINDS[int(row[0])], 1.0, _box(row[1:])) for row in made.labels]
            yield f"walker_{name}", made.image, labels


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--set", type=Path, required=True, help="folder `prepare.py` wrote")
    ask.add_argument("--teacher", type=Path, required=True, help="card of the official weights, exported")
    ask.add_argument("--video", type=Path, required=True, help="`vtest.avi` of opencv-doc")
    args = ask.parse_args()
    teacher = Teacher(args.teacher, SIZES)
    found = {1: [*windows(args.set, teacher)], REPEAT: [*yard(args.video, teacher)]}
    with (args.set / "train.txt").open("a") as listed:
        for repeat, made in found.items():
            for name, image, labels in made:
                path = add(args.set, name, image, labels)
                listed.write(f"{path.resolve()}\n" * repeat)
    print(*(len(made) for made in found.values()), "pictures")  # noqa: T201


if __name__ == "__main__":
    main()
