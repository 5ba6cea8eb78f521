"""Train the corner network on real, drawn and missing plates.

    python -m models.training.plates.corners --data DIR --quads Q.json... --backgrounds DIR \
        --false FALSE.json --finder models/plate_finder.onnx --out DIR

``DIR`` of ``--data`` holds what ``prepare`` wrote, ``--false`` what ``mine`` found. Starts from the finder's
trunk, goes on from its own checkpoint with ``--resume``. Writes ``corners.pt`` (averaged weights) and
``corners_curve.json``.
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
from models.training.plates.corner_data import CornerMaker, Frames, batch_of, load_false
from models.training.plates.corner_net import CornerNet
from models.training.plates.degrade import read_picture
from models.training.plates.finder_data import load_scenes
from models.training.plates.finder_net import FinderNet
from models.training.plates.glyphs import GlyphBook
from models.training.warm_start import load_folded

VALIDATION = 512
log = logging.getLogger(__name__)


def corner_loss(output: tuple[Tensor, Tensor], batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Cross-entropy of "plate", and the corners' error where there is one (in units of the plate)."""
    logits, shifts = output[0].float()[:, 0], output[1].float()
    plate = nn.functional.binary_cross_entropy_with_logits(logits, batch["plate"])
    gap = nn.functional.smooth_l1_loss(shifts, batch["shift"], reduction="none", beta=0.02).mean(1)
    return plate, (gap * batch["plate"]).sum() / batch["plate"].sum().clamp(min=1)


def measure(net: nn.Module, batch: dict[str, Tensor]) -> dict[str, float]:
    """Share of frames told right, mean and 95th percentile of the corners' error in units of the plate."""
    with torch.no_grad():
        logits, shifts = net(batch["frames"].float() / 255)
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


def train(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)  # OpenCV's pool does not survive the fork of the loader
    backdrops = [read_picture(path) for path in sorted(args.backgrounds.glob("*.jpg"))]
    scenes, book = load_scenes(args.quads, {}, 10**6), GlyphBook(args.data / "atlas.npz")
    maker = CornerMaker(book, scenes, backdrops, load_false(args.false))
    rng = np.random.default_rng(args.seed + 1)
    validation = batch_of([maker.make(rng) for _ in range(VALIDATION)])
    net, start, curve = start_net(args.finder, validation["frames"][:64].float() / 255), 0, []
    checkpoint = args.out / "corners_checkpoint.pt"
    if args.resume:
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        start, curve = state["step"], json.loads((args.out / "corners_curve.json").read_text())
    average = Average(net, 0.997)
    groups = [
        {"params": net.trunk.parameters(), "lr": args.rate * 0.4},
        {"params": [p for part in (net.head, net.plate, net.corners) for p in part.parameters()]},
    ]
    optimiser = torch.optim.AdamW(groups, lr=args.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [args.rate * 0.4, args.rate], total_steps=args.steps, pct_start=0.08
    )
    frames = Frames(maker, args.batch, args.seed, start)
    loader = iter(DataLoader(frames, batch_size=None, num_workers=1, prefetch_factor=6))
    began, losses = time.monotonic(), []
    net.train()
    for step in range(start + 1, start + args.steps + 1):
        batch = next(loader)
        with torch.autocast("cpu", torch.bfloat16):
            output = net(batch["frames"].float() / 255)
        plate, gap = corner_loss(output, batch)
        optimiser.zero_grad()
        torch.autograd.backward(plate + 20 * gap)
        nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimiser.step()
        schedule.step()
        average.update(net)
        losses.append((float(plate.detach()), float(gap.detach())))
        if step % args.every == 0 or step == start + args.steps:
            means = np.mean(losses, axis=0)
            told = {"step": step, "plate": round(float(means[0]), 4), "gap": round(float(means[1]), 5)}
            spent = {"seconds": round(time.monotonic() - began)}
            curve.append(told | measure(average.net, validation) | spent)
            losses = []
            log.info("%s", curve[-1])
            torch.save({"net": average.net.state_dict(), "step": step}, checkpoint)
            (args.out / "corners_curve.json").write_text(json.dumps(curve, indent=0))
    torch.save(average.net.state_dict(), args.out / "corners.pt")


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--quads", type=Path, nargs="+", required=True)
    ask.add_argument("--backgrounds", type=Path, required=True)
    ask.add_argument("--false", type=Path, required=True)
    ask.add_argument("--finder", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--steps", type=int, default=4000)
    ask.add_argument("--batch", type=int, default=64)
    ask.add_argument("--rate", type=float, default=2e-3)
    ask.add_argument("--every", type=int, default=200)
    ask.add_argument("--seed", type=int, default=20261124)
    ask.add_argument("--resume", action="store_true")
    train(ask.parse_args())


if __name__ == "__main__":
    main()
