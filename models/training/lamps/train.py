"""Trains the lamp reader: a small network that says red, amber, green, off, other, or two lamps at once.

    python -m models.training.lamps.train --heads ../shared/data/lamps/dataset_train \
        --vietnamese ../shared/data/lamps_vn --scenery ../shared/data/vehicles/images \
        --test ../shared/data/lamps/dataset_test [--scenes FOLDER]

`other` is whatever is no readable head: covered, burnt out, dark, or not a head. It is learnt from scenery
and from heads with something in front, so that the node can say "unknown" instead of guessing. `--scenes`
also trains a network without each Vietnamese scene, for the figures of record (`models.evaluation.lamps`).
Takes minutes on one core.
"""

import argparse
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from edge.signal.lamp import CROP_HEIGHT, CROP_WIDTH
from models.evaluation.lamps import ALL_SCENES
from models.training.cards import write_card
from models.training.lamps.material import (
    CLASSES,
    Heads,
    Material,
    Picture,
    Samples,
    read_heads,
    read_scenery,
    read_scenes,
    samples,
)

SEED = 20261128
TARGET = Path(__file__).parents[2] / "lamps.onnx"
BATCH = 64


def lamp_network() -> nn.Module:
    """Three small convolutions and one layer that uses the position of the light in the head."""
    layers: list[nn.Module] = []
    for before, after in ((3, 16), (16, 32), (32, 48)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    size = 48 * (CROP_HEIGHT // 8) * (CROP_WIDTH // 8)
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(size, len(CLASSES)))


def train(made: Samples, epochs: int) -> nn.Module:
    """Fit the network: every sample once an epoch."""
    rng = np.random.default_rng(SEED)
    torch.manual_seed(SEED)
    network = lamp_network()
    steps = len(made.labels) // BATCH
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps * epochs)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.03)
    pictures, labels = _tensor(made.pictures), torch.from_numpy(made.labels)
    for epoch in range(epochs):
        losses = 0.0
        for chosen in torch.from_numpy(rng.permutation(len(labels))[: steps * BATCH]).split(BATCH):
            loss = loss_of(network(pictures[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses += loss.item()
        print(f"epoch {epoch + 1} of {epochs}, loss {losses / steps:.3f}", flush=True)  # noqa: T201
    return network.eval()


def accuracy(network: nn.Module, heads: Heads) -> dict[str, float]:
    """Share of heads named right, by colour and over all."""
    right: dict[str, int] = {}
    with torch.no_grad():
        for colour, pictures in heads.items():
            named = network(_tensor(np.stack(pictures))).argmax(dim=1)
            right[colour] = int((named == CLASSES.index(colour)).sum())
    shares = {colour: round(right[colour] / len(heads[colour]), 4) for colour in heads}
    return shares | {"all": round(sum(right.values()) / sum(map(len, heads.values())), 4)}


def _tensor(pictures: Picture) -> torch.Tensor:
    """BGR pictures as the network's input: n x 3 x height x width, RGB."""
    return torch.from_numpy(pictures[..., ::-1].transpose(0, 3, 1, 2).copy())


class BothWays(nn.Module):
    """Class probabilities from a head and its mirror image together: what only one of them shows counts
    less."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, heads: torch.Tensor) -> torch.Tensor:
        """n x classes, the softmax of the mean of both answers."""
        return torch.softmax((self.network(heads) + self.network(heads.flip(3))) / 2, dim=1)


def export(network: nn.Module, target: Path) -> None:
    """Write the network to a file the node can run."""
    buffer = io.BytesIO()
    blank = torch.zeros(1, 3, CROP_HEIGHT, CROP_WIDTH)
    torch.onnx.export(
        network,
        (blank,),
        buffer,
        input_names=["head"],
        output_names=["share"],
        opset_version=17,
        dynamo=False,
    )
    onnx.save(onnx.load_from_string(buffer.getvalue()), target)


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--heads", type=Path, required=True)
    ask.add_argument("--vietnamese", type=Path, required=True)
    ask.add_argument("--scenery", type=Path, required=True)
    ask.add_argument("--test", type=Path, required=True)
    ask.add_argument("--samples", type=int, default=50_000)
    ask.add_argument("--epochs", type=int, default=12)
    ask.add_argument("--scenes", type=Path, help="folder for one network a scene, trained without it")
    ask.add_argument("--target", type=Path, default=TARGET)
    args = ask.parse_args()
    torch.set_num_threads(1)
    material = Material(
        heads=read_heads(args.heads),
        vietnamese=read_scenes(args.vietnamese),
        scenery=read_scenery(args.scenery, np.random.default_rng(SEED), 3000),
    )
    made = samples(material, args.samples, np.random.default_rng(SEED))
    test = read_heads(args.test)
    finish(train(made, args.epochs), args.target, test)
    for scene in ALL_SCENES if args.scenes else ():
        finish(train(made.without(scene), args.epochs), args.scenes / f"{scene}.onnx", test)


def finish(network: nn.Module, target: Path, test: Heads) -> None:
    """Writes the network and its card."""
    shipped = BothWays(network).eval()
    export(shipped, target)
    write_card(
        target,
        task="lamp colour of a traffic-light head (đèn tín hiệu)",
        licence="AGPL-3.0",
        input=f"1x3x{CROP_HEIGHT}x{CROP_WIDTH} float32, RGB 0..1, the housing upright, red end on top",
        output="1x6 float32: share of belief in each class",
        classes=CLASSES,
        data=[
            "1,187 cut-out heads by lit colour (package traffic-light classifier, MIT)",
            "655 cut-outs of Vietnamese heads, countdown digits among them, looked at one by one",
            "drawn heads of one to five cells with arrows, digits and glare",
            "random patches of Vietnamese street pictures as scenery; night bloom and unlit heads are made",
        ],
        recipe="python -m models.training.lamps.train (see its help for the folders)",
        seed=SEED,
        metrics={"held_back_heads": 297, "accuracy": accuracy(shipped, test)},
    )


if __name__ == "__main__":
    main()
