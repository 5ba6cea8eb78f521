"""Trains the lamp reader: a network of 12,000 weights that says red, amber, green, off or other.

    python -m models.training.lamps.train --heads ../shared/data/lamps/dataset_train \
        --scenery ../shared/data/vehicles/images --test ../shared/data/lamps/dataset_test

`other` is whatever is no readable head: covered, burnt out, dark, or not a head. It is learnt from scenery
and from heads with something in front, so that the node can say "unknown" instead of guessing. Takes minutes
on one core.
"""

import argparse
import io
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from edge.signal.lamp import CROP_HEIGHT, CROP_WIDTH
from models.training.cards import write_card
from models.training.lamps import augment

CLASSES = ["red", "amber", "green", "off", "other"]
FOLDERS = {"red": "red", "yellow": "amber", "green": "green"}
SHARES = [0.26, 0.2, 0.26, 0.1, 0.18]
SEED = 20261124
TARGET = Path(__file__).parents[2] / "lamps.onnx"

Heads = dict[str, list[NDArray[np.float32]]]


def lamp_network() -> nn.Module:
    """Three small convolutions and one layer that knows where in the head the light is."""
    layers: list[nn.Module] = []
    for before, after in ((3, 12), (12, 24), (24, 32)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    size = 32 * (CROP_HEIGHT // 8) * (CROP_WIDTH // 8)
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(size, len(CLASSES)))


def read_heads(folder: Path) -> Heads:
    """Crops by lit colour."""
    return {
        colour: [_fit(path) for path in sorted((folder / name).iterdir())] for name, colour in FOLDERS.items()
    }


def read_scenery(folder: Path, rng: np.random.Generator, count: int) -> list[NDArray[np.float32]]:
    """Random upright patches of street pictures."""
    patches = []
    paths = sorted(folder.iterdir())
    for path in (paths[i] for i in rng.integers(0, len(paths), count // 10)):
        picture = _read(path)
        for _ in range(10):
            height = int(rng.integers(24, 200))
            width = height * CROP_WIDTH // CROP_HEIGHT
            y = int(rng.integers(0, picture.shape[0] - height))
            x = int(rng.integers(0, picture.shape[1] - width))
            patches.append(_small(picture[y : y + height, x : x + width]))
    return patches


def _fit(path: Path) -> NDArray[np.float32]:
    return _small(_read(path))


def _read(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path))
    if picture is None:
        raise ValueError(f"{path} is not a picture")
    return np.asarray(picture, np.uint8)


def _small(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    small = cv2.resize(picture, (CROP_WIDTH, CROP_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def sample(
    heads: Heads, scenery: list[NDArray[np.float32]], rng: np.random.Generator
) -> tuple[NDArray[np.float32], int]:
    """One training picture and its class."""
    label = int(rng.choice(len(CLASSES), p=SHARES))
    name = CLASSES[label]
    patch = scenery[rng.integers(len(scenery))]
    lit = name if name in heads else str(rng.choice(["red", "green"]))
    picture = heads[lit][rng.integers(len(heads[lit]))]
    if name == "amber" and rng.random() < 0.35:
        origin = str(rng.choice(["red", "green"]))
        picture = augment.recolour(heads[origin][rng.integers(len(heads[origin]))], origin)
    elif name == "off":
        picture = augment.unlit(picture, lit)
    elif name == "other":
        covered = rng.random() < 0.3
        picture = augment.hidden(picture, patch, rng) if covered else augment.nothing(patch, rng)
    if name in heads and rng.random() < 0.3:
        picture = augment.bloom(picture, name, rng)
    picture = augment.shake(picture, rng)
    if name != "other" or rng.random() < 0.5:
        picture = augment.expose(picture, rng)
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    return np.clip(picture, 0, 1), label


def train(heads: Heads, scenery: list[NDArray[np.float32]], steps: int, batch: int = 64) -> nn.Module:
    """Fit the network on `steps` freshly made batches."""
    rng = np.random.default_rng(SEED)
    torch.manual_seed(SEED)
    network = lamp_network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.03)
    for step in range(steps):
        pictures, labels = zip(*(sample(heads, scenery, rng) for _ in range(batch)), strict=True)
        loss = loss_of(network(_tensor(pictures)), torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 200 == 0:
            print(f"step {step} loss {loss.item():.3f}", flush=True)  # noqa: T201
    return network.eval()


def accuracy(network: nn.Module, heads: Heads) -> dict[str, float]:
    """Share of heads named right, by colour and over all."""
    right: dict[str, int] = {}
    with torch.no_grad():
        for colour, pictures in heads.items():
            named = network(_tensor(pictures)).argmax(dim=1)
            right[colour] = int((named == CLASSES.index(colour)).sum())
    shares = {colour: round(right[colour] / len(heads[colour]), 4) for colour in heads}
    return shares | {"all": round(sum(right.values()) / sum(map(len, heads.values())), 4)}


def _tensor(pictures: list[NDArray[np.float32]] | tuple[NDArray[np.float32], ...]) -> torch.Tensor:
    """BGR pictures as the network takes them: n x 3 x height x width, RGB."""
    return torch.from_numpy(np.stack([p[..., ::-1].transpose(2, 0, 1) for p in pictures]).copy())


def export(network: nn.Module, target: Path) -> None:
    """Write the network with a softmax at its end."""
    buffer = io.BytesIO()
    blank = torch.zeros(1, 3, CROP_HEIGHT, CROP_WIDTH)
    torch.onnx.export(
        nn.Sequential(network, nn.Softmax(dim=1)),
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
    ask.add_argument("--scenery", type=Path, required=True)
    ask.add_argument("--test", type=Path, required=True)
    ask.add_argument("--steps", type=int, default=4000)
    ask.add_argument("--target", type=Path, default=TARGET)
    args = ask.parse_args()
    torch.set_num_threads(1)
    heads = read_heads(args.heads)
    network = train(heads, read_scenery(args.scenery, np.random.default_rng(SEED), 3000), args.steps)
    export(network, args.target)
    write_card(
        args.target,
        task="lamp colour of a traffic-light head (đèn tín hiệu)",
        licence="AGPL-3.0",
        input=f"1x3x{CROP_HEIGHT}x{CROP_WIDTH} float32, RGB 0..1, the housing upright, red end on top",
        output="1x5 float32: share of belief in each class",
        classes=CLASSES,
        data=[
            "1,187 cut-out heads by lit colour (package traffic-light classifier, MIT)",
            "random patches of Vietnamese street pictures as scenery; night bloom and unlit heads are made",
        ],
        recipe="python -m models.training.lamps.train (see its help for the folders)",
        seed=SEED,
        metrics={"held_back_heads": 297, "accuracy": accuracy(network, read_heads(args.test))},
    )


if __name__ == "__main__":
    main()
