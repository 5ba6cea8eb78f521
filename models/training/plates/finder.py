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
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from models.training.plates.averaging import Average
from models.training.plates.finder_data import SceneMaker, Views, load_scenes, read_boxes, read_false
from models.training.plates.finder_net import FinderNet
from models.training.warm_start import load_folded

log = logging.getLogger(__name__)


def finder_loss(output: Tensor, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
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
    return score, (gap * weight[positive]).sum() / count


def train(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)  # OpenCV's pool does not survive the fork of the loader
    exact = {
        "/".join(Path(name).parts[-2:])
        for path in args.exact
        for name, items in json.loads(path.read_text()).items()
        if any(item["score"] > 0.6 for item in items)
    }
    false = read_false(args.false) if args.false else {}
    maker = SceneMaker(load_scenes(args.quads, read_boxes(args.boxes), false=false), args.data, exact)
    views = Views(maker, args.batch, args.seed)
    net, start, curve = FinderNet(args.coco), 0, []
    if args.warm:
        load_folded(net, args.warm, next(iter(views))["image"].float() / 255)
    checkpoint = args.out / "finder_checkpoint.pt"
    if args.resume:
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        start, curve = state["step"], json.loads((args.out / "finder_curve.json").read_text())
    average = Average(net, 0.997)
    old = [p for part in (net.near, net.far) for p in part.parameters()]
    new = [p for part in (net.lateral, net.join, net.score, net.corners) for p in part.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": old, "lr": args.rate * 0.4}, {"params": new, "lr": args.rate}], weight_decay=0.01
    )
    rates = [args.rate * 0.4, args.rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=args.steps, pct_start=0.1)
    views.start = start
    loader = iter(DataLoader(views, batch_size=None, num_workers=1, prefetch_factor=6))
    began, losses = time.monotonic(), []
    net.train()
    for step in range(start + 1, start + args.steps + 1):
        batch = next(loader)
        with torch.autocast("cpu", torch.bfloat16):
            output = net(batch["image"].float() / 255)
        score, corner = finder_loss(output, batch)
        optimiser.zero_grad()
        torch.autograd.backward(score + 0.5 * corner)
        nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimiser.step()
        schedule.step()
        average.update(net)
        losses.append((float(score.detach()), float(corner.detach())))
        if step % args.every == 0 or step == start + args.steps:
            means = np.mean(losses, axis=0)
            curve.append(
                {
                    "step": step,
                    "score": round(means[0], 4),
                    "corners": round(means[1], 4),
                    "seconds": round(time.monotonic() - began),
                }
            )
            losses = []
            log.info("%s", curve[-1])
            torch.save({"net": average.net.state_dict(), "step": step}, checkpoint)
            (args.out / "finder_curve.json").write_text(json.dumps(curve, indent=0))
    torch.save(average.net.state_dict(), args.out / "finder.pt")


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
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--steps", type=int, default=3000)
    ask.add_argument("--batch", type=int, default=16)
    ask.add_argument("--rate", type=float, default=1.5e-3)
    ask.add_argument("--every", type=int, default=100)
    ask.add_argument("--seed", type=int, default=20261124)
    ask.add_argument("--resume", action="store_true")
    train(ask.parse_args())


if __name__ == "__main__":
    main()
