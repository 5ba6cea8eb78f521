"""Trains all but the backbone with two teachers: so that motorbikes are learnt and buses not forgotten.

    python -m models.training.vehicles.learn --shared ../shared --stock STOCK.yaml --card OWN.yaml \
        --start START.onnx --yard vtest.avi --out RUN [--poles]

In stages, each left out where it was done already: `few.py` gathers pictures in `RUN/set`; `RUN/views` gets
batches of them as the backbone of `START` leaves them, with what `taught.py` tells each cell; training goes
through these several times. With `--poles` a fifth of the batches are of the poles settled by eye: for a
network that ships, not for one that is measured on them.
"""

import argparse
import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.metrics import bbox_iou

from models.card import load_card
from models.training.vehicles.few import gather, poles
from models.training.vehicles.start import network
from models.training.vehicles.taught import BACKBONE, BATCH, Said, View, ask, boxes, make, read, write
from models.training.vehicles.train import SEED, load, rate_at

BOX_GAIN = 5.0
DECAY = 0.993
"""Of the averaged weights, a step."""
VIEWS = 320
POLE_VIEWS = 80
POLE_SHARE = 0.2
STEPS = 400
RATE = 5e-4
"""Highest learning rate."""
CHECKPOINT_STEPS = 100


def views(listing: Path, folder: Path, count: int, cards: Sequence[Path | None], whole: bool = False) -> None:
    """Write those of so many batches that are missing; `cards`: own network, stock (None), the start."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [path for n in range(count) if not (path := folder / f"{n:05d}.pt").exists()]
    if missing:
        pictures = load(listing)
        teachers = [network(card).eval().to(memory_format=torch.channels_last) for card in cards]
        for teacher in teachers[:2]:
            teacher.fuse(verbose=False)
        for path in missing:
            write(make(pictures, int(path.stem), teachers, whole), path)


def loss(said: Said, view: View) -> torch.Tensor:
    """Cross entropy of the kinds, how boxes fit the teachers', and cross entropy of their sides."""
    target = view.target.float()
    kinds = nn.functional.binary_cross_entropy_with_logits(said.kinds, target, reduction="sum")
    weight = target.amax(2)[view.on]
    middles = said.middles.expand(len(target), -1, -1)[view.on]
    sides, taught = said.sides[view.on], view.sides.float()
    overlap = bbox_iou(boxes(sides, middles), boxes(taught, middles), xywh=False, CIoU=True).squeeze(-1)
    share = taught.unflatten(1, (4, -1)).softmax(2)
    apart = -(share * sides.unflatten(1, (4, -1)).log_softmax(2)).sum(2).mean(1)
    per_box = (weight * (BOX_GAIN * (1 - overlap) + apart)).sum() / weight.sum().clamp(min=BATCH)
    return kinds / target.sum().clamp(min=BATCH) + per_box


@dataclass
class Run:
    """What a training step needs and changes."""

    model: DetectionModel
    average: DetectionModel
    optimizer: torch.optim.AdamW
    step: int = 0


def begin(start: Path) -> Run:
    """A run at its first step."""
    model = network(start)
    for number, layer in enumerate(model.model):
        layer.requires_grad_(number >= BACKBONE)
    model.model[-1].dfl.requires_grad_(False)
    model = model.eval().to(memory_format=torch.channels_last)
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return Run(model, copy.deepcopy(model), torch.optim.AdamW(learning, lr=RATE, weight_decay=1e-4))


def train(common: Sequence[Path], pole: Sequence[Path], out: Path, start: Path, steps: int) -> None:
    """Train for `steps` batches, of which those done already in `out` are left."""
    run = begin(start)
    if (out / "state.pt").exists():
        resume(run, out)
    learning = run.optimizer.param_groups[0]["params"]
    began, parts = time.monotonic(), []
    while run.step < steps:
        chance = np.random.default_rng([SEED, run.step])
        there = pole if pole and chance.random() < POLE_SHARE else common
        view = read(there[int(chance.integers(len(there)))])
        run.optimizer.param_groups[0]["lr"] = rate_at(run.step, steps, RATE)
        value = loss(ask(run.model, view.levels), view)
        run.optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(learning, 10.0)
        run.optimizer.step()
        with torch.no_grad():
            share = 1 - min(DECAY, (1 + run.step) / (10 + run.step))
            for kept, new in zip(run.average.parameters(), run.model.parameters(), strict=True):
                kept.lerp_(new, share)
        run.step += 1
        parts.append(value.item())
        if run.step % CHECKPOINT_STEPS == 0 or run.step == steps:
            seconds = time.monotonic() - began
            print(f"{run.step} {seconds:.0f} s {np.mean(parts[-CHECKPOINT_STEPS:]):.3f}", flush=True)  # noqa: T201
            save(run, out)


def save(run: Run, out: Path) -> None:
    """Write the averaged network where `export` can read it, and what `resume` needs."""
    out.mkdir(parents=True, exist_ok=True)
    made = copy.deepcopy(run.average)
    made.args = {}
    torch.save({"model": made, "train_args": {"task": "detect"}}, out / "last.pt")
    state = {name: getattr(run, name).state_dict() for name in ("model", "average", "optimizer")}
    torch.save({**state, "step": run.step}, out / "state.pt")


def resume(run: Run, out: Path) -> None:
    """Put `run` where `save` left it."""
    state: dict[str, Any] = torch.load(out / "state.pt", weights_only=True)
    for name in ("model", "average", "optimizer"):
        getattr(run, name).load_state_dict(state[name])
    run.step = state["step"]


def main() -> None:
    """Command line."""
    ask_for = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask_for.add_argument("--shared", type=Path, required=True)
    ask_for.add_argument("--stock", type=Path, required=True, help="card of the official weights, exported")
    ask_for.add_argument("--card", type=Path, required=True, help="our network that teaches")
    ask_for.add_argument("--start", type=Path, required=True, help="our network that is trained on, ONNX")
    ask_for.add_argument("--yard", type=Path, required=True, help="`vtest.avi` of opencv-doc")
    ask_for.add_argument("--out", type=Path, required=True)
    ask_for.add_argument("--poles", action="store_true", help="train on the settled poles too")
    args = ask_for.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    cv2.setNumThreads(1)
    out: Path = args.out
    teachers = [load_card(args.card).verify(args.card.parent), None, args.start]
    if not (out / "set" / "train.txt").exists():
        gather(args.shared, args.card, args.stock, args.yard, out / "set")
    views(out / "set" / "train.txt", out / "views", VIEWS, teachers)
    if args.poles:
        if not (out / "poles" / "train.txt").exists():
            poles(args.shared, out / "poles")
        views(out / "poles" / "train.txt", out / "pole_views", POLE_VIEWS, teachers, whole=True)
    common, pole = (sorted((out / name).glob("*.pt")) for name in ("views", "pole_views"))
    trained = out / ("with_poles" if args.poles else "without_poles")
    train(common, pole if args.poles else [], trained, args.start, STEPS)


if __name__ == "__main__":
    main()
