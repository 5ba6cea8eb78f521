"""Adds the frames settled by eye to a training set, and lists it without each pole in turn.

    python -m models.training.vehicles.settled --shared ../shared --set SET

`SET` is new or of `prepare.py`, whose pictures stay in every list. Places to ignore are grey. `SET/train.txt`
lists all pictures, `SET/without_POLE.txt` all but those of one pole.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from models.evaluation.poles import POLES, Frame, frames
from models.training.vehicles.augment import Picture, painted
from models.training.vehicles.start import KINDS

SHOWN = 400
"""Pictures of each pole in an epoch: those of a pole with few frames are shown more often."""


def picture(frame: Frame) -> Picture:
    """A settled frame as a picture to train on."""
    known = [(label.kind, label.pixels(frame.image)) for label in frame.labels if label.kind is not None]
    grey = [
        label.pixels(frame.image) for label in frame.labels if label.kind is None or label.note == "unsure"
    ]
    rows = [[KINDS.index(kind), *box] for kind, box in known]
    image = painted(frame.image, grey, [box for _, box in known])
    return Picture(image, np.array(rows, np.float32).reshape(-1, 5))


def add(folder: Path, frame: Frame) -> Path:
    """Write a frame and its labels into a set; returns where the picture is."""
    made = picture(frame)
    path = (folder / "images" / f"{frame.name}.jpg").resolve()
    cv2.imwrite(str(path), made.image, [cv2.IMWRITE_JPEG_QUALITY, 95])
    (folder / "labels" / f"{frame.name}.txt").write_text("".join(lines(made)))
    return path


def lines(made: Picture) -> Iterator[str]:
    """The labels in the form of a YOLO file."""
    height, width = made.image.shape[:2]
    for kind, x1, y1, x2, y2 in made.labels.tolist():
        numbers = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
        yield " ".join([str(int(kind)), *(f"{number:.5f}" for number in numbers)]) + "\n"


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--shared", type=Path, required=True)
    ask.add_argument("--set", type=Path, required=True)
    args = ask.parse_args()
    for part in ("images", "labels"):
        (args.set / part).mkdir(parents=True, exist_ok=True)
    settled: dict[str, list[str]] = {pole: [] for pole in POLES}
    for frame in frames(args.shared / "data"):
        settled[frame.pole].append(str(add(args.set, frame)))
    listing = args.set / "train.txt"
    known = {path for paths in settled.values() for path in paths}
    before = [path for path in listing.read_text().split() if path not in known] if listing.exists() else []
    shown = {pole: paths * max(1, round(SHOWN / len(paths))) for pole, paths in settled.items()}
    write(listing, [*before, *(path for paths in shown.values() for path in paths)])
    for pole in POLES:
        rest = [path for other, paths in shown.items() if other != pole for path in paths]
        write(args.set / f"without_{pole}.txt", [*before, *rest])


def write(listing: Path, paths: list[str]) -> None:
    """Write a list of pictures."""
    listing.write_text("".join(f"{path}\n" for path in paths))


if __name__ == "__main__":
    main()
