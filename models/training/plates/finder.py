"""Train the plate finder on views of real and composed scenes.

    python -m models.training.plates.finder --data DIR --quads Q.json... --boxes boxes.csv \
        [--false FALSE.json] (--coco yolov8n.pt | --warm plate_finder.onnx) --out DIR

``DIR`` of ``--data`` holds what ``prepare`` wrote; ``--exact`` names the corner labels whose crops may be
pasted, ``--false`` the false findings of ``mine``. Starts from COCO or from an earlier finder; resumable with
``--resume``. Writes ``finder.pt`` (averaged weights) and ``finder_curve.json``.
"""

import argparse
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.training.plates.course import Batch, Course, Task, add_options, pictures, train
from models.training.plates.finder_data import SceneMaker, batch_of, load_scenes, read_boxes, read_false
from models.training.plates.finder_net import FinderNet
from models.training.warm_start import load_folded


def finder_loss(output: Tensor, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Focal loss (Lin et al. 2017) of the score and size-relative L1 loss of the corners."""
    logits, corners = output[:, 0].float(), output[:, 1:].float()
    truth = batch["score"]
    positive, known = truth > 0.5, truth >= 0
    chance = torch.sigmoid(logits)
    wrong = torch.where(positive, 1 - chance, chance)
    cross = nn.functional.binary_cross_entropy_with_logits(logits, positive.float(), reduction="none")
    weight = batch["weight"]
    count = weight[positive].sum().clamp(min=8)
    score = (0.5 * weight * wrong.square() * cross)[known].sum() / count
    want = batch["corners"].permute(0, 2, 3, 1)[positive]
    got = corners.permute(0, 2, 3, 1)[positive]
    size = (want[:, 0::2].amax(1) - want[:, 0::2].amin(1)).clamp(min=1.0)
    gap = (got - want).abs().mean(1) / size.sqrt()
    corner = (gap * weight[positive]).sum() / count
    return score + 0.5 * corner, {"score": score, "corners": corner}


def exactly_labelled(files: list[Path]) -> set[str]:
    """Pictures (folder and name) with corners of which the teacher was sure."""
    return {
        "/".join(Path(name).parts[-2:])
        for path in files
        for name, items in json.loads(path.read_text()).items()
        if any(item["score"] > 0.6 for item in items)
    }


def learn(args: argparse.Namespace) -> None:
    course = Course.told("finder", args)
    false = read_false(args.false) if args.false else {}
    scenes = load_scenes(args.quads, read_boxes(args.boxes), false=false)
    maker = SceneMaker(scenes, args.data, exactly_labelled(args.exact))
    net = FinderNet(args.coco)
    if args.warm:
        rng = np.random.default_rng((args.seed, 1))
        load_folded(net, args.warm, pictures(batch_of([maker.make(rng) for _ in range(args.batch)])))
    old = [p for part in (net.near, net.far) for p in part.parameters()]
    new = [p for part in (net.lateral, net.join, net.score, net.corners) for p in part.parameters()]
    groups: list[dict[str, Any]] = [{"params": old, "lr": 0.4}, {"params": new}]
    train(Task(net, groups, maker.make, batch_of, finder_loss, lambda _: {}, decay=0.997), course)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--quads", type=Path, nargs="+", required=True)
    ask.add_argument("--exact", type=Path, nargs="*", default=[])
    ask.add_argument("--boxes", type=Path, required=True)
    ask.add_argument("--false", type=Path)
    begin = ask.add_mutually_exclusive_group(required=True)
    begin.add_argument("--coco", type=Path)
    begin.add_argument("--warm", type=Path)
    add_options(ask, steps=3000, batch=16, rate=1.5e-3, every=100)
    learn(ask.parse_args())


if __name__ == "__main__":
    main()
