r"""Fit the reader's confidence on plates it was not trained on.

Logistic regression from what the network says of a plate (`edge.plate.read.features`) to whether
the text is right, then shifted so that readings of confidence 0.9 and more are right in ``--precision`` of
the cases. Drawn plates and pictures labelled by eye are mixed; the training crops would not do, one to three
of a hundred of their texts are wrong.

    python -m models.training.plates.calibrate --model plate_reader.onnx --finder plate_finder.onnx \
        --corners plate_corners.onnx \
        --data DIR --backgrounds DIR --labels labels_dev.csv --images DIR --out calibration.json
"""

import argparse
import json
import logging
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from edge.plate.find import PlateBox, PlateFinder
from edge.plate.read import OnnxPlateReader, features
from models.evaluation.scoring import read_labels
from models.training.plates import degrade
from models.training.plates.degrade import read_picture
from models.training.plates.reader_data import CARELESS, UNKNOWN, SampleMaker, View, backgrounds

SURE = 0.9
Features = NDArray[np.float64]
Truth = NDArray[np.bool_]

log = logging.getLogger(__name__)


def observe(reader: OnnxPlateReader, views: list[View], rng: np.random.Generator) -> tuple[Features, Truth]:
    """Features and correctness of the reader's answer for each view, with corners a little wrong."""
    told, right = [], []
    for view in views:
        seen = reader.look(view.image, degrade.jitter(rng, view.quad, CARELESS / 2))
        if seen is not None:
            answers, decision = seen
            text = "".join(reader.text(row) for row in decision.rows)
            told.append(features(answers, decision))
            right.append(text in {"".join(pair) for pair in view.rows})
    return np.array(told), np.array(right)


def labelled_views(labels: Path, images: Path, finder: PlateFinder) -> list[View]:
    """Legible plates of the labelled pictures, with the corners the finder gives them."""
    views = []
    for file, plates in read_labels(labels).items():
        image = read_picture(images / file)
        boxes = finder.find(image)
        for plate in plates:
            known = plate.box or (0.0, 0.0, float(image.shape[1]), float(image.shape[0]))
            near = [box for box in boxes if _inside(box, known)]
            if plate.legible and near:
                views.append(View(image, near[0].quad, ((plate.text, ""),), UNKNOWN))
    return views


def _inside(box: PlateBox, known: tuple[float, float, float, float]) -> bool:
    x, y = box.quad.mean(axis=0)
    return bool(known[0] < x < known[2] and known[1] < y < known[3])


def fit(told: Features, right: Truth, precision: float) -> tuple[dict[str, object], dict[str, float]]:
    """Calibration and its figures on the same data."""

    def loss(parameters: NDArray[np.float64]) -> float:
        score = parameters[0] + told @ parameters[1:]
        return float(
            np.logaddexp(0, np.where(right, -score, score)).mean() + 1e-4 * parameters[1:] @ parameters[1:]
        )

    best = minimize(loss, np.array([0.0, 0.5, 0.3, 0.5, 0.1]), method="L-BFGS-B").x
    score = best[0] + told @ best[1:]
    order = np.argsort(-score)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= precision)
    border = score[order[enough[-1]]] if len(enough) else score.max()
    shift = min(0.0, np.log(SURE / (1 - SURE)) - border)
    chance = 1 / (1 + np.exp(-(score + shift)))
    sure = chance >= SURE
    figures = {
        "right": float(right.mean()),
        "sure": float(sure.mean()),
        "sure_right": float(right[sure].mean()) if sure.any() else 0.0,
    }
    weights = [round(float(weight), 4) for weight in best[1:]]
    return {"bias": round(float(best[0] + shift), 4), "weights": weights}, figures


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--model", type=Path, required=True)
    ask.add_argument("--finder", type=Path, required=True)
    ask.add_argument("--corners", type=Path, required=True)
    ask.add_argument("--labels", type=Path, required=True)
    ask.add_argument("--images", type=Path, required=True)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--backgrounds", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--count", type=int, default=900)
    ask.add_argument("--precision", type=float, default=0.994)
    ask.add_argument("--seed", type=int, default=20261124)
    args = ask.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng((args.seed, 7))
    maker = SampleMaker(args.data, backgrounds(args.backgrounds, args.seed), real_share=0.0, validation=True)
    views = [maker.drawn_view(rng) for _ in range(args.count)]
    views += labelled_views(args.labels, args.images, PlateFinder(args.finder, args.corners))
    calibration, figures = fit(*observe(OnnxPlateReader(args.model), views, rng), args.precision)
    args.out.write_text(json.dumps(calibration | {"figures": figures}, indent=1))
    log.info("%s %s", calibration, figures)


if __name__ == "__main__":
    main()
