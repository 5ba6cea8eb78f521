"""Train the plate reader: drawn plates and real crops, CTC per row, colour and plate heads.

    python -m models.training.plates.reader --data DIR --backgrounds DIR --out DIR --steps 6000 \
        [--start models/plate_reader.onnx] [--resume]

``DIR`` of ``--data`` holds what ``prepare`` wrote. Everything follows from ``--seed``; ``--start`` begins
with a committed network's weights, ``--resume`` goes on from the last checkpoint with a new learning-rate
cycle. Writes ``reader.pt`` (averaged weights) and ``reader_curve.json``.
"""

import argparse
import logging
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.training.plates.course import Batch, Course, Task, add_options, pictures, train
from models.training.plates.reader_data import SampleMaker, backgrounds, tensors
from models.training.plates.reader_net import COLUMNS, ReaderNet
from models.training.plates.specimens import ALPHABET
from models.training.warm_start import load_folded


def row_loss(logits: Tensor, batch: Batch) -> Tensor:
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


def total_loss(outputs: tuple[Tensor, Tensor, Tensor], batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Rows, ground colour and whether there is a plate, together."""
    logits, colour, plate = (part.float() for part in outputs)
    known = batch["colour"] >= 0
    rows = row_loss(logits, batch).mean()
    ground = (
        nn.functional.cross_entropy(colour[known], batch["colour"][known])
        if known.any()
        else rows.new_zeros(())
    )
    there = nn.functional.binary_cross_entropy_with_logits(plate[:, 0], batch["plate"])
    loss = rows + 0.5 * (ground + there)
    return loss, {"loss": loss}


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
            logits, colour, _ = net(pictures(tensors(samples)))
        said = greedy(logits)
        right = [answer in sample.rows for answer, sample in zip(said, samples, strict=True)]
        scores[name] = round(float(np.mean(right)), 4)
        hits = [
            c == s.colour for c, s in zip(colour.argmax(1).tolist(), samples, strict=True) if s.colour >= 0
        ]
        scores[name + "_colour"] = round(float(np.mean(hits)), 4)
    return scores


def learn(args: argparse.Namespace) -> None:
    course = Course.told("reader", args)
    scenery = backgrounds(args.backgrounds, args.seed)
    maker = SampleMaker(args.data, scenery, args.real_share)
    checker = SampleMaker(args.data, scenery, args.real_share, validation=True)
    net = ReaderNet()
    if args.start:
        rng = np.random.default_rng((args.seed, 1))
        load_folded(
            net, args.start, pictures(tensors([maker.make(rng) for _ in range(192)])), tuple(args.new)
        )
    groups = [{"params": net.parameters(), "weight_decay": 0.02}]
    measured = partial(validate, maker=checker, seed=args.seed)
    train(Task(net, groups, maker.make, tensors, total_loss, measured, decay=0.999), course)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--backgrounds", type=Path, required=True)
    ask.add_argument("--real-share", type=float, default=0.4)
    ask.add_argument("--start", type=Path, help="committed network to begin with")
    ask.add_argument("--new", nargs="*", default=[], help="parts of the network that --start does not have")
    add_options(ask, steps=6000, batch=64, rate=2e-3, every=250)
    learn(ask.parse_args())


if __name__ == "__main__":
    main()
