"""How well vehicles are seen on cameras that were trained on, in pictures that were not, and among walkers.

    python -m models.evaluation.known --shared ../shared --yard vtest.avi CARD...

What is left of what was learned, and what to choose on: how long to train and what to mix. Judged as in
`leave_one_out.py`: the Hanoi junction by eye (`hanoi_frames`), the last third by time of the labelled street
camera (whose labels leave out most distant vehicles, so its precision is too low), and bikes seen among
people on foot where there is none (`vtest.avi` of Debian's `opencv-doc`, 640 px).
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2

from edge.detect.detector import TWO_WHEELED, Detection, Image
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.pictures import load_picture
from models.evaluation.leave_one_out import LEAST, REPORTED, SIZE, Seen, at_report, judge
from models.evaluation.poles import Frame, Labelled
from models.evaluation.vehicles import settled
from models.training.vehicles.clips import frames, training_pictures
from models.training.vehicles.on_foot import TESTED_FROM

HANOI = Path(__file__).parent / "hanoi_frames"
YARD_STEP = 20
YARD_SIZE = 640


def framed(name: str, image: Image, known: list[Detection]) -> Frame:
    """A picture with its settled vehicles; an unclear place is one to ignore."""
    height, width = image.shape[:2]
    labels = []
    for d in known:
        x1, y1, x2, y2 = d.box
        box = (x1 / width, y1 / height, x2 / width, y2 / height)
        labels.append(Labelled(d.kind if d.confidence > 0 else None, box))
    return Frame(name, "known", image, tuple(labels))


def hanoi(data: Path) -> Iterator[Frame]:
    """The frames of the junction labelled by eye."""
    labelled = {int(path.stem.rsplit("_", 1)[1]): path for path in HANOI.glob("*.txt")}
    for index, image in frames(data / "videos" / "hanoi_hang_bai.mp4", 1):
        if index in labelled:
            yield framed(labelled[index].stem, image, settled(labelled[index], image))


def street(data: Path) -> Iterator[Frame]:
    """The part of the labelled street camera that is not trained on."""
    folder = data / "vehicles"
    trained = set(training_pictures(folder / "images"))
    for path in sorted((folder / "images").glob("*.jpg")):
        if path not in trained:
            image = load_picture(path).image
            yield framed(path.stem, image, settled(folder / "labels" / f"{path.stem}.txt", image))


def bikes_on_foot(network: OnnxVehicleDetector, yard: Path) -> int:
    """Number of bikes reported among pedestrians."""
    return sum(
        d.kind in TWO_WHEELED and d.confidence >= REPORTED
        for index, image in frames(yard, YARD_STEP)
        if index >= TESTED_FROM
        for d in network.detect(image)
    )


def tell(title: str, seen: Seen) -> None:
    """Prints recall and precision of each group of kinds."""
    for name, hits in seen.groups.items():
        row = at_report(hits)
        if row["truths"]:
            print(f"{title} {name:<10} {row['truths']:>4}: {row['recall']:.3f} / {row['precision']:.3f}")  # noqa: T201


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("cards", type=Path, nargs="+", metavar="CARD")
    ask.add_argument("--shared", type=Path, required=True)
    ask.add_argument("--yard", type=Path, required=True)
    args = ask.parse_args()
    cv2.setNumThreads(1)
    for card in args.cards:
        network = OnnxVehicleDetector(card, input_size=SIZE, confidence=LEAST)
        for title, source in (("hanoi", hanoi), ("street", street)):
            seen = Seen()
            for frame in source(args.shared / "data"):
                judge(network.detect(frame.image), frame, seen)
            tell(f"{card.stem} {title}", seen)
        print(card.stem, "bikes among people on foot:", bikes_on_foot(network.at(YARD_SIZE), args.yard))  # noqa: T201


if __name__ == "__main__":
    main()
