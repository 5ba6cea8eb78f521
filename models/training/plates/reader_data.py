"""Training samples of the plate reader: drawn plates, real crops, and negatives."""

import pickle
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from edge.plate.rectify import CROP_HEIGHT, CROP_WIDTH, MARGIN, rectify
from models.evaluation.sources import source_name
from models.training.plates import degrade, obstacles, render, specimens
from models.training.plates.crops import Crop
from models.training.plates.degrade import Image, read_picture
from models.training.plates.glyphs import GlyphBook

Rows = tuple[str, str]
LANE = "set_ac8932"
"""The source whose plates are all white with two rows, the upper one of four characters."""
UNKNOWN = -1
CARELESS = 0.026
"""Corner error of the crops, as a share of the plate's size."""
LEAST_HEIGHT = {1: 7.5, 2: 15.0}
"""Rows of real detail that a plate of one or two lines keeps when reduced."""
STREET = 0.45
"""Share of the views taken by `degrade.street`."""
SMALLEST = {1: 6.5, 2: 15.0}
"""Height in pixels to which real plates of one or two lines are reduced at most."""
NARROWEST = {1: 28.0, 2: 22.0}
"""Width in pixels of the smallest drawn plates of one or two lines; military ones, with fewer characters,
count as the latter."""
WIDEST = 200.0
"""Width of the largest drawn ones."""
TINTS = ("yellow", "blue", "red")
SLOGANS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class Sample:
    """Reader input (64x192 BGR) and its target. ``rows``: every admissible split into two."""

    image: Image
    rows: tuple[Rows, ...]
    colour: int
    plate: bool


@dataclass(frozen=True)
class View:
    """A plate in a picture, with its outline, before it is rectified; the rest as in `Sample`."""

    image: Image
    quad: degrade.Quad
    rows: tuple[Rows, ...]
    colour: int


def _finish(rng: np.random.Generator, view: View) -> Sample:
    margin = MARGIN + (rng.uniform(-0.03, 0.07) if rng.random() < 0.85 else rng.uniform(0.07, 0.24))
    crop = rectify(view.image, degrade.jitter(rng, view.quad, CARELESS), margin)
    return Sample(crop, view.rows, view.colour, True)


def _in_lane(crop: Crop) -> bool:
    return source_name(crop.name.split("/")[0]) == LANE


def splits(crop: Crop) -> tuple[Rows, ...]:
    """The possible splits of a real crop's text into rows; the string alone is not always enough
    (98A12345)."""
    text = crop.text
    if crop.one_line:
        return ((text, ""),)
    if len(text) == len("29MD112345"):
        return ((text[:5], text[5:]),)
    digits = len(text) - len(text.rstrip("0123456789"))
    heads = [n for n in (2, 3, 4) if 3 <= len(text) - n <= 5 and len(text) - n <= digits]
    if _in_lane(crop):
        heads = [4]
    return tuple((text[:n], text[n:]) for n in heads[-2:]) or ((text[:4], text[4:]),)


def evenly(crops: list[Crop]) -> NDArray[np.float64]:
    """Sampling weight of each crop: many pictures of one plate, or plates of one series letter, share it."""
    texts = Counter(crop.text for crop in crops)
    letters = Counter(crop.text[2:3] for crop in crops)
    weights = np.array([(texts[crop.text] * letters[crop.text[2:3]]) ** -0.5 for crop in crops])
    return np.asarray(weights / weights.sum(), np.float64)


def is_validation(text: str) -> bool:
    """One text in ten is kept for validation, with all its pictures."""
    return crc32(text.encode()) % 10 == 0


class SampleMaker:
    """Makes endless samples from one random generator."""

    def __init__(
        self, folder: Path, backgrounds: list[Image], real_share: float, validation: bool = False
    ) -> None:
        crops: list[Crop] = pickle.loads((folder / "crops.pickle").read_bytes())
        self.real = [c for c in crops if c.text and is_validation(c.text) == validation]
        self._chance = evenly(self.real)
        self._book = GlyphBook(folder / "atlas.npz")
        self._backgrounds = backgrounds
        self._real_share = real_share

    def backdrop(self, rng: np.random.Generator) -> Image:
        image = self._backgrounds[rng.integers(len(self._backgrounds))]
        size = int(rng.integers(24, min(image.shape[:2]) - 1))
        y, x = int(rng.integers(image.shape[0] - size)), int(rng.integers(image.shape[1] - size))
        return image[y : y + size, x : x + size]

    def drawn_view(self, rng: np.random.Generator) -> View:
        """A drawn plate set into a backdrop and photographed."""
        specimen = specimens.draw(rng)
        flat = degrade.weather(rng, render.render(rng, self._book, specimen).image)
        rows = specimen.lines
        low = NARROWEST[2 if specimen.colour == "red" else len(rows)]
        width = float(np.exp(rng.uniform(np.log(low), np.log(WIDEST))))
        scene, quad = degrade.place(rng, flat, width, self.backdrop(rng))
        height = float(np.linalg.norm(quad[3] - quad[0]))
        image = self._photograph(rng, scene, quad, height, len(rows))
        grey = rng.random() < 0.08
        if grey:
            image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        colour = UNKNOWN if grey else specimens.COLOURS.index(specimen.colour)
        return View(image, quad, ((rows[0], rows[1] if len(rows) > 1 else ""),), colour)

    def real_view(self, rng: np.random.Generator) -> View:
        """A real plate, sometimes recoloured, dirtied, reduced or turned."""
        crop = self.real[rng.choice(len(self.real), p=self._chance)]
        image, quad, colour = crop.image, crop.quad, UNKNOWN
        if rng.random() < 0.4:
            name = TINTS[rng.integers(3)]
            image, colour = degrade.recolour(rng, image, name), specimens.COLOURS.index(name)
        elif _in_lane(crop):
            colour = specimens.COLOURS.index("white")
        if rng.random() < 0.15:
            image = degrade.weather(rng, image)
        height = float(np.linalg.norm(quad[3] - quad[0]))
        lines = 1 if crop.one_line else 2
        if rng.random() < 0.65 and height > SMALLEST[lines]:
            scale = float(np.exp(rng.uniform(np.log(SMALLEST[lines] / height), 0)))
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            quad, height = quad * np.float32(scale), height * scale
        if rng.random() < 0.8:
            image = self._photograph(rng, image, quad, height * 0.7, lines)
        angle = rng.normal(0, 0.05)
        turn = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))), np.float32)
        quad = (quad - quad.mean(0)) @ turn + quad.mean(0)
        return View(image, quad, splits(crop), colour)

    @classmethod
    def _photograph(
        cls, rng: np.random.Generator, scene: Image, quad: degrade.Quad, height: float, lines: int
    ) -> Image:
        """``scene``, whose plate is ``height`` px high, through one of two kinds of camera; sometimes with a
        thin object in front or an overlay."""
        covered = rng.random() < obstacles.CHANCE
        before = rng.random() < 0.5
        if covered and before:
            scene = obstacles.cover(rng, scene, quad, lines)
        image = cls._taken(rng, scene, height, lines)
        if covered and not before:
            image = obstacles.cover(rng, image, quad, lines)
            image = degrade.compressed(rng, image) if rng.random() < 0.5 else image
        return image

    @staticmethod
    def _taken(rng: np.random.Generator, scene: Image, height: float, lines: int) -> Image:
        if rng.random() < STREET:
            return degrade.street(rng, scene, height)
        if rng.random() < 0.35:
            scene = degrade.resample(rng, scene, height / LEAST_HEIGHT[lines])
        return degrade.camera(rng, scene, height)

    def drawn(self, rng: np.random.Generator) -> Sample:
        """A drawn plate as the reader's input."""
        return _finish(rng, self.drawn_view(rng))

    def real_one(self, rng: np.random.Generator) -> Sample:
        """A real plate as the reader's input."""
        return _finish(rng, self.real_view(rng))

    def nothing(self, rng: np.random.Generator) -> Sample:
        """Background, or text that is not a plate."""
        image = self.backdrop(rng)
        if rng.random() < 0.3:
            image = image.copy()
            word = "".join(SLOGANS[i] for i in rng.integers(0, len(SLOGANS), rng.integers(2, 14)))
            size = image.shape[0] / 60
            shade = tuple(int(v) for v in rng.integers(0, 255, 3))
            cv2.putText(
                image,
                word,
                (2, int(image.shape[0] * rng.uniform(0.4, 0.9))),
                int(rng.integers(0, 4)),
                size,
                shade,
                max(1, int(size * 2)),
            )
        image = degrade.camera(rng, image, image.shape[0] * 0.5)
        return Sample(cv2.resize(image, (CROP_WIDTH, CROP_HEIGHT)), (("", ""),), UNKNOWN, False)

    def make(self, rng: np.random.Generator) -> Sample:
        chance = rng.random()
        if chance < 0.05:
            return self.nothing(rng)
        return self.real_one(rng) if chance < 0.05 + self._real_share else self.drawn(rng)


def encode(text: str) -> list[int]:
    return [specimens.ALPHABET.index(symbol) + 1 for symbol in text]


def tensors(samples: list[Sample]) -> dict[str, torch.Tensor]:
    """A batch: images N x 3 x 64 x 192 RGB uint8, two candidate targets per row, colour, plate."""
    images = np.stack([sample.image[:, :, ::-1] for sample in samples]).transpose(0, 3, 1, 2)
    batch = {"image": torch.from_numpy(np.ascontiguousarray(images))}
    for name, pick in (("first", 0), ("second", -1)):
        rows = [encode(row) for sample in samples for row in sample.rows[pick]]
        batch[name + "_target"] = torch.tensor([code for row in rows for code in row], dtype=torch.long)
        batch[name + "_length"] = torch.tensor([len(row) for row in rows], dtype=torch.long)
    batch["colour"] = torch.tensor([sample.colour for sample in samples], dtype=torch.long)
    batch["plate"] = torch.tensor([float(sample.plate) for sample in samples])
    return batch


def backgrounds(folder: Path, seed: int, most: int = 400) -> list[Image]:
    """Street pictures for backdrops and negatives, at most ``most``, 640 px long."""
    files = sorted(folder.rglob("*.jpg"))
    order: NDArray[np.int64] = np.random.default_rng(seed).permutation(len(files))[:most]
    found = []
    for index in order:
        image = read_picture(files[index])
        scale = 640 / max(image.shape[:2])
        found.append(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    return found
