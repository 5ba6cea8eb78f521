"""Common training loop of the plate networks: bfloat16, AdamW, one cycle of the learning rate, averaged
weights.

The differences are parameters: the network with its rates, the samples, the loss. A run saves checkpoints and
continues from the last with ``--resume``, in a new cycle.
"""

import argparse
import copy
import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

Sample = TypeVar("Sample")
Batch = dict[str, Tensor]
"""Tensors of some samples; "image" is N x 3 x H x W uint8, RGB."""

WARM_UP = 0.08
"""Share of the steps in which the learning rate rises."""
LONGEST_STEP = 10.0
"""Norm to which a gradient is clipped."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Course:
    """Length and pace of a run; files are named by ``name`` in ``out``: NAME.pt (averaged weights),
    NAME_checkpoint.pt and NAME_curve.json.
    """

    name: str
    out: Path
    steps: int
    batch: int
    rate: float
    every: int
    """Steps between checkpoints, each with a row of the curve."""
    seed: int
    resume: bool

    @classmethod
    def told(cls, name: str, args: argparse.Namespace) -> "Course":
        """From the command line, see `add_options`; also sets seed and threads."""
        torch.manual_seed(args.seed)
        torch.set_num_threads(1)
        cv2.setNumThreads(1)  # OpenCV's thread pool does not survive the fork of the loader
        return cls(name, args.out, args.steps, args.batch, args.rate, args.every, args.seed, args.resume)

    @property
    def checkpoint(self) -> Path:
        """Averaged weights and step, to continue from."""
        return self.out / f"{self.name}_checkpoint.pt"

    @property
    def curve(self) -> Path:
        """Losses and figures over the steps."""
        return self.out / f"{self.name}_curve.json"


@dataclass(frozen=True)
class Task(Generic[Sample]):
    """A training task: the network, its parameters in AdamW's groups (``lr`` is a share of the course's
    rate), the source of samples, the loss, and its parts for the curve."""

    net: nn.Module
    groups: list[dict[str, Any]]
    make: Callable[[np.random.Generator], Sample]
    collate: Callable[[list[Sample]], Batch]
    loss: Callable[[Any, Batch], tuple[Tensor, dict[str, Tensor]]]
    measure: Callable[[nn.Module], dict[str, float]]
    """Figures of the averaged network."""
    decay: float
    """Decay of the averaged weights."""


class Batches(IterableDataset[Batch], Generic[Sample]):
    """Endless batches; every worker and every restart (``start`` step) has its own random sequence."""

    def __init__(self, task: Task[Sample], course: Course, start: int) -> None:
        self._make, self._collate = task.make, task.collate
        self._size, self._seed = course.batch, (course.seed, start)

    def __iter__(self) -> Iterator[Batch]:
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng((*self._seed, worker.id if worker else 0))
        while True:
            yield self._collate([self._make(rng) for _ in range(self._size)])


class Average:
    """Exponential moving average of the weights: more stable than the last step's, at no cost in time."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.net, self._decay, self._count = copy.deepcopy(net).eval(), decay, 0

    def update(self, net: nn.Module) -> None:
        """Add the weights after a step."""
        self._count += 1
        keep = min(self._decay, (1 + self._count) / (10 + self._count))
        with torch.no_grad():
            for mine, other in zip(self.net.state_dict().values(), net.state_dict().values(), strict=True):
                if mine.is_floating_point():
                    mine.lerp_(other, 1 - keep)
                else:
                    mine.copy_(other)


def add_options(ask: argparse.ArgumentParser, *, steps: int, batch: int, rate: float, every: int) -> None:
    """The options of every training, with these defaults."""
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--steps", type=int, default=steps)
    ask.add_argument("--batch", type=int, default=batch)
    ask.add_argument("--rate", type=float, default=rate)
    ask.add_argument("--every", type=int, default=every)
    ask.add_argument("--seed", type=int, default=20261124)
    ask.add_argument("--resume", action="store_true")


def pictures(batch: Batch) -> Tensor:
    """A batch's pictures as the network's input: 0..1, channels last in memory."""
    return (batch["image"].float() / 255).contiguous(memory_format=torch.channels_last)


def train(task: Task[Sample], course: Course) -> None:
    """Run the course and write its files.

    Raises:
        FloatingPointError: the loss is no longer finite; the last checkpoint is from before that.
    """
    start, curve = _resume(task.net, course) if course.resume else (0, [])
    net = task.net.to(memory_format=torch.channels_last).train()
    average = Average(net, task.decay)
    groups = [group | {"lr": course.rate * group.get("lr", 1.0)} for group in task.groups]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [group["lr"] for group in groups], total_steps=course.steps, pct_start=WARM_UP
    )
    loader = DataLoader(Batches(task, course, start), batch_size=None, num_workers=1, prefetch_factor=6)
    began, told = time.monotonic(), []
    for step, batch in zip(range(start + 1, start + course.steps + 1), loader, strict=False):
        told.append(_learn(task, batch, optimiser))
        schedule.step()
        average.update(net)
        if step % course.every == 0 or step == start + course.steps:
            means = {part: round(float(np.mean([row[part] for row in told])), 5) for part in told[0]}
            told = []
            if not all(map(math.isfinite, means.values())):
                raise FloatingPointError("the loss is no longer finite; lower --rate")
            spent = {"seconds": round(time.monotonic() - began)}
            curve.append({"step": step} | means | task.measure(average.net) | spent)
            log.info("%s", curve[-1])
            torch.save({"net": average.net.state_dict(), "step": step}, course.checkpoint)
            course.curve.write_text(json.dumps(curve, indent=0))
    torch.save(average.net.state_dict(), course.out / f"{course.name}.pt")


def _resume(net: nn.Module, course: Course) -> tuple[int, list[dict[str, float]]]:
    state = torch.load(course.checkpoint, weights_only=True)
    net.load_state_dict(state["net"])
    return state["step"], json.loads(course.curve.read_text())


def _learn(task: Task[Sample], batch: Batch, optimiser: torch.optim.Optimizer) -> dict[str, float]:
    """One step; returns the parts of the loss."""
    with torch.autocast("cpu", torch.bfloat16):
        answer = task.net(pictures(batch))
    loss, parts = task.loss(answer, batch)
    optimiser.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(task.net.parameters(), LONGEST_STEP)
    optimiser.step()
    return {name: float(part.detach()) for name, part in parts.items()}
