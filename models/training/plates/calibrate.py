"""Fit the reader's confidence on plates it was not trained on.

Logistic regression from what the network says about a plate (`edge.plate.read.Calibration.features`) to
whether the text is right, then shifted so that readings of confidence 0.9 and more are right in at least
``--precision`` of the cases. Held-out real crops and drawn plates are mixed.

    python -m models.training.plates.calibrate --model plate_reader.onnx --data DIR --backgrounds DIR \
        --out calibration.json
"""

import argparse
import json
import logging
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from edge.plate.read import VIEWS, OnnxPlateReader
from edge.plate.rectify import rectify
from models.training.plates import degrade
from models.training.plates.reader_data import CARELESS, SampleMaker, View, backgrounds

SURE = 0.9
Features = NDArray[np.float64]
Truth = NDArray[np.bool_]

log = logging.getLogger(__name__)


def observe(reader: OnnxPlateReader, views: list[View], rng: np.random.Generator) -> tuple[Features, Truth]:
    """Features and correctness of the reader's answer for each view, with corners a little wrong."""
    features, right = [], []
    for view in views:
        quad = degrade.jitter(rng, view.quad, CARELESS / 2)
        rows, told = reader.decide(reader.answers([rectify(view.image, quad, margin) for margin in VIEWS]))
        features.append(told)
        right.append((reader.text(rows[0]), reader.text(rows[1])) in view.rows)
    return np.array(features), np.array(right)


def fit(features: Features, right: Truth, precision: float) -> tuple[dict[str, object], dict[str, float]]:
    """Calibration and its figures on the same data."""

    def loss(parameters: NDArray[np.float64]) -> float:
        score = parameters[0] + features @ parameters[1:]
        return float(
            np.logaddexp(0, np.where(right, -score, score)).mean() + 1e-4 * parameters[1:] @ parameters[1:]
        )

    best = minimize(loss, np.array([0.0, 0.5, 0.3, 0.5, 0.1]), method="L-BFGS-B").x
    score = best[0] + features @ best[1:]
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
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--backgrounds", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--count", type=int, default=1500)
    ask.add_argument("--precision", type=float, default=0.997)
    ask.add_argument("--seed", type=int, default=20261124)
    args = ask.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng((args.seed, 7))
    maker = SampleMaker(args.data, backgrounds(args.backgrounds, args.seed), 0.5, validation=True)
    views = [(maker.real_view if i % 2 else maker.drawn_view)(rng) for i in range(args.count)]
    calibration, figures = fit(*observe(OnnxPlateReader(args.model), views, rng), args.precision)
    args.out.write_text(json.dumps(calibration | {"figures": figures}, indent=1))
    log.info("%s %s", calibration, figures)


if __name__ == "__main__":
    main()
