"""Measures the lamp reader on cut-out heads (đèn tín hiệu), sorted into folders by lit colour.

    python -m models.evaluation.lamps ../shared/data/lamps_vn [--card FILE] [--scene NAME]

Prints, by scene, how many heads were named right, not named ("unknown", "off", "fault"), and named wrong.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from edge.signal.lamp import LampReader, LampReading

COLOURS = {"red": "red", "yellow": "amber", "green": "green"}
LYING = 1.15
"""A crop this much wider than high is a horizontal head."""

SCENES = {
    "street_by_night": ((141, 212), (955, 1450), (4334, 4475)),
    "trees_by_day": ((213, 250), (1490, 1850), (4476, 4560)),
    "trees_farther": ((251, 264), (1851, 1898), (4561, 4580)),
    "junction_grey": ((265, 281), (1899, 2028), (4581, 4637)),
    "columns": ((282, 400), (2029, 2200), (4638, 4700)),
}
"""First and last picture number of each scene."""

BY_NIGHT = "junction_by_night"
"""The scene of pictures called `night_…`."""

ALL_SCENES = (*SCENES, BY_NIGHT)


def scene_of(stem: str) -> str:
    """The scene a crop of `lamps_vn` comes from, by its file's name; "other" for any other name."""
    if stem.startswith("night_"):
        return BY_NIGHT
    number = stem[1:].split("_")[0]
    if not stem.startswith("n") or not number.isdigit():
        return "other"
    spans = ((scene, first, last) for scene, pieces in SCENES.items() for first, last in pieces)
    return next((scene for scene, first, last in spans if first <= int(number) <= last), "other")


def read_all(folder: Path, reader: LampReader) -> Iterator[tuple[Path, str, LampReading]]:
    """Each picture, its true colour, and the reader's answer."""
    for name, colour in COLOURS.items():
        for path in sorted((folder / name).iterdir()):
            picture = np.asarray(cv2.imread(str(path)), np.uint8)
            height, width = picture.shape[:2]
            lying = width > LYING * height
            box = (0.0, 0.0, float(width), float(height))
            yield path, colour, reader.read(picture, box, "horizontal" if lying else "vertical")


def verdict(colour: str, reading: LampReading) -> str:
    """`right`, `unnamed` or `wrong`."""
    if reading.colour == colour:
        return "right"
    return "wrong" if reading.colour in COLOURS.values() else "unnamed"


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--card", type=Path, help="of another network than the packaged one")
    ask.add_argument("--scene", help="only this scene")
    args = ask.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for path, colour, reading in read_all(args.folder, LampReader(args.card)):
        scene = scene_of(path.stem)
        if args.scene not in (None, scene):
            continue
        said = verdict(colour, reading)
        counts[scene][said] += 1
        if said != "right":
            print(f"{path.parent.name}/{path.name}: {reading.colour} {reading.confidence:.2f}, {said}")  # noqa: T201
    for scene, count in counts.items():
        told = (
            f"{count['right']} of {count.total()} right, {count['unnamed']} unnamed, {count['wrong']} wrong"
        )
        print(f"{scene}: {told}")  # noqa: T201


if __name__ == "__main__":
    main()
