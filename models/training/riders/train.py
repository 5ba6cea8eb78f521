"""Trains the head network on the places that are not left out, and writes it as ONNX.

    python -m models.training.riders.train --shared ../shared/data --out build/riders.onnx [--leave thd...]

One seed gives one network on one machine; minutes of one free core that computes
bfloat16.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import torch
import torch.nn.functional as F  # noqa: N812
import yaml
from torch import nn

from edge.riders.network import SIDE
from models.evaluation.riders.labels import PLACES, SOURCES, Ridden, pictures
from models.training.cards import write_card
from models.training.riders.net import FROZEN, HeadNet
from models.training.riders.samples import STATES, Sample, sample, target, varied
from models.training.vehicles.official import SHA256, official_weights

SEED = 20261128
STEPS, BATCH, RATE = 600, 24, 2e-3
BARE_WEIGHT = 2.0
"""Weight of bare heads, which are rarer than helmets."""
OPSET = 17


def samples(shared: Path, left_out: Sequence[str]) -> list[Sample]:
    """All labelled motorbikes except those of the places left out."""
    wanted = [name for name, source in SOURCES.items() if source.place not in left_out]
    return [
        sample(image, ridden)
        for name in wanted
        for image, bikes in pictures(name, shared)
        for ridden in bikes
    ]


def weights(every: Sequence[Sample]) -> np.ndarray:
    """Sampling weights: places about equally (by the root of their number), rare cases more often."""
    place = [SOURCES[one.ridden.source].place for one in every]
    share = np.array([1 / np.sqrt(place.count(name)) for name in place])
    rare = [1 + 1.5 * (len(s.heads) > 1) + 1.5 * bool((s.heads[:, 3] == STATES["bare"]).any()) for s in every]
    chance = share * np.array(rare)
    return np.asarray(chance / chance.sum())


def loss(output: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Focal loss of the heat, cross entropy of bare, absolute errors of width and place."""
    heat, middle = wanted[:, 0], wanted[:, 0] == 1
    chance = output[:, 0].sigmoid().clamp(1e-4, 1 - 1e-4)
    count = middle.sum().clamp(min=1)
    hit = (middle * (1 - chance) ** 2 * chance.log()).sum()
    miss = (~middle * (1 - heat) ** 4 * chance**2 * (1 - chance).log()).sum()
    known = wanted[:, 2] * torch.where(wanted[:, 1] > 0, BARE_WEIGHT, 1.0)
    soft = wanted[:, 1] * 0.96 + 0.02
    bare = (F.binary_cross_entropy_with_logits(output[:, 1], soft, reduction="none") * known).sum()
    width = ((output[:, 2] - wanted[:, 3]).abs() * middle).sum()
    place = ((output[:, 3:].sigmoid() - wanted[:, 4:]).abs().sum(1) * middle).sum()
    return -(hit + miss) / count + bare / wanted[:, 2].sum().clamp(min=1) + 0.5 * (width + place) / count


def batch(rng: np.random.Generator, every: Sequence[Sample], chance: np.ndarray) -> list[torch.Tensor]:
    """Crops and their targets."""
    chosen = [varied(rng, every[i]) for i in rng.choice(len(every), BATCH, p=chance)]
    crops = np.stack([image[:, :, ::-1].transpose(2, 0, 1) for image, _ in chosen])
    wanted = np.stack([target(heads) for _, heads in chosen])
    return [torch.from_numpy(crops).float() / 255, torch.from_numpy(wanted)]


def train(every: Sequence[Sample], steps: int = STEPS, seed: int = SEED) -> HeadNet:
    """The mean of the weights over the last steps, ready for use."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = HeadNet()
    net.take_official(torch.load(official_weights(), weights_only=False)["model"].float().state_dict())
    net = net.to(memory_format=torch.channels_last).train()
    for layer in net.model[:FROZEN]:
        layer.requires_grad_(False)
    early = [p for n, p in net.named_parameters() if n.startswith("model.") and p.requires_grad]
    late = [p for n, p in net.named_parameters() if not n.startswith("model.")]
    optimiser = torch.optim.AdamW([{"params": early}, {"params": late}], lr=RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [0.3 * RATE, RATE], steps, pct_start=0.1)
    average = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99), use_buffers=True
    )
    chance = weights(every)
    for step in range(1, steps + 1):
        crops, wanted = batch(rng, every, chance)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = net(crops.contiguous(memory_format=torch.channels_last))
        value = loss(output.float(), wanted)
        optimiser.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        average.update_parameters(net)
        if step % 50 == 0:
            print(step, round(value.item(), 3), flush=True)  # noqa: T201
    trained: HeadNet = average.module
    trained.eval()
    return trained


def export(net: HeadNet, target_file: Path) -> None:
    """Writes the network as ONNX; equal weights give equal bytes."""
    target_file.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        net.to(memory_format=torch.contiguous_format),
        (torch.zeros(1, 3, SIDE, SIDE),),
        str(target_file),
        input_names=["crops"],
        output_names=["heads"],
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load(target_file)
    model.producer_version = ""
    onnx.save(model, target_file)


def card(network: Path, every: Sequence[Ridden], metrics: dict[str, Any]) -> None:
    """Writes the card of a network that was trained on these motorbikes."""
    counts = Counter(SOURCES[one.source].place for one in every)
    heads = Counter(head.state for one in every for head in one.heads)
    write_card(
        network,
        task="heads of the people on one motorbike, and whether each is bare",
        data=[
            f"first layers: COCO 2017, official YOLOv8n weights (sha256 {SHA256})",
            "motorbikes settled by eye (models/evaluation/riders/labels), by place: "
            + ", ".join(f"{place} {number}" for place, number in sorted(counts.items())),
            f"heads: {heads['helmet']} with a helmet, {heads['bare']} bare, {heads['unsure']} unsure",
        ],
        licence="AGPL-3.0",
        recipe="python -m models.training.riders.train (see its help)",
        seed=SEED,
        metrics=metrics,
        input=f"1x3x{SIDE}x{SIDE} float32, RGB 0..1: edge.riders.network.crop",
        output="1x5x20x20 float32: logits of a head's middle and of bare, ln(width / 24 px), of its place",
        classes=["helmet", "bare"],
    )


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--shared", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--leave", nargs="*", choices=PLACES, default=[])
    ask.add_argument("--steps", type=int, default=STEPS)
    ask.add_argument("--metrics", type=Path, help="YAML of the figures for the card")
    ask.add_argument("--threads", type=int, default=1)
    args = ask.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    every = samples(args.shared, args.leave)
    print(len(every), "motorbikes")  # noqa: T201
    export(train(every, args.steps), args.out)
    metrics = yaml.safe_load(args.metrics.read_text(encoding="utf-8")) if args.metrics else {}
    card(args.out, [one.ridden for one in every], metrics)


if __name__ == "__main__":
    main()
