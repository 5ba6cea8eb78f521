"""Train the plate reader: drawn plates and real crops, CTC per row, colour and plate heads.

    python -m models.training.plates.reader --data DIR --backgrounds DIR --out DIR --steps 6000 \
        [--start models/plate_reader.onnx] [--resume]

``DIR`` of ``--data`` holds what ``prepare`` wrote. Everything follows from ``--seed``; ``--start`` begins
with a committed network's weights, ``--resume`` goes on from the last checkpoint with a new learning-rate
cycle. Writes ``reader.pt`` (averaged weights) and ``reader_curve.json``.
"""

import argparse
import json
import logging
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from models.training.plates.averaging import Average
from models.training.plates.reader_data import SampleMaker, Stream, backgrounds, tensors
from models.training.plates.reader_net import COLUMNS, ReaderNet
from models.training.plates.specimens import ALPHABET
from models.training.warm_start import load_folded

log = logging.getLogger(__name__)


def row_loss(logits: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """CTC loss of both rows per sample, under the better of the admissible splits."""
    count = logits.shape[0]
    steps = logits.reshape(count * 2, COLUMNS, -1).log_softmax(-1).transpose(0, 1)
    width = torch.full((count * 2,), COLUMNS)
    losses = [
        nn.functional.ctc_loss(
            steps, batch[k + "_target"], width, batch[k + "_length"], reduction="none", zero_infinity=True
        )
        .reshape(count, 2)
        .sum(1)
        for k in ("first", "second")
    ]
    return torch.minimum(losses[0], losses[1])


def total_loss(outputs: tuple[Tensor, Tensor, Tensor], batch: dict[str, Tensor]) -> Tensor:
    logits, colour, plate = (part.float() for part in outputs)
    known = batch["colour"] >= 0
    rows = row_loss(logits, batch).mean()
    ground = (
        nn.functional.cross_entropy(colour[known], batch["colour"][known])
        if known.any()
        else rows.new_zeros(())
    )
    return (
        rows
        + 0.5 * ground
        + 0.5 * nn.functional.binary_cross_entropy_with_logits(plate[:, 0], batch["plate"])
    )


def greedy(logits: Tensor) -> list[tuple[str, str]]:
    """Best path of both rows."""
    answers = []
    for pair in logits.argmax(-1).tolist():
        rows = []
        for path in pair:
            kept = [c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c)]
            rows.append("".join(ALPHABET[c - 1] for c in kept))
        answers.append((rows[0], rows[1]))
    return answers


def validate(
    net: nn.Module, maker: SampleMaker, seed: int, real: int = 400, drawn: int = 400
) -> dict[str, float]:
    """Share of exactly read plates among real validation crops and drawn plates."""
    rng = np.random.default_rng((seed, 99))
    scores = {}
    for name, make, count in (("real", maker.real_one, real), ("drawn", maker.drawn, drawn)):
        samples = [make(rng) for _ in range(count)]
        with torch.no_grad():
            logits, colour, _ = net(tensors(samples)["image"].float() / 255)
        said = greedy(logits)
        scores[name] = float(
            np.mean([answer in sample.rows for answer, sample in zip(said, samples, strict=True)])
        )
        hits = [
            c == s.colour for c, s in zip(colour.argmax(1).tolist(), samples, strict=True) if s.colour >= 0
        ]
        scores[name + "_colour"] = float(np.mean(hits))
    return scores


def train(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)  # OpenCV's pool does not survive the fork of the loader
    scenery = backgrounds(args.backgrounds, args.seed)
    maker = SampleMaker(args.data, scenery, args.real_share)
    checker = SampleMaker(args.data, scenery, args.real_share, validation=True)
    net, start, curve = ReaderNet(), 0, []
    checkpoint = args.out / "reader_checkpoint.pt"
    if args.resume:
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        start, curve = state["step"], json.loads((args.out / "reader_curve.json").read_text())
    elif args.start:
        rng = np.random.default_rng((args.seed, 1))
        sample = tensors([maker.make(rng) for _ in range(192)])["image"].float() / 255
        load_folded(net, args.start, sample, tuple(args.new))
    net.to(memory_format=torch.channels_last)
    average = Average(net, 0.999)
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, args.rate, total_steps=args.steps, pct_start=0.05
    )
    loader = iter(
        DataLoader(
            Stream(maker, args.batch, args.seed, start),
            batch_size=None,
            num_workers=args.workers,
            prefetch_factor=6,
        )
    )
    began, losses = time.monotonic(), []
    for step in range(start + 1, start + args.steps + 1):
        batch = next(loader)
        net.train()
        with torch.autocast("cpu", torch.bfloat16):
            outputs = net((batch["image"].float() / 255).contiguous(memory_format=torch.channels_last))
        loss = total_loss(outputs, batch)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        average.update(net)
        losses.append(float(loss.detach()))
        if step % args.every == 0 or step == start + args.steps:
            row = {
                "step": step,
                "loss": round(float(np.mean(losses)), 4),
                "seconds": round(time.monotonic() - began),
            }
            row |= {key: round(value, 4) for key, value in validate(average.net, checker, args.seed).items()}
            curve.append(row)
            losses = []
            log.info("%s", row)
            torch.save({"net": average.net.state_dict(), "step": step}, checkpoint)
            (args.out / "reader_curve.json").write_text(json.dumps(curve, indent=0))
            if not math.isfinite(row["loss"]):
                raise FloatingPointError("the loss is no longer finite; lower --rate")
    torch.save(average.net.state_dict(), args.out / "reader.pt")


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--backgrounds", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--steps", type=int, default=6000)
    ask.add_argument("--batch", type=int, default=64)
    ask.add_argument("--rate", type=float, default=2e-3)
    ask.add_argument("--real-share", type=float, default=0.4)
    ask.add_argument("--every", type=int, default=250)
    ask.add_argument("--workers", type=int, default=1)
    ask.add_argument("--seed", type=int, default=20261124)
    ask.add_argument("--start", type=Path, help="committed network to begin with")
    ask.add_argument("--new", nargs="*", default=[], help="parts of the network that --start does not have")
    ask.add_argument("--resume", action="store_true")
    train(ask.parse_args())


if __name__ == "__main__":
    main()
