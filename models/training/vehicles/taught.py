"""What each cell of the output is told to say: by labels, and by two networks that know different things.

A network fine-tuned on few cameras drew its boxes around buses and lorries as well as stock does, and called
them cars. So labels count in part, and in part what two teachers say (Hinton et al., "Distilling the
knowledge in a neural network", 2015, arXiv:1503.02531). `own`, fine-tuned, teaches motorbikes; what has four
wheels is taught by the mean of both, buses by stock alone. Where stock is sure of a vehicle on four wheels
its box is taught, elsewhere that of `own`: taught `own`'s box in cells of which only stock was sure, a
network drew a second, shifted box beside near cars. No bike is taught where somebody walks.

The backbone is not trained, so a `View` keeps what it makes of the pictures instead of the pictures.
`learn.py` trains on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.tal import TaskAlignedAssigner, dist2bbox, make_anchors

from models.training.vehicles.augment import ON_FOOT, Labels, Picture, compose
from models.training.vehicles.few import UNSURE
from models.training.vehicles.start import KINDS
from models.training.vehicles.train import SEED, autocast, endless

SHAPES = {(736, 416): 0.7, (640, 480): 0.1, (480, 640): 0.1, (512, 512): 0.1}
"""Width and height of a batch's pictures, and its share: mostly the node's own."""
BATCH = 8
PLAIN_SHARE = 0.3
"""Of the batches, those of whole pictures as the node sees them."""
CAR, MOTORBIKE, BUS, TRUCK, BICYCLE = range(len(KINDS))
FOUR = [CAR, BUS, TRUCK]
TWO = [MOTORBIKE, BICYCLE]
SEEN = 0.3
"""How sure stock must be of a cell to be asked."""
BUS_SEEN = 0.35
LEAST = 0.3
"""A cell of which both networks are less sure, and which nobody labelled, should say nothing."""
TAUGHT_SHARE = 0.3
"""The teacher's share in what a labelled cell should say."""
BOXED = 0.25
"""How sure a cell should be for its box to count."""
BACKBONE = 10
"""Layers that stay as they are."""


@dataclass(frozen=True)
class View:
    """A batch as the backbone leaves it, and what its cells should say."""

    levels: list[torch.Tensor]
    """What the layers after the backbone take of it, fine to coarse."""
    target: torch.Tensor
    """Batch x cell x kind: how sure each cell should be."""
    on: torch.Tensor
    """Batch x cell: whether its box counts."""
    sides: torch.Tensor
    """For each cell of `on`: four sides of its box times bins of their distance, before the softmax."""


@dataclass(frozen=True)
class Said:
    """What a network says of each cell, before sigmoid and softmax, and the middles in cells."""

    sides: torch.Tensor
    kinds: torch.Tensor
    middles: torch.Tensor
    strides: torch.Tensor


def needed(model: DetectionModel) -> list[int]:
    """The layers of the backbone whose output later layers take."""
    asked = {BACKBONE - 1}
    for layer in model.model[BACKBONE:]:
        asked |= set(layer.f if isinstance(layer.f, list) else [layer.f])
    return sorted(number for number in asked if 0 <= number < BACKBONE)


def seen_by_backbone(model: DetectionModel, images: torch.Tensor) -> list[torch.Tensor]:
    """What the backbone makes of pictures (0 to 255, RGB), as far as it is needed."""
    x: Any = images.float().div(255).contiguous(memory_format=torch.channels_last)
    kept = []
    with torch.no_grad(), autocast():
        for number, layer in enumerate(model.model[:BACKBONE]):
            x = layer(x)
            if number in needed(model):
                kept.append(x)
    return kept


def ask(model: DetectionModel, levels: Sequence[torch.Tensor]) -> Said:
    """What the rest of a network makes of what the backbone saw."""
    kept: list[Any] = [None] * BACKBONE
    for number, level in zip(needed(model), levels, strict=True):
        kept[number] = level
    with autocast():
        for layer in model.model[BACKBONE:-1]:
            given = (
                kept[layer.f]
                if isinstance(layer.f, int)
                else [kept[j] for j in (len(kept) + i if i < 0 else i for i in layer.f)]
            )
            kept.append(layer(given))
        head = model.model[-1]
        last = [kept[j] for j in head.f]
        sides = flat([branch(level) for branch, level in zip(head.cv2, last, strict=True)])
        kinds = flat([branch(level) for branch, level in zip(head.cv3, last, strict=True)])
    middles, strides = make_anchors(last, head.stride, 0.5)
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
    vehicles = [given[given[:, 0] < ON_FOOT] for given in labels]
    known = torch.zeros(len(labels), max(1, *(len(rows) for rows in vehicles)), 5)
    for row, given in zip(known, vehicles, strict=True):
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


def stocks_box(own: torch.Tensor, stock: torch.Tensor) -> torch.Tensor:
    """In which cells stock's box is taught, from the scores of both: where it sees four wheels, and `own`
    is no surer of two.
    """
    four = stock[:, :, FOUR].amax(2)
    return (four > SEEN) & (four >= own[:, :, TWO].amax(2))


def walked(labels: Sequence[Labels], said: Said) -> torch.Tensor:
    """Batch x cell: whether somebody walks there."""
    middles = said.middles * said.strides
    found = torch.zeros(len(labels), len(middles), dtype=torch.bool)
    for row, given in zip(found, labels, strict=True):
        for x1, y1, x2, y2 in given[given[:, 0] == ON_FOOT, 1:].tolist():
            x, y = middles.T
            row |= (x >= x1) & (x <= x2) & (y >= y1) & (y <= y2)
    return found


def told(
    made: Sequence[Picture],
    own: DetectionModel,
    stock: DetectionModel,
    start: DetectionModel,
    whole: bool = False,
) -> View:
    """A batch of pictures with what their labels and both networks say.

    `start` is the network that is to be trained. With `whole` every vehicle is labelled, so cells without
    a label say nothing, whatever the teachers think.
    """
    stack = np.stack([picture.image[:, :, ::-1] for picture in made]).transpose(0, 3, 1, 2)
    images = torch.from_numpy(np.ascontiguousarray(stack))
    labels = [picture.labels for picture in made]
    with torch.no_grad():
        said, theirs = (ask(model, seen_by_backbone(model, images)) for model in (own, stock))
        ours, stocks = said.kinds.sigmoid(), theirs.kinds.sigmoid()
        wanted, labelled = by_labels(labels, said)
        taught = by_teachers(ours, stocks)
        taught[:, :, TWO] *= ~walked(labels, said).unsqueeze(2)
        if whole:
            taught *= labelled.unsqueeze(2)
        part = torch.where(labelled, TAUGHT_SHARE, 1.0).unsqueeze(2)
        target = (1 - part) * wanted.float() + part * taught
        on = target.amax(2) > BOXED
        sides = torch.where(stocks_box(ours, stocks).unsqueeze(2), theirs.sides, said.sides)[on]
        levels = [level.to(torch.bfloat16) for level in seen_by_backbone(start, images)]
    return View(levels, target.half(), on, sides.to(torch.bfloat16))


def make(pictures: Sequence[Picture], number: int, teachers: Sequence[DetectionModel], whole: bool) -> View:
    """The batch of this number, always the same for the same pictures and networks."""
    chance = np.random.default_rng([SEED, number])
    source = endless(pictures, chance)
    width, height = list(SHAPES)[chance.choice(len(SHAPES), p=list(SHAPES.values()))]
    plain = bool(chance.random() < PLAIN_SHARE)
    made = [compose(lambda: next(source), width, height, chance, plain=plain) for _ in range(BATCH)]
    own, stock, start = teachers
    return told(made, own, stock, start, whole)


def write(view: View, path: Path) -> None:
    """Write a view; a file of this name is whole."""
    unfinished = path.with_suffix(".part")
    torch.save((view.levels, view.target, view.on, view.sides), unfinished)
    unfinished.rename(path)


def read(path: Path) -> View:
    """A view that was written."""
    return View(*torch.load(path, weights_only=True))
