"""Trains all but the backbone with two teachers: so that motorbikes are learnt and buses not forgotten.

    python -m models.training.vehicles.few --shared ../shared --stock STOCK.yaml --card OWN.yaml --out SET
    python -m models.training.vehicles.taught views --data SET/train.txt --own OWN.onnx --out VIEWS
    python -m models.training.vehicles.taught train --views VIEWS --own OWN.onnx --out RUN

A network fine-tuned on few cameras drew its boxes around buses and lorries as well as stock does, and called
them cars. So training starts near stock again, at `MIXED` of the network `OWN`, and each cell is told what to
say: by the labels in part, in part as the two networks say (Hinton et al., "Distilling the knowledge in a
neural network", 2015, arXiv:1503.02531). `OWN` teaches boxes and motorbikes; what has four wheels is taught
by the mean of both, buses by stock alone. `views` writes training pictures with all that, `train` goes
through them several times and may begin while they are made. A thousand batches take twelve minutes of a
core with AVX-512 BF16.
"""

import argparse
import copy
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.metrics import bbox_iou
from ultralytics.utils.tal import TaskAlignedAssigner, dist2bbox, make_anchors

from models.training.vehicles.augment import Labels, Picture, compose
from models.training.vehicles.few import UNSURE
from models.training.vehicles.start import KINDS, network
from models.training.vehicles.train import SEED, autocast, endless, load, rate_at

SHAPES = {(736, 416): 0.7, (640, 480): 0.1, (480, 640): 0.1, (512, 512): 0.1}
"""Width and height of a batch's pictures, and its share: mostly the node's own."""
BATCH = 8
PLAIN_SHARE = 0.3
"""Of the batches, those of whole pictures as the node sees them."""
CAR, MOTORBIKE, BUS, TRUCK, BICYCLE = range(len(KINDS))
FOUR = [CAR, BUS, TRUCK]
SEEN = 0.3
"""How sure stock must be of a cell to be asked."""
BUS_SEEN = 0.35
LEAST = 0.3
"""A cell of which both networks are less sure, and which nobody labelled, should say nothing."""
TAUGHT_SHARE = 0.3
"""The teacher's share in what a labelled cell should say."""
BOXED = 0.25
"""How sure a cell should be for its box to count."""
BOX_GAIN = 5.0
MIXED = 0.3
"""Of `OWN` in the network training starts with; the rest is stock."""
BACKBONE = 10
"""Layers that stay as they are."""
DECAY = 0.993
"""Of the averaged weights, a step."""


@dataclass(frozen=True)
class View:
    """A batch, and for each cell what it should say."""

    images: torch.Tensor
    """Batch x 3 x height x width, 0 to 255, RGB."""
    wanted: torch.Tensor
    """Batch x cell x kind, by the labels; meant where `labelled`."""
    taught: torch.Tensor
    labelled: torch.Tensor
    sides: torch.Tensor
    """Batch x cell x (four sides of `OWN`'s box times bins of their distance), before the softmax."""

    def target(self) -> torch.Tensor:
        """How sure each cell should be of each kind."""
        part = torch.where(self.labelled, TAUGHT_SHARE, 1.0).unsqueeze(2)
        return (1 - part) * self.wanted.float() + part * self.taught.float()


@dataclass(frozen=True)
class Said:
    """What a network says of each cell, before sigmoid and softmax, and the middles in cells."""

    sides: torch.Tensor
    kinds: torch.Tensor
    middles: torch.Tensor
    strides: torch.Tensor


def ask(model: DetectionModel, images: torch.Tensor, frozen: int = 0) -> Said:
    """Look at pictures (0 to 255); nothing is learnt by the first `frozen` layers."""
    x: Any = images.float().div(255).contiguous(memory_format=torch.channels_last)
    kept: list[Any] = []
    with autocast():
        for number, layer in enumerate(model.model[:-1]):
            if layer.f != -1:
                x = (
                    kept[layer.f]
                    if isinstance(layer.f, int)
                    else [x if j == -1 else kept[j] for j in layer.f]
                )
            with torch.set_grad_enabled(torch.is_grad_enabled() and number >= frozen):
                x = layer(x)
            kept.append(x)
        head = model.model[-1]
        levels = [kept[j] for j in head.f]
        sides = flat([branch(level) for branch, level in zip(head.cv2, levels, strict=True)])
        kinds = flat([branch(level) for branch, level in zip(head.cv3, levels, strict=True)])
    middles, strides = make_anchors(levels, head.stride, 0.5)
    return Said(sides, kinds, middles.float(), strides.float())


def flat(levels: Sequence[torch.Tensor]) -> torch.Tensor:
    """All cells of all levels in a row: batch, cell, channel."""
    return torch.cat([level.flatten(2) for level in levels], 2).transpose(1, 2).float()


def boxes(sides: torch.Tensor, middles: torch.Tensor) -> torch.Tensor:
    """Corners in cells, from bins of distances (… x 64) after the softmax is taken of each side."""
    bins = sides.unflatten(-1, (4, -1))
    distance = bins.softmax(-1) @ torch.arange(bins.shape[-1], dtype=torch.float32)
    return dist2bbox(distance, middles, xywh=False)


def by_labels(labels: Sequence[Labels], own: Said) -> tuple[torch.Tensor, torch.Tensor]:
    """How sure each cell should be by the labels (the surer, the better its box), and which are labelled.

    The cells of a vehicle are chosen by how well they fit and how sure they are of any vehicle at all, so a
    bus that is called a car keeps its cells. Cells of a vehicle of unsure kind are not labelled.
    """
    known = torch.zeros(len(labels), max(1, *(len(rows) for rows in labels)), 5)
    for row, given in zip(known, labels, strict=True):
        row[: len(given)] = torch.from_numpy(given)
    kinds, corners = known[:, :, :1].long(), known[:, :, 1:]
    assigner = TaskAlignedAssigner(topk=10, num_classes=1, alpha=0.5, beta=6.0)
    found = own.kinds.sigmoid().amax(2, keepdim=True)
    drawn, middles = boxes(own.sides, own.middles) * own.strides, own.middles * own.strides
    exists = corners.sum(2, keepdim=True) > 0
    _, _, sure, taken, which = assigner(found, drawn, middles, kinds * 0, corners, exists)
    kind = kinds.squeeze(2).gather(1, which)
    wanted = nn.functional.one_hot(kind, UNSURE + 1)[:, :, :UNSURE] * sure * taken.unsqueeze(2)
    return wanted, taken.bool() & (kind < UNSURE)


def by_teachers(own: torch.Tensor, stock: torch.Tensor) -> torch.Tensor:
    """How sure the teachers are of each cell together, from the scores of both."""
    wanted = own.clone()
    four, theirs = own[:, :, FOUR], stock[:, :, FOUR]
    bus = (theirs[:, :, 1:2] > BUS_SEEN) & (theirs[:, :, 1:2] >= theirs[:, :, 2:3])
    mean = torch.where(theirs.amax(2, keepdim=True) > SEEN, (four + theirs) / 2, four)
    wanted[:, :, FOUR] = torch.where(bus, theirs, mean)
    wanted[:, :, BICYCLE] = torch.maximum(own[:, :, BICYCLE], stock[:, :, BICYCLE])
    return wanted * (wanted.amax(2, keepdim=True) >= LEAST)


def views(listing: Path, own: Path, count: int, part: int = 0) -> Iterator[View]:
    """So many batches; the same ones for the same list, network and `part`."""
    teacher, stock = (network(start).eval().fuse(verbose=False) for start in (own, None))
    chance = np.random.default_rng([SEED, part])
    source = endless(load(listing), chance)
    for _ in range(count):
        width, height = list(SHAPES)[chance.choice(len(SHAPES), p=list(SHAPES.values()))]
        plain = bool(chance.random() < PLAIN_SHARE)
        made = [compose(lambda: next(source), width, height, chance, plain=plain) for _ in range(BATCH)]
        yield told(made, teacher, stock)


def told(made: Sequence[Picture], own: DetectionModel, stock: DetectionModel) -> View:
    """A batch of pictures with what their labels and both networks say."""
    stack = np.stack([picture.image[:, :, ::-1] for picture in made]).transpose(0, 3, 1, 2)
    images = torch.from_numpy(np.ascontiguousarray(stack))
    with torch.no_grad():
        said = ask(own, images)
        theirs = ask(stock, images).kinds.sigmoid()
        wanted, labelled = by_labels([picture.labels for picture in made], said)
        taught = by_teachers(said.kinds.sigmoid(), theirs)
    return View(images, wanted.half(), taught.half(), labelled, said.sides.to(torch.bfloat16))


def make_views(listing: Path, own: Path, out: Path, count: int, part: int) -> None:
    """Write views; other processes may make other parts, and train on what there is, meanwhile."""
    out.mkdir(parents=True, exist_ok=True)
    for number, view in enumerate(views(listing, own, count, part)):
        unfinished = out / f"{part}_{number:05d}.part"
        torch.save((view.images, view.wanted, view.taught, view.labelled, view.sides), unfinished)
        unfinished.rename(unfinished.with_suffix(".pt"))


def loss(said: Said, view: View) -> torch.Tensor:
    """Cross entropy of the kinds, how boxes fit `OWN`'s, and cross entropy of their sides."""
    target = view.target()
    kinds = nn.functional.binary_cross_entropy_with_logits(said.kinds, target, reduction="sum")
    sure = target.amax(2)
    on = sure > BOXED
    weight = sure[on]
    middles = said.middles.expand(len(sure), -1, -1)[on]
    sides, own = said.sides[on], view.sides.float()[on]
    overlap = bbox_iou(boxes(sides, middles), boxes(own, middles), xywh=False, CIoU=True).squeeze(-1)
    share = own.unflatten(1, (4, -1)).softmax(2)
    apart = -(share * sides.unflatten(1, (4, -1)).log_softmax(2)).sum(2).mean(1)
    per_box = (weight * (BOX_GAIN * (1 - overlap) + apart)).sum() / weight.sum().clamp(min=BATCH)
    return kinds / target.sum().clamp(min=BATCH) + per_box


def beginning(own: Path) -> DetectionModel:
    """The network training starts with: stock, and `MIXED` of our own."""
    model, other = network(None), network(own)
    with torch.no_grad():
        for kept, new in zip(model.parameters(), other.parameters(), strict=True):
            kept.lerp_(new, MIXED)
    for number, layer in enumerate(model.model):
        layer.requires_grad_(number >= BACKBONE)
    model.model[-1].dfl.requires_grad_(False)
    return model.eval().to(memory_format=torch.channels_last)


def train(folder: Path, own: Path, out: Path, steps: int, rate: float) -> None:
    """Train on all views there are for `steps` batches, and write the averaged network now and then."""
    torch.manual_seed(SEED)
    model = beginning(own)
    average = copy.deepcopy(model)
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=rate, weight_decay=1e-4)
    began, parts = time.monotonic(), []
    for step in range(steps):
        there = sorted(folder.glob("*.pt"))
        chosen = there[int(torch.randint(len(there), ()).item())]
        view = View(*torch.load(chosen, weights_only=True))
        optimizer.param_groups[0]["lr"] = rate_at(step, steps, rate)
        value = loss(ask(model, view.images, BACKBONE), view)
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(learning, 10.0)
        optimizer.step()
        with torch.no_grad():
            for kept, new in zip(average.parameters(), model.parameters(), strict=True):
                kept.lerp_(new, 1 - min(DECAY, (1 + step) / (10 + step)))
        parts.append(value.item())
        if (step + 1) % 50 == 0:
            print(step + 1, f"{time.monotonic() - began:.0f} s", f"{np.mean(parts[-50:]):.3f}", flush=True)  # noqa: T201
        if (step + 1) % 100 == 0 or step + 1 == steps:
            save(average, out)


def save(model: DetectionModel, out: Path) -> None:
    """Write the network where `export` can read it."""
    out.mkdir(parents=True, exist_ok=True)
    made = copy.deepcopy(model)
    made.args = {}
    torch.save({"model": made, "train_args": {"task": "detect"}}, out / "last.pt")


def main() -> None:
    """Command line."""
    ask_for = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    doing = ask_for.add_subparsers(dest="doing", required=True)
    make, learn = doing.add_parser("views"), doing.add_parser("train")
    for part in (make, learn):
        part.add_argument("--own", type=Path, required=True, help="an exported network of ours")
        part.add_argument("--out", type=Path, required=True)
    make.add_argument("--data", type=Path, required=True, help="list of pictures, made by few.py")
    make.add_argument("--count", type=int, default=500, help=f"batches of {BATCH} pictures each")
    make.add_argument("--part", type=int, default=0, help="another number draws other pictures")
    learn.add_argument("--views", type=Path, required=True)
    learn.add_argument("--steps", type=int, default=1200)
    learn.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    args = ask_for.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if args.doing == "views":
        make_views(args.data, args.own, args.out, args.count, args.part)
    else:
        train(args.views, args.own, args.out, args.steps, args.rate)


if __name__ == "__main__":
    main()
