"""Training material of the lamp reader: real heads, drawn heads, and unreadable ones.

Pictures are BGR float32 in 0..1 of the network's input size.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.signal.lamp import CROP_HEIGHT, CROP_WIDTH
from models.evaluation.lamps import COLOURS, LYING, scene_of
from models.training.lamps import augment, drawn

CLASSES = ["red", "amber", "green", "off", "other", "two"]
SHARES = [0.28, 0.2, 0.28, 0.065, 0.14, 0.035]

GLARE_UNTIL = 0.28

Picture = NDArray[np.float32]
Heads = dict[str, list[Picture]]
FromScene = tuple[Picture, str]
"""A head, and the scene it was cut from ("" if none)."""


@dataclass(frozen=True)
class Material:
    """Source pictures for training samples."""

    heads: Heads
    vietnamese: dict[str, list[FromScene]]
    scenery: list[Picture]


@dataclass(frozen=True)
class Samples:
    """Training pictures (n x height x width x 3), their classes, and the scene each was made from."""

    pictures: Picture
    labels: NDArray[np.int64]
    scenes: NDArray[np.str_]

    def without(self, scene: str) -> "Samples":
        """The samples without any picture of the scene."""
        kept = self.scenes != scene
        return Samples(self.pictures[kept], self.labels[kept], self.scenes[kept])


def read_heads(folder: Path) -> Heads:
    """Crops by lit colour; horizontal heads are turned upright."""
    return {colour: [head for head, _ in heads] for colour, heads in read_scenes(folder).items()}


def read_scenes(folder: Path) -> dict[str, list[FromScene]]:
    """The same, each with the scene it comes from."""
    return {
        colour: [(_fit(path), scene_of(path.stem)) for path in sorted((folder / name).iterdir())]
        for name, colour in COLOURS.items()
    }


def read_scenery(folder: Path, rng: np.random.Generator, count: int) -> list[Picture]:
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


def _fit(path: Path) -> Picture:
    picture = _read(path)
    lying = picture.shape[1] > LYING * picture.shape[0]
    return _small(np.ascontiguousarray(np.rot90(picture, -1)) if lying else picture)


def _read(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path))
    if picture is None:
        raise ValueError(f"{path} is not a picture")
    return np.asarray(picture, np.uint8)


def _small(picture: NDArray[np.uint8]) -> Picture:
    small = cv2.resize(picture, (CROP_WIDTH, CROP_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def samples(material: Material, count: int, rng: np.random.Generator) -> Samples:
    """That many training pictures."""
    made = [sample(material, rng) for _ in range(count)]
    pictures, labels, scenes = zip(*made, strict=True)
    return Samples(np.stack(pictures), np.array(labels), np.array(scenes))


def sample(material: Material, rng: np.random.Generator) -> tuple[Picture, int, str]:
    """One training picture, its class, and the scene it was made from."""
    label = int(rng.choice(len(CLASSES), p=SHARES))
    name = CLASSES[label]
    patch = _one(material.scenery, rng)
    make = {"off": _unlit, "other": _unreadable, "two": _two}.get(name)
    picture, scene = (make(material, patch, rng), "") if make else _lit(name, material, patch, rng)
    picture = augment.shake(picture, rng)
    if name != "other" or rng.random() < 0.5:
        picture = augment.expose(picture, rng)
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    return np.asarray(np.clip(picture, 0, 1), np.float32), label, scene


def _lit(name: str, material: Material, patch: Picture, rng: np.random.Generator) -> FromScene:
    kind = rng.random()
    if kind < 0.14:
        make = (drawn.head, drawn.countdown, drawn.column)[rng.choice(3, p=[0.5, 0.25, 0.25])]
        picture = make(name, patch, rng)
        return (drawn.leaves(picture, patch, rng) if rng.random() < 0.2 else picture), ""
    if kind < GLARE_UNTIL:
        return augment.glare(patch, name, rng), ""
    if kind < 0.48:
        seen = material.vietnamese[name]
        picture, scene = seen[rng.integers(len(seen))]
        return _turned(picture, rng), scene
    return _elsewhere(name, material, rng), ""


def _elsewhere(name: str, material: Material, rng: np.random.Generator) -> Picture:
    """A head of another country, sometimes in glare."""
    if name == "amber" and rng.random() < 0.35:  # rarely photographed: made from the others
        origin = str(rng.choice(["red", "green"]))
        picture = augment.recolour(_one(material.heads[origin], rng), origin)
    else:
        picture = _one(material.heads[name], rng)
    if rng.random() < 0.3:
        picture = augment.bloom(picture, name, rng)
    return _turned(picture, rng) if rng.random() < 0.3 else picture


def _turned(picture: Picture, rng: np.random.Generator) -> Picture:
    """Red at the other end, as on horizontal heads: amber stays in the middle."""
    return picture[::-1] if rng.random() < 0.5 else picture


def _unlit(material: Material, patch: Picture, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.4:
        return drawn.dark(patch, rng)
    lit = str(rng.choice(["red", "green"]))
    return augment.unlit(_one(material.heads[lit], rng), lit)


def _unreadable(material: Material, patch: Picture, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.15:
        return drawn.low_sun(patch, rng)
    if rng.random() < 0.3:
        lit = str(rng.choice(["red", "green"]))
        return augment.hidden(_one(material.heads[lit], rng), patch, rng)
    return augment.nothing(patch, rng)


def _two(material: Material, patch: Picture, rng: np.random.Generator) -> Picture:
    """Two colours lit at once: drawn, or the red end of one real head above the green end of another."""
    if rng.random() < 0.6:
        return drawn.two(patch, rng)
    half = CROP_HEIGHT // 2
    upper, lower = _one(material.heads["red"], rng), _one(material.heads["green"], rng)
    return np.concatenate([upper[:half], lower[half:]])


def _one(pictures: list[Picture], rng: np.random.Generator) -> Picture:
    return pictures[rng.integers(len(pictures))]
