"""The plate finder and the plate reader in 8-bit integers, as the node runs them.

    python -m models.training.plates.quantise finder --card WORK/plate_finder.yaml PICTURE_OR_FOLDER...
    python -m models.training.plates.quantise reader --card WORK/plate_reader.yaml PICTURE_OR_FOLDER...

Ranges are taken from training pictures, seen as the node sees them: the finder's reductions, the reader's
first and further looks at what the finder in `models/` finds. The corner network stays in float: integers
save a quarter of its time only, and what the reader sees depends on its corners.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.pictures import find_pictures, load_picture
from edge.plate.find import PlateFinder, looks
from edge.plate.read import FIRST, FURTHER, Image
from edge.plate.rectify import as_input
from models import load_path
from models.training.quantise import quantise

LOOKS = 3
"""The finder's first scales, at which nearly all plates are found."""
FLOAT = {
    "finder": ("/net/score/score.1/Conv", "/net/corners/corners.1/Conv", "/net/Concat_1", "/Concat"),
    "reader": ("/Mul", "/stem/stem.0/stem.0.0/Conv", "/classify/Conv", "/Mul_1", "/Concat_1", "/Concat_2"),
}
"""Nodes that give or combine outputs; and the reader's first layer, since the raw picture has more grey
levels than seven bits can represent."""


def finder_inputs(images: Iterable[Image]) -> Iterator[NDArray[np.float32]]:
    """The finder network's inputs for each picture."""
    for image in images:
        for _, (_, blob) in zip(range(LOOKS), looks(image), strict=False):
            yield blob


def reader_inputs(images: Iterable[Image], finder: PlateFinder) -> Iterator[NDArray[np.float32]]:
    """The reader network's inputs for each plate found."""
    for image in images:
        for box in finder.find(image):
            yield as_input([look.crop(image, box.quad) for look in (FIRST, *FURTHER)])


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("which", choices=tuple(FLOAT))
    ask.add_argument("pictures", type=Path, nargs="+")
    ask.add_argument("--card", type=Path, required=True, help="of the network in float")
    ask.add_argument("--every", type=int, default=1, help="take every such picture")
    ask.add_argument("--out", type=Path, default=Path("models"))
    args = ask.parse_args()
    cv2.setNumThreads(1)
    files = list(find_pictures(args.pictures))[:: args.every]
    images = (load_picture(file).image for file in files)
    if args.which == "finder":
        blobs = finder_inputs(images)
    else:
        blobs = reader_inputs(images, PlateFinder(load_path("plate_finder"), load_path("plate_corners")))
    target = args.out / f"plate_{args.which}.onnx"
    quantise(args.card, target, blobs, lambda node: node.name in FLOAT[args.which])


if __name__ == "__main__":
    main()
