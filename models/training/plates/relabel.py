"""Label the corners of tight crops with the trained finder itself, where the teacher sees nothing.

python -m models.training.plates.relabel --model models/plate_finder.onnx --out q_crops.json FOLDER...
"""

import argparse
import json
from pathlib import Path

import cv2

from edge.plate.find import PlateFinder
from models.training.plates.degrade import read_picture

SURE = 0.6


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--model", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("folders", type=Path, nargs="+")
    args = ask.parse_args()
    cv2.setNumThreads(1)
    finder = PlateFinder(args.model, threshold=SURE)
    labels = {
        str(path): [
            {"quad": box.quad.round(1).tolist(), "score": round(box.score, 3)}
            for box in finder.find(read_picture(path))
        ]
        for folder in args.folders
        for path in sorted(folder.glob("*.jpg"))
    }
    args.out.write_text(json.dumps(labels))


if __name__ == "__main__":
    main()
