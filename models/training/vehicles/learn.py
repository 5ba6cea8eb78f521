"""Makes the vehicle network, and beside it one without each pole, to measure on the pole it never saw.

    python -m models.training.vehicles.learn --shared ../shared --stock STOCK.yaml --own OWN.yaml \
        --yard vtest.avi --out RUN

In stages, each left out where it was done already: `gather.py` gathers pictures in `RUN/set`, `propose.py`
looks at them with two networks and labels them; then networks learn side by side from the same batches, each
without the pictures of the poles it is to be measured on: `RUN/NAME.pt`. A GPU is used when there is one: on
a large one 1,100 steps take seven minutes, on two cores of a desktop a day.
"""

import argparse
import copy
import math
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from ultralytics.nn.tasks import DetectionModel

from edge.detect.detector import Image
from models.card import load_card
from models.evaluation.poles import POLES
from models.training.vehicles.augment import Labels, Picture, compose
from models.training.vehicles.gather import gather, gathered
from models.training.vehicles.propose import SEEN, look, settle
from models.training.vehicles.said import ask, found, loss, parted
from models.training.vehicles.several_ways import SeveralWays
from models.training.vehicles.start import KINDS, network
from models.training.vehicles.store import Stored, read_set
from models.training.vehicles.yolov7 import COCO, larger_teacher

SEED = 20261129
SHAPES = {(736, 416): 0.65, (640, 480): 0.1, (480, 640): 0.1, (512, 512): 0.15}
"""Width and height of a batch's pictures, and its share: mostly the node's own."""
BATCH = 64
STEPS = 1500
PLAIN_SHARE = 0.3
"""Last part of a run, which shows whole pictures only."""
RATE = 6e-4
"""Highest learning rate."""
WARM_UP = 100
DECAY = 0.998
"""Decay of the averaged weights, per step."""
SAVED_EVERY = 250
TOLD_EVERY = 50
WORKERS = max(1, (os.cpu_count() or 1) - 1)
OWN_SIZES, LARGER_SIZES = (736, 960), (736, 1280)
"""Input sizes of the teachers in pixels."""
LEFT_OUT: dict[str, tuple[str, ...]] = {"all": (), "none": tuple(POLES), **{pole: (pole,) for pole in POLES}}
"""Each network and the poles it never sees. `all` is the one that ships."""


@dataclass(frozen=True)
class Batch:
    """Pictures (batch x height x width x BGR), their labels in pixels, and each one's pole."""

    images: NDArray[np.uint8]
    labels: list[Labels]
    poles: list[set[str]]


@dataclass
class Pupil:
    """A network in training, and its averaged weights."""

    name: str
    model: DetectionModel
    average: DetectionModel
    optimizer: torch.optim.AdamW


def draw(
    stored: Sequence[Stored], weights: NDArray[np.float64], chance: np.random.Generator, plain: bool
) -> Batch:
    """One batch of training pictures of one size."""
    width, height = list(SHAPES)[chance.choice(len(SHAPES), p=list(SHAPES.values()))]
    images: list[Image] = []
    labels: list[Labels] = []
    poles: list[set[str]] = []
    for _ in range(BATCH):
        used: set[str] = set()

        def taken(used: set[str] = used) -> Picture:
            chosen = stored[int(chance.choice(len(stored), p=weights))]
            used.add(chosen.pole)
            return chosen.picture()

        made = compose(taken, width, height, chance, plain=plain)
        images.append(made.image)
        labels.append(made.labels)
        poles.append(used - {""})
    return Batch(np.stack(images), labels, poles)


class Batches(IterableDataset[Batch]):
    """Endless batches; with several workers each draws its own."""

    def __init__(self, stored: Sequence[Stored], *, plain: bool) -> None:
        """Draw from a set."""
        self._stored, self._plain = stored, plain

    def __iter__(self) -> Iterator[Batch]:
        """Draw batch after batch."""
        cv2.setNumThreads(1)
        worker = get_worker_info()
        chance = np.random.default_rng([SEED, self._plain, worker.id if worker else 0])
        weights = np.array([s.weight for s in self._stored])
        while True:
            yield draw(self._stored, weights / weights.sum(), chance, self._plain)


def batches(stored: Sequence[Stored], *, plain: bool) -> Iterator[Batch]:
    """Endless batches. Several processes feed a GPU."""
    workers = WORKERS if torch.cuda.is_available() else 0
    return iter(DataLoader(Batches(stored, plain=plain), batch_size=None, num_workers=workers))


def begin(name: str, start: Path | None) -> Pupil:
    """A network at its first step; its normalisation statistics stay fixed."""
    model = network(start).to(device(), memory_format=torch.channels_last)
    for parameter in model.parameters():
        parameter.requires_grad = True
    model.model[-1].dfl.conv.weight.requires_grad = False
    model.train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    learning = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in learning if p.ndim > 1], "weight_decay": 5e-4},
        {"params": [p for p in learning if p.ndim <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RATE, fused=torch.cuda.is_available())
    return Pupil(name, model, copy.deepcopy(model).eval(), optimizer)


def device() -> torch.device:
    """A GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def shown(given: Batch) -> torch.Tensor:
    """The pictures of a batch as the network's input."""
    images = torch.from_numpy(given.images).to(device(), non_blocking=True)
    images = images.flip(3).permute(0, 3, 1, 2).float().div(255)
    return images.contiguous(memory_format=torch.channels_last)


def rate_at(step: int, steps: int) -> float:
    """Warm-up, then a cosine decay to zero."""
    if step < WARM_UP:
        return RATE * (step + 1) / WARM_UP
    return RATE * 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / max(1, steps - WARM_UP)))


def learn(pupil: Pupil, images: torch.Tensor, given: Batch, step: int, steps: int) -> torch.Tensor:
    """One step, skipping the pictures of a pole left out; returns the loss."""
    left_out = set(LEFT_OUT[pupil.name])
    kept = [i for i, poles in enumerate(given.poles) if not poles & left_out]
    known, ignored = (part.to(device()) for part in parted([torch.from_numpy(given.labels[i]) for i in kept]))
    with torch.autocast(device().type, torch.bfloat16, enabled=torch.cuda.is_available()):
        said = ask(pupil.model, images if len(kept) == len(images) else images[kept])
    value = loss(said, known, ignored)
    for group in pupil.optimizer.param_groups:
        group["lr"] = rate_at(step, steps)
    pupil.optimizer.zero_grad()
    value.backward()
    nn.utils.clip_grad_norm_(pupil.model.parameters(), 10.0)
    pupil.optimizer.step()
    share = 1 - min(DECAY, (1 + step) / (10 + step))
    with torch.no_grad():
        torch._foreach_lerp_(list(pupil.average.parameters()), list(pupil.model.parameters()), share)
    return value.detach()


def save(pupil: Pupil, out: Path) -> None:
    """Saves the averaged network for `export`, in half precision."""
    made = copy.deepcopy(pupil.average).cpu().half()
    made.args = {}
    torch.save({"model": made, "train_args": {"task": "detect"}}, out / f"{pupil.name}.pt")


def train(folder: Path, out: Path, start: Path | None, names: Sequence[str], steps: int) -> None:
    """Trains networks side by side for that many batches."""
    torch.manual_seed(SEED)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    pupils = [begin(name, start) for name in names]
    stored = read_set(folder)
    source = batches(stored, plain=False)
    began, values = time.monotonic(), []
    for step in range(1, steps + 1):
        given = next(source)
        images = shown(given)
        values.append(torch.stack([learn(pupil, images, given, step - 1, steps) for pupil in pupils]))
        if step == int(steps * (1 - PLAIN_SHARE)):
            source = batches(stored, plain=True)
        if step % TOLD_EVERY == 0:
            seconds = time.monotonic() - began
            told = " ".join(f"{v:.3f}" for v in torch.stack(values[-TOLD_EVERY:]).mean(0).tolist())
            print(f"{step} of {steps}, {seconds:.0f} s {told}", flush=True)  # noqa: T201
        if step % SAVED_EVERY == 0 or step == steps:
            for pupil in pupils:
                save(pupil, out)


def prepare(args: argparse.Namespace, folder: Path) -> None:
    """Gathers and labels, unless already done."""
    if not (folder / "pictures.csv").exists():
        gather(gathered(args.shared / "data", args.stock, args.yard), folder)
    own = network(load_card(args.own).verify(args.own.parent)).eval().to(device())
    kinds = {index: kind.value for index, kind in enumerate(KINDS)}
    look(folder, SeveralWays(partial(found, own), kinds, OWN_SIZES, SEEN / 2), folder / "own")
    larger = larger_teacher().to(device(), memory_format=torch.channels_last)
    look(folder, SeveralWays(larger, COCO, LARGER_SIZES, SEEN / 2), folder / "larger")
    settle(folder, folder / "own", folder / "larger")


def main() -> None:
    """Command line."""
    ask_for = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask_for.add_argument("--shared", type=Path, required=True)
    ask_for.add_argument("--stock", type=Path, required=True, help="card of the official weights, exported")
    ask_for.add_argument("--own", type=Path, required=True, help="card of our network that never saw a pole")
    ask_for.add_argument("--yard", type=Path, required=True, help="`vtest.avi` of opencv-doc")
    ask_for.add_argument("--out", type=Path, required=True)
    ask_for.add_argument("--only", action="append", choices=LEFT_OUT, help="only these networks")
    ask_for.add_argument("--steps", type=int, default=STEPS, help=f"of {BATCH} pictures each")
    args = ask_for.parse_args()
    out: Path = args.out
    if not (out / "set" / "labels").exists():
        prepare(args, out / "set")
    start = load_card(args.own).verify(args.own.parent)
    train(out / "set", out, start, args.only or list(LEFT_OUT), args.steps)


if __name__ == "__main__":
    main()
