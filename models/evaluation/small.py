"""How well plates of 24 to 48 px are read, the width of a motorbike's at a junction: the whole chain.

Real pictures are reduced until a plate has that width, through the camera of `small_coloured`. The corners
found in the large picture are taken for the true ones, so it also shows what better corners would be worth.

    python -m models.evaluation.small --labels build/labels_dev.csv --images ../shared/data/plates/images \
        [--reader PLATE_READER.onnx...]
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.pictures import load_picture
from edge.plate.find import PlateBox, PlateFinder
from edge.plate.read import OnnxPlateReader
from models import load_path
from models.evaluation.scoring import Label, read_labels
from models.training.plates.degrade import Image, Quad
from models.training.plates.small_coloured import reduced

NARROWEST = {"1": 30.0, "2": 24.0}
WIDEST = 48.0
BANDS = (24.0, 32.0, 40.0)
"""Lower limits of the classes of width, in pixels."""
TIMES = 3
"""Views of each plate."""
LEAST_REDUCTION = 1.7
"""A plate must have been at least this much wider: otherwise it has no detail to lose."""
AROUND = (96, 192)
"""Least and most surroundings on each side of the plate's centre, in pixels of the view."""


@dataclass(frozen=True)
class Small:
    """A view (BGR) with a small plate: its corners, width in pixels, text and number of lines."""

    image: Image
    quad: Quad
    width: float
    text: str
    lines: str

    @property
    def group(self) -> tuple[str, float]:
        """Lines, and lower limit of the class of width."""
        return self.lines, max(limit for limit in BANDS if self.width >= limit)


def views(labels: Path, images: Path, finder: PlateFinder, seed: int) -> Iterator[Small]:
    """Views of each legible plate of the labelled pictures that is found and large enough, ``TIMES`` each.
    Each has its own random generator, so that another finder changes no view of the others."""
    number = 0
    for file, plates in read_labels(labels).items():
        image = load_picture(images / file).image
        boxes = finder.find(image)
        for plate in (plate for plate in plates if plate.legible):
            rng, number = np.random.default_rng((seed, number)), number + 1
            found = _at(boxes, *_centre(plate, image))
            if found is None:
                continue
            for _ in range(TIMES):
                width = float(np.exp(rng.uniform(np.log(NARROWEST[plate.lines]), np.log(WIDEST))))
                if found.width >= LEAST_REDUCTION * width:
                    part, quad = _surrounded(rng, image, found, width)
                    yield Small(*reduced(rng, part, quad, width), width, plate.text, plate.lines)


def _centre(plate: Label, image: Image) -> tuple[float, float]:
    left, top, right, bottom = plate.box or (0.0, 0.0, float(image.shape[1]), float(image.shape[0]))
    return (left + right) / 2, (top + bottom) / 2


def _at(boxes: list[PlateBox], x: float, y: float) -> PlateBox | None:
    """The best finding that covers a place."""
    return next((box for box in boxes if box.covers(x, y)), None)


def _surrounded(rng: np.random.Generator, image: Image, box: PlateBox, width: float) -> tuple[Image, Quad]:
    """The part of the picture that the view will show, and the plate's corners in it."""
    centre, reach = box.quad.mean(axis=0), rng.uniform(*AROUND, (2, 2)) * box.width / width
    low = np.maximum(centre - reach[0], 0).astype(int)
    high = np.minimum(centre + reach[1], image.shape[1::-1]).astype(int)
    return image[low[1] : high[1], low[0] : high[0]], box.quad - low.astype(np.float32)


def says(reader: OnnxPlateReader, plate: Small, quad: Quad) -> bool:
    """Whether the reader gives exactly the plate's text, given these corners."""
    reading = reader.read(plate.image, quad)
    return reading is not None and reading.text == plate.text


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--labels", type=Path, required=True)
    ask.add_argument("--images", type=Path, required=True)
    ask.add_argument("--reader", type=Path, nargs="*", default=[load_path("plate_reader")])
    ask.add_argument("--seed", type=int, default=31)
    args = ask.parse_args()
    cv2.setNumThreads(1)
    finder = PlateFinder(load_path("plate_finder"), load_path("plate_corners"))
    plates = list(views(args.labels, args.images, finder, args.seed))
    boxes = [_at(finder.find(plate.image), *map(float, plate.quad.mean(axis=0))) for plate in plates]
    pairs = list(zip(plates, boxes, strict=True))
    total, found = Counter(p.group for p in plates), Counter(p.group for p, box in pairs if box)
    for file in args.reader:
        reader = OnnxPlateReader(file)
        read = Counter(p.group for p, box in pairs if box and says(reader, p, box.quad))
        told = Counter(p.group for p in plates if says(reader, p, p.quad))
        print(f"{file}: lines, px from | plates | found | read | read at the true corners")  # noqa: T201
        for group in sorted(total):
            print(*group, "|", total[group], "|", found[group], "|", read[group], "|", told[group])  # noqa: T201
        sums = (sum(count.values()) for count in (total, found, read, told))
        print("all | " + " | ".join(map(str, sums)))  # noqa: T201


if __name__ == "__main__":
    main()
