"""Fine-tunes YOLOv8n for vehicles as Vietnamese poles see them: seeded, goes on where it was stopped.

    python -m models.training.vehicles.train --data SET/train.txt --out RUN [--start EARLIER.onnx]

`prepare.py` and `settled.py` make the set. Nothing is frozen but the statistics of the normalisations: they
come from far more pictures than there are here. A GPU is used when there is one. Without, one picture of the
node's own shape costs 0.08 s of a core with AVX-512 BF16 and 0.6 s of one with AVX2 only.
"""

import argparse
import copy
import itertools
import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from ultralytics.nn.tasks import DetectionModel

from edge.pictures import load_picture
from models.training.vehicles.augment import Picture, compose
from models.training.vehicles.start import network, shift, shifts_of

SEED = 20261124
SHAPES = {(640, 384): 0.6, (640, 480): 0.15, (480, 640): 0.15, (512, 512): 0.1}
"""Width and height of a batch's pictures, and its share: mostly the node's own. In a low window no vehicle is
tall, and the network would forget those that fill a portrait picture."""
CACHE_SIDE = 1280
"""Pixels of the longer side at which pictures are kept in memory."""
BATCH = 8
PLAIN_SHARE = 0.4
"""The last part of a run shows whole pictures only."""
WARM_UP = 100
EMA_DECAY = 0.999
CHECKPOINT_STEPS = 250


@dataclass
class Run:
    """What a training step needs and changes."""

    model: DetectionModel
    average: DetectionModel
    optimizer: torch.optim.AdamW
    step: int = 0


def load(listing: Path) -> list[Picture]:
    """The pictures of a list, in its order and as often as it names them; each is read once."""
    known: dict[str, Picture] = {}
    return [known.setdefault(name, _read(Path(name))) for name in listing.read_text().split()]


def _read(path: Path) -> Picture:
    image = load_picture(path).image
    scale = min(1.0, CACHE_SIDE / max(image.shape[:2]))
    image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = image.shape[:2]
    lines = (path.parents[1] / "labels" / f"{path.stem}.txt").read_text().splitlines()
    kind, x, y, w, h = np.array([line.split() for line in lines], np.float32).reshape(-1, 5).T
    corners = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height]
    return Picture(image, np.stack([kind, *corners], axis=1))


def endless(pictures: Sequence[Picture], chance: np.random.Generator) -> Iterator[Picture]:
    """The pictures in a new order each time round."""
    while True:
        for index in chance.permutation(len(pictures)):
            yield pictures[index]


def batch(source: Iterator[Picture], chance: np.random.Generator, *, plain: bool) -> dict[str, torch.Tensor]:
    """`BATCH` training pictures in the form ultralytics' loss takes."""
    width, height = list(SHAPES)[chance.choice(len(SHAPES), p=list(SHAPES.values()))]
    made = [compose(lambda: next(source), width, height, chance, plain=plain) for _ in range(BATCH)]
    stack = np.stack([picture.image[:, :, ::-1] for picture in made]).transpose(0, 3, 1, 2)
    labels = np.concatenate([picture.labels for picture in made])
    x1, y1, x2, y2 = labels[:, 1:].T
    boxes = np.stack(
        [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height], 1
    )
    owner = np.repeat(np.arange(BATCH), [len(picture.labels) for picture in made])
    image = torch.from_numpy(np.ascontiguousarray(stack)).float() / 255
    return {
        "img": image.contiguous(memory_format=torch.channels_last),
        "cls": torch.from_numpy(labels[:, :1].copy()),
        "bboxes": torch.from_numpy(boxes),
        "batch_idx": torch.from_numpy(owner).float(),
    }


class Batches(IterableDataset):
    """Batches without end; with several workers each draws its own."""

    def __init__(self, pictures: Sequence[Picture], step: int, *, plain: bool) -> None:
        """Begin at a step of a run: another step draws others."""
        self._pictures, self._step, self._plain = pictures, step, plain

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        """Draw batch after batch."""
        cv2.setNumThreads(1)
        worker = get_worker_info()
        chance = np.random.default_rng([SEED, self._step, worker.id if worker else 0])
        source = endless(self._pictures, chance)
        while True:
            yield batch(source, chance, plain=self._plain)


def batches(pictures: Sequence[Picture], step: int, steps: int) -> Iterator[dict[str, torch.Tensor]]:
    """The batches of a run from `step` on, at last of plain pictures. Several processes feed a GPU."""
    workers = os.cpu_count() or 1 if torch.cuda.is_available() else 0
    turn = int(steps * (1 - PLAIN_SHARE))
    for first, end, plain in ((step, turn, False), (max(step, turn), steps, True)):
        if end > first:
            made = DataLoader(Batches(pictures, first, plain=plain), batch_size=None, num_workers=workers)
            yield from itertools.islice(made, end - first)


def begin(start: Path | None, rate: float, shifts: Mapping[str, float] | None = None) -> Run:
    """A run at its first step; `shifts` are those the start was exported with, and are taken off again."""
    model = network(start).to(device(), memory_format=torch.channels_last)
    shift(model, {kind: -logit for kind, logit in (shifts or {}).items()})
    for parameter in model.parameters():
        parameter.requires_grad = True
    model.model[-1].dfl.conv.weight.requires_grad = False
    model.train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    kernels = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    others = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [{"params": kernels, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0.0}]
    return Run(model, copy.deepcopy(model).eval(), torch.optim.AdamW(groups, lr=rate))


def device() -> torch.device:
    """A GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast() -> torch.autocast:
    """Half the digits where the hardware computes with them."""
    on_cpu = torch.backends.cpu.get_cpu_capability() == "AVX512"
    return torch.autocast(device().type, torch.bfloat16, enabled=device().type == "cuda" or on_cpu)


def learn(run: Run, given: dict[str, torch.Tensor], rate: float) -> list[float]:
    """One step; returns the three parts of the loss: box, class, distribution."""
    for group in run.optimizer.param_groups:
        group["lr"] = rate
    given = {name: tensor.to(device()) for name, tensor in given.items()}
    with autocast():
        seen = run.model(given["img"])
    loss, parts = run.model.loss(given, _float(seen))
    run.optimizer.zero_grad()
    loss.sum().backward()
    nn.utils.clip_grad_norm_(run.model.parameters(), 10.0)
    run.optimizer.step()
    run.step += 1
    decay = EMA_DECAY * (1 - math.exp(-run.step / 300))
    with torch.no_grad():
        for kept, new in zip(run.average.parameters(), run.model.parameters(), strict=True):
            kept.lerp_(new.detach(), 1 - decay)
    return [float(part) for part in parts.values()]


def _float(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.float()
    if isinstance(value, dict):
        return {name: _float(part) for name, part in value.items()}
    return type(value)(_float(part) for part in value)


def rate_at(step: int, steps: int, highest: float) -> float:
    """Warm-up, then a cosine down to nothing."""
    if step < WARM_UP:
        return highest * (step + 1) / WARM_UP
    return highest * 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / max(1, steps - WARM_UP)))


def save(run: Run, folder: Path) -> None:
    """Write the averaged network (`last.pt`, for `export.py`) and what `resume` needs."""
    folder.mkdir(parents=True, exist_ok=True)
    model = copy.deepcopy(run.average).cpu()
    model.criterion = None
    model.args = {}
    torch.save({"model": model, "train_args": {"task": "detect"}}, folder / "last.pt")
    state = {
        "model": run.model.state_dict(),
        "average": run.average.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "step": run.step,
    }
    torch.save(state, folder / "state.pt")


def resume(run: Run, folder: Path) -> None:
    """Put `run` where `save` left it. The order of the pictures starts anew."""
    state = torch.load(folder / "state.pt", weights_only=True, map_location=device())
    run.model.load_state_dict(state["model"])
    run.average.load_state_dict(state["average"])
    run.optimizer.load_state_dict(state["optimizer"])
    run.step = state["step"]


def train(
    listing: Path,
    out: Path,
    steps: int,
    start: Path | None,
    rate: float,
    shifts: Mapping[str, float] | None = None,
) -> None:
    """Train on the pictures of a list for `steps` batches, of which those done already in `out` are left."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    run = begin(start, rate, shifts)
    if (out / "state.pt").exists():
        resume(run, out)
    began = time.monotonic()
    for given in batches(load(listing), run.step, steps):
        parts = learn(run, given, rate_at(run.step, steps, rate))
        if run.step % 50 == 0:
            told = " ".join(f"{part:.3f}" for part in parts)
            print(f"{run.step} {time.monotonic() - began:.0f} s loss {told}", flush=True)  # noqa: T201
        if run.step % CHECKPOINT_STEPS == 0 or run.step == steps:
            save(run, out)


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True, help="list of pictures, made by prepare.py")
    ask.add_argument("--out", type=Path, required=True, help="folder of this run's checkpoints")
    ask.add_argument("--steps", type=int, default=4000, help=f"of {BATCH} pictures each")
    ask.add_argument("--start", type=Path, help="our .onnx or a .pt of an earlier run (default: official)")
    ask.add_argument("--start-shift", action="append", default=[], help="KIND=LOGIT the start was given")
    ask.add_argument("--rate", type=float, default=4e-4, help="highest learning rate")
    args = ask.parse_args()
    train(args.data, args.out, args.steps, args.start, args.rate, shifts_of(args.start_shift))


if __name__ == "__main__":
    main()
