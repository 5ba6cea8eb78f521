"""Label the corners of pictures with the trained networks themselves, where the teacher sees nothing.

    python -m models.training.plates.relabel --model models/plate_finder.onnx \
        --corners models/plate_corners.onnx --out q_crops.json FOLDER...

Each plate is looked at from several slightly wrong starts. The median of what comes out is truer than any one
answer, and where the answers disagree the label is no sure one.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from edge.plate.corners import CornerFinder, Quad
from edge.plate.find import PlateBox, RoughFinder, merge
from models.training.plates.corner_data import nudged
from models.training.plates.degrade import Image, corners_of, read_picture

STARTS = 8
WRONG_BY = 0.05
"""Error of the starting corners, as a share of the plate's size."""
LOOKS = 3
AGREED = 0.012
"""Largest median deviation of the corners from their median (share of the plate's size) of a sure label."""
DOUBT = 0.3


def settle(rng: np.random.Generator, image: Image, start: Quad, corners: CornerFinder) -> PlateBox:
    """The plate near ``start`` as most starts find it; its score is low if they disagree."""
    quads = [nudged(rng, start, WRONG_BY) for _ in range(STARTS)]
    for _ in range(LOOKS):
        looked = corners.refine(image, quads)
        quads = [quad for quad, _ in looked]
    middle = np.median(quads, axis=0).astype(np.float32)
    size = np.array((np.linalg.norm(middle[1] - middle[0]), np.linalg.norm(middle[3] - middle[0])))
    spread = float((np.median(np.abs(np.stack(quads) - middle), axis=0) / np.maximum(size, 1)).mean())
    chance = float(np.median([chance for _, chance in looked]))
    return PlateBox(middle, chance if spread <= AGREED else min(chance, DOUBT))


def label(
    rng: np.random.Generator, image: Image, rough: RoughFinder, corners: CornerFinder
) -> list[PlateBox]:
    """All plates of a picture; a tight crop is itself a starting box."""
    starts = [box.quad for box in rough.find(image, DOUBT)] + [corners_of(image)]
    settled = merge([settle(rng, image, start, corners) for start in starts])
    return [box for box in settled if box.score >= DOUBT]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--model", type=Path, required=True)
    ask.add_argument("--corners", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--every", type=int, default=1, help="only each so-manieth picture")
    ask.add_argument("folders", type=Path, nargs="+")
    args = ask.parse_args()
    cv2.setNumThreads(1)
    rough, corners = RoughFinder(args.model), CornerFinder(args.corners)
    rng = np.random.default_rng(20261124)
    labels = {}
    for path in (path for folder in args.folders for path in sorted(folder.glob("*.jpg"))[:: args.every]):
        found = label(rng, read_picture(path), rough, corners)
        labels[str(path)] = [
            {"quad": box.quad.round(1).tolist(), "score": round(box.score, 3)} for box in found
        ]
    args.out.write_text(json.dumps(labels))


if __name__ == "__main__":
    main()
