"""Collect what the finder network wrongly takes for a plate: grilles, badges, signs, slogans.

    python -m models.training.plates.mine --model models/plate_finder.onnx --boxes boxes.csv \
        --quads Q.json... --out false.json FOLDER...

What touches a box or a corner label is left out, and so is what the finder is sure of: streets hold plates
that nobody labelled.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from edge.plate.find import PlateBox, RoughFinder, overlap
from models.training.plates.degrade import Quad, read_picture
from models.training.plates.finder_data import read_boxes

DOUBTED = (0.16, 0.6)
"""Range of scores of false findings."""
NARROWEST = 16.0
"""Narrower things may well be plates."""
TOUCHES = 0.05


def false_findings(found: list[PlateBox], known: list[Quad]) -> list[PlateBox]:
    """The findings that are surely not plates."""
    plates = [PlateBox(quad, 1.0) for quad in known]
    low, high = DOUBTED
    return [
        box
        for box in found
        if low <= box.score < high
        and box.width >= NARROWEST
        and not any(overlap(box, plate) > TOUCHES for plate in plates)
    ]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--model", type=Path, required=True)
    ask.add_argument("--boxes", type=Path, required=True)
    ask.add_argument("--quads", type=Path, nargs="*", default=[])
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("folders", type=Path, nargs="+")
    args = ask.parse_args()
    cv2.setNumThreads(1)
    known = read_boxes(args.boxes)
    for path in args.quads:
        for name, items in json.loads(path.read_text()).items():
            quads = [np.array(item["quad"], np.float32) for item in items]
            known.setdefault("/".join(Path(name).parts[-2:]), []).extend(quads)
    finder = RoughFinder(args.model)
    false = {}
    for path in (path for folder in args.folders for path in sorted(folder.glob("*.jpg"))):
        found = finder.find(read_picture(path), DOUBTED[0])
        doubtful = false_findings(found, known.get("/".join(path.parts[-2:]), []))
        false[str(path)] = [box.quad.round(1).tolist() for box in doubtful]
    args.out.write_text(json.dumps(false))


if __name__ == "__main__":
    main()
