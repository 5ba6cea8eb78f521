"""Train the corner network on real, drawn and missing plates.

    python -m models.training.plates.corners --data DIR --quads Q.json... --backgrounds DIR \
        --false FALSE.json --finder models/plate_finder.onnx --out DIR

``DIR`` of ``--data`` holds what ``prepare`` wrote, ``--false`` what ``mine`` found. Starts from the finder's
trunk, goes on from its own checkpoint with ``--resume``. Writes ``corners.pt`` (averaged weights) and
``corners_curve.json``.
"""

import argparse
import logging
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.training.plates.corner_data import CornerMaker, batch_of, load_false
from models.training.plates.corner_net import CornerNet
from models.training.plates.course import Batch, Course, Task, add_options, pictures, train
from models.training.plates.degrade import read_picture
from models.training.plates.finder_data import load_scenes
from models.training.plates.finder_net import FinderNet
from models.training.plates.glyphs import GlyphBook
from models.training.warm_start import load_folded

VALIDATION = 512


def corner_loss(output: tuple[Tensor, Tensor], batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Cross-entropy of "plate", and the error of the corners if there is a plate (in units of the plate)."""
    logits, shifts = output[0].float()[:, 0], output[1].float()
    plate = nn.functional.binary_cross_entropy_with_logits(logits, batch["plate"])
    gap = nn.functional.smooth_l1_loss(shifts, batch["shift"], reduction="none", beta=0.02).mean(1)
    mean = (gap * batch["plate"]).sum() / batch["plate"].sum().clamp(min=1)
    return plate + 20 * mean, {"plate": plate, "gap": mean}


def measure(net: nn.Module, batch: Batch) -> dict[str, float]:
    """Share of correctly classified frames, mean and 95th percentile of the corners' error in units of the
    plate."""
    with torch.no_grad():
        logits, shifts = net(pictures(batch))
    there = batch["plate"] > 0.5
    right = float(((logits[:, 0] > 0) == there).float().mean())
    gap = (shifts - batch["shift"]).abs().mean(1)[there]
    return {
        "right": round(right, 4),
        "corner": round(float(gap.mean()), 4),
        "corner_95": round(float(gap.quantile(0.95)), 4),
    }


def start_net(finder: Path, sample: Tensor) -> CornerNet:
    """The network with the finder's trunk."""
    whole = FinderNet()
    load_folded(whole, finder, sample)
    return CornerNet(whole)


def learn(args: argparse.Namespace) -> None:
    course = Course.told("corners", args)
    backdrops = [read_picture(path) for path in sorted(args.backgrounds.glob("*.jpg"))]
    scenes, book = load_scenes(args.quads, {}, 10**6), GlyphBook(args.data / "atlas.npz")
    maker = CornerMaker(book, scenes, backdrops, load_false(args.false))
    rng = np.random.default_rng(args.seed + 1)
    validation = batch_of([maker.make(rng) for _ in range(VALIDATION)])
    net = start_net(args.finder, pictures(validation)[:64])
    groups = [
        {"params": net.trunk.parameters(), "lr": 0.4},
        {"params": [p for part in (net.head, net.plate, net.corners) for p in part.parameters()]},
    ]
    measured = partial(measure, batch=validation)
    train(Task(net, groups, maker.make, batch_of, corner_loss, measured, decay=0.997), course)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--quads", type=Path, nargs="+", required=True)
    ask.add_argument("--backgrounds", type=Path, required=True)
    ask.add_argument("--false", type=Path, required=True)
    ask.add_argument("--finder", type=Path, required=True)
    add_options(ask, steps=4000, batch=64, rate=2e-3, every=200)
    learn(ask.parse_args())


if __name__ == "__main__":
    main()
