"""The output of a YOLOv8 network for each cell, and its loss."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.metrics import bbox_iou
from ultralytics.utils.tal import TaskAlignedAssigner, dist2bbox, make_anchors

from models.training.vehicles.augment import IGNORED
from models.training.vehicles.start import KINDS

BOX_GAIN, KIND_GAIN, SIDE_GAIN = 7.5, 0.5, 1.5
"""Weights of the three parts of the loss: ultralytics' own."""


@dataclass(frozen=True)
class Said:
    """Batch x cell: four sides times bins of their distance, and the kinds, before softmax and sigmoid; the
    middles of the cells in cells, and the pixels per cell."""

    sides: torch.Tensor
    kinds: torch.Tensor
    middles: torch.Tensor
    strides: torch.Tensor


def run(layers: Iterable[Any], x: Any) -> list[Any]:
    """Output of each layer of a network for an input; a layer's `f` gives the source of its own input (-1:
    the layer before)."""
    kept: list[Any] = []
    for layer in layers:
        if layer.f != -1:
            x = kept[layer.f] if isinstance(layer.f, int) else [x if j == -1 else kept[j] for j in layer.f]
        x = layer(x)
        kept.append(x)
    return kept


def ask(model: DetectionModel, images: torch.Tensor) -> Said:
    """The network's output for pictures (batch x RGB x height x width, 0 to 1)."""
    kept = run(model.model[:-1], images)
    head = model.model[-1]
    last = [kept[j] for j in head.f]
    sides = flat([branch(level) for branch, level in zip(head.cv2, last, strict=True)])
    kinds = flat([branch(level) for branch, level in zip(head.cv3, last, strict=True)])
    middles, strides = make_anchors(last, head.stride, 0.5)
    return Said(sides, kinds, middles.float(), strides.float())


def found(model: DetectionModel, images: torch.Tensor) -> torch.Tensor:
    """Batch x cell x (centre x, y, width, height in pixels, score of each kind)."""
    said = ask(model, images)
    corners = boxes(said.sides, said.middles) * said.strides
    middle, size = (corners[..., :2] + corners[..., 2:]) / 2, corners[..., 2:] - corners[..., :2]
    return torch.cat([middle, size, said.kinds.sigmoid()], -1)


def flat(levels: Sequence[torch.Tensor]) -> torch.Tensor:
    """All cells of all levels in a row: batch, cell, channel."""
    return torch.cat([level.flatten(2) for level in levels], 2).transpose(1, 2).float()


def boxes(sides: torch.Tensor, middles: torch.Tensor) -> torch.Tensor:
    """Corners in cells, from bins of distances (… x 64) after the softmax is taken of each side."""
    bins = sides.unflatten(-1, (4, -1))
    numbers = torch.arange(bins.shape[-1], dtype=torch.float32, device=bins.device)
    return dist2bbox(bins.softmax(-1) @ numbers, middles, xywh=False)


def padded(labels: Sequence[torch.Tensor], most: int) -> torch.Tensor:
    """Batch x `most` x 5, filled up with empty rows."""
    rows = torch.zeros(len(labels), max(1, most), 5)
    for row, given in zip(rows, labels, strict=True):
        row[: len(given)] = given
    return rows


def loss(said: Said, known: torch.Tensor, ignored: torch.Tensor) -> torch.Tensor:
    """The loss of an output.

    Args:
        said: of a batch.
        known: batch x n x 5: kind, x1, y1, x2, y2 in pixels, rows of zeros where there are fewer.
        ignored: batch x n x 5 likewise: cells in these boxes not assigned to a vehicle are left out of the
            loss.
    """
    kinds, corners = known[:, :, :1].long(), known[:, :, 1:]
    drawn = boxes(said.sides, said.middles)
    middles = said.middles * said.strides
    assigner = TaskAlignedAssigner(topk=10, num_classes=len(KINDS), alpha=0.5, beta=6.0)
    exists = corners.sum(2, keepdim=True) > 0
    _, wanted, target, on, _ = assigner(
        said.kinds.detach().sigmoid(), drawn.detach() * said.strides, middles, kinds, corners, exists
    )
    on = on.bool()
    total = target.sum().clamp(min=1.0)
    free = on | ~inside(middles, ignored)
    apart = nn.functional.binary_cross_entropy_with_logits(
        said.kinds, target.to(said.kinds), reduction="none"
    )
    kind_loss = (apart * free.unsqueeze(2)).sum() / total
    if not on.any():
        return KIND_GAIN * kind_loss
    weight = target.sum(2)[on]
    strides = said.strides.expand(len(known), -1, -1)[on]
    goal = wanted[on] / strides
    places = said.middles.expand(len(known), -1, -1)[on]
    overlap = bbox_iou(drawn[on], goal, xywh=False, CIoU=True).squeeze(-1)
    box_loss = ((1 - overlap) * weight).sum() / total
    side_loss = (side_error(said.sides[on], places, goal) * weight).sum() / total
    return BOX_GAIN * box_loss + KIND_GAIN * kind_loss + SIDE_GAIN * side_loss


def inside(middles: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Batch x cell: whether a cell's middle lies in a place."""
    x, y = middles.T[:, None, :, None]
    x1, y1, x2, y2 = (places[:, None, :, i] for i in range(1, 5))
    return ((x >= x1) & (x <= x2) & (y >= y1) & (y <= y2)).any(2)


def side_error(sides: torch.Tensor, middles: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
    """Distribution focal loss of the four sides (Li et al., 2020, arXiv:2006.04388)."""
    bins = sides.unflatten(-1, (4, -1))
    last = bins.shape[-1] - 1
    distance = torch.cat([middles - goal[:, :2], goal[:, 2:] - middles], 1).clamp(0, last - 0.01)
    low = distance.long()
    share = distance - low
    told = bins.log_softmax(-1)
    lower = told.gather(-1, low.unsqueeze(-1)).squeeze(-1)
    upper = told.gather(-1, (low + 1).unsqueeze(-1)).squeeze(-1)
    return -(lower * (1 - share) + upper * share).mean(1)


def parted(labels: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Vehicles and places to ignore, in the format of `loss`."""
    split = [(rows[rows[:, 0] < IGNORED], rows[rows[:, 0] == IGNORED]) for rows in labels]
    known, ignored = ([pair[i] for pair in split] for i in (0, 1))
    return (
        padded(known, max(len(rows) for rows in known)),
        padded(ignored, max(len(rows) for rows in ignored)),
    )
