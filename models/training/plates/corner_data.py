"""Training samples of the corner network: a plate in a street, rectified with wrong corners.

The true corners are known because the plate is drawn, or because a labelled real plate is turned, sheared and
put into perspective here. Negative samples come from the finder's own false findings (``mine``) and from
corners around only a part of a plate.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from edge.plate.corners import CORNERS, FURTHEST, GREY, frame
from models.training.plates import degrade, render, specimens
from models.training.plates.degrade import Image, Quad, corners_of, read_picture
from models.training.plates.finder_data import Scene, read_false
from models.training.plates.glyphs import GlyphBook

WIDTHS = (15, 130)
"""Width of the photographed plate in pixels; in the frame larger ones look no better."""
TINTS = ("yellow", "blue", "red")
NO_PLATE, DRAWN, CUT = 0.3, 0.35, 0.12
"""Shares of the samples: no plate, drawn plates, real plates cut out of their surroundings; the rest are real
plates in theirs."""


@dataclass(frozen=True)
class Sample:
    """The network's input (64 x 128 BGR), whether it is a plate, and the shift of its corners."""

    image: Image
    plate: bool
    shift: Quad


@dataclass(frozen=True)
class Photo:
    """A plate as a camera saw it, before detection."""

    image: Image
    quad: Quad


def posture(rng: np.random.Generator, aspect: float) -> Quad:
    """Corners of a plate of unit width, centred, in a random pose: mostly upright, sometimes steep."""
    height = rng.uniform(0.8, 1.15) / aspect
    quad = (CORNERS - np.float32(0.5)) * (1.0, height)
    steep = rng.random() < 0.4
    shear = rng.uniform(-0.45, 0.45) if steep else rng.normal(0, 0.08)
    angle = rng.uniform(-0.62, 0.62) if steep else rng.normal(0, 0.08)
    if rng.random() < 0.5:
        quad = quad @ np.array(((1, shear), (0, 1)))
    else:
        quad = quad @ np.array(((1, 0), (shear, 1)))
    turn = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))))
    quad = quad @ turn + rng.normal(0, 0.03 if steep else 0.012, (4, 2)) * np.ptp(quad, axis=0)
    return np.asarray(quad / np.linalg.norm(quad[1] - quad[0]), np.float32)


def guess(rng: np.random.Generator, quad: Quad) -> Quad:
    """Corners as the finder or an earlier look may give them for a plate at ``quad``."""
    kind = rng.random()
    if kind < 0.45:
        return nudged(rng, quad, rng.uniform(0.004, 0.04))
    if kind < 0.7:
        return nudged(rng, quad, rng.uniform(0.04, 0.1))
    upright = quad.min(axis=0) + CORNERS * np.ptp(quad, axis=0)
    part = rng.uniform(0.2, 1.0)
    lazy = part * upright + (1 - part) * quad  # the finder turns steep plates only part of the way
    return nudged(rng, lazy, 0.05)


def nudged(rng: np.random.Generator, quad: Quad, amount: float) -> Quad:
    """Moved, scaled and each corner a little wrong, by ``amount`` of the plate's size."""
    size = np.array((np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[3] - quad[0])))
    centre = quad.mean(axis=0)
    scaled = centre + (quad - centre) * (1 + rng.normal(0, amount, 2))
    return np.asarray(
        scaled + rng.normal(0, amount, 2) * size + rng.normal(0, amount, (4, 2)) * size, np.float32
    )


def shift_of(guessed: Quad, quad: Quad) -> Quad:
    """Shift of the true corners from ``guessed``, in its units: inverse of ``corners.moved``."""
    flat = cv2.getPerspectiveTransform(guessed.astype(np.float32), CORNERS)
    return np.asarray(cv2.perspectiveTransform(quad[None].astype(np.float32), flat)[0] - CORNERS, np.float32)


class CornerMaker:
    """Makes endless samples from one random generator.

    ``book`` gives the glyphs of drawn plates; ``scenes`` have exact corners; on ``backdrops`` drawn plates
    are pasted; ``false`` are the finder's false findings with their pictures.
    """

    def __init__(
        self, book: GlyphBook, scenes: list[Scene], backdrops: list[Image], false: list[tuple[Image, Quad]]
    ) -> None:
        self._scenes = [scene for scene in scenes if scene.quads]
        self._backdrops, self._false = backdrops, false
        self._book = book

    def make(self, rng: np.random.Generator) -> Sample:
        """One sample."""
        if rng.random() < NO_PLATE:
            return Sample(self._nothing(rng), False, np.zeros((4, 2), np.float32))
        while True:
            photo = self.photo(rng)
            guessed = guess(rng, photo.quad)
            shift = shift_of(guessed, photo.quad)
            if np.abs(shift).max() < FURTHEST:
                return Sample(frame(photo.image, guessed), True, shift)

    def photo(self, rng: np.random.Generator) -> Photo:
        """A plate in a street or filling the picture, through a camera."""
        kind = rng.random() * (1 - NO_PLATE)
        if kind > DRAWN + CUT:
            scene = self._scenes[rng.integers(len(self._scenes))]
            image, quad = scene.image, scene.quads[rng.integers(len(scene.quads))]
            return self._photograph(rng, image, quad, None)
        flat = self._drawn(rng) if kind < DRAWN else self._cut_out(rng)
        return self._photograph(
            rng, flat, corners_of(flat), self._backdrops[rng.integers(len(self._backdrops))]
        )

    def _drawn(self, rng: np.random.Generator) -> Image:
        return degrade.weather(rng, render.render(rng, self._book, specimens.draw(rng)).image)

    def _cut_out(self, rng: np.random.Generator) -> Image:
        """A real plate, flat, without its surroundings."""
        scene = self._scenes[rng.integers(len(self._scenes))]
        quad = scene.quads[rng.integers(len(scene.quads))]
        across, down = np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[3] - quad[0])
        size = (max(12, round(float(across))), max(8, round(float(down))))
        target = CORNERS * np.array(size, np.float32)
        matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), target.astype(np.float32))
        flat = cv2.warpPerspective(scene.image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        return degrade.recolour(rng, flat, TINTS[rng.integers(3)]) if rng.random() < 0.4 else flat

    def _photograph(
        self, rng: np.random.Generator, image: Image, quad: Quad, backdrop: Image | None
    ) -> Photo:
        """The plate at ``quad`` in a random pose, on a backdrop or in its surroundings."""
        across, down = float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[3] - quad[0]))
        largest = min(WIDTHS[1], 1.6 * across)
        width = float(np.exp(rng.uniform(np.log(WIDTHS[0]), np.log(max(largest, WIDTHS[0] + 1)))))
        seen = posture(rng, across / max(down, 1.0)) * np.float32(width)
        tight = rng.random() < 0.25  # a crop of the plate alone: the picture ends close to it
        room = rng.uniform(-0.04, 0.2, (2, 2)) if tight else rng.uniform(0.5, 0.9, (2, 2))
        low = seen.min(axis=0) - room[0] * np.ptp(seen, axis=0)
        size = np.ceil(seen.max(axis=0) + room[1] * np.ptp(seen, axis=0) - low).astype(int)
        seen = (seen - low).astype(np.float32)
        matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), seen)
        shrink = across / width
        if shrink > 1.6:
            factor = 1.3 / shrink
            image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            matrix = matrix @ np.diag((1 / factor, 1 / factor, 1))
        extent = (int(size[0]), int(size[1]))
        photo = cv2.warpPerspective(image, matrix, extent, flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3)
        if backdrop is not None:
            photo = _paste(rng, photo, seen, backdrop)
        return Photo(degrade.camera(rng, photo, 0.7 * float(np.ptp(seen[:, 1]))), seen)

    def _nothing(self, rng: np.random.Generator) -> Image:
        """A frame without a plate."""
        kind = rng.random()
        if kind < 0.6 and self._false:
            image, quad = self._false[rng.integers(len(self._false))]
            return _photographed(rng, frame(image, nudged(rng, quad, rng.uniform(0.0, 0.15))))
        if kind < 0.75:
            photo = self.photo(rng)
            return frame(photo.image, _misplaced(rng, photo.quad))
        image = self._backdrops[rng.integers(len(self._backdrops))]
        width = float(np.exp(rng.uniform(np.log(16), np.log(min(image.shape[:2]) * 0.6))))
        quad = posture(rng, float(rng.choice((1.3, 2.0, 4.3)))) * np.float32(width)
        quad = quad + (rng.uniform(0.2, 0.8, 2) * image.shape[1::-1]).astype(np.float32)
        return _photographed(rng, frame(image, quad))


def _photographed(rng: np.random.Generator, seen: Image) -> Image:
    return degrade.camera(rng, seen, 24.0) if rng.random() < 0.6 else seen


def _misplaced(rng: np.random.Generator, quad: Quad) -> Quad:
    """Corners beside a plate, around a small part of it, or far outside it."""
    centre, size = quad.mean(axis=0), np.ptp(quad, axis=0)
    kind = rng.integers(3)
    if kind == 0:
        factor, away = rng.uniform(0.7, 1.3), rng.choice((-1, 1)) * rng.uniform(0.9, 1.4)
        aside = size * (
            np.array((away, rng.normal(0, 0.3)))
            if rng.random() < 0.5
            else np.array((rng.normal(0, 0.3), away))
        )
    elif kind == 1:
        factor, aside = rng.uniform(0.15, 0.42), size * rng.uniform(-0.3, 0.3, 2)
    else:
        factor, aside = rng.uniform(2.4, 5.0), size * rng.uniform(-0.5, 0.5, 2)
    return np.asarray(centre + aside + (quad - centre) * factor, np.float32)


def _paste(rng: np.random.Generator, photo: Image, quad: Quad, backdrop: Image) -> Image:
    """The plate of ``photo`` on a piece of ``backdrop``, often with a frame around it."""
    height, width = photo.shape[:2]
    side = int(rng.integers(min(24, min(backdrop.shape[:2]) - 1), min(backdrop.shape[:2])))
    y, x = (int(rng.integers(0, most - side + 1)) for most in backdrop.shape[:2])
    scene = cv2.resize(backdrop[y : y + side, x : x + side], (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.35:
        centre = quad.mean(axis=0)
        shade = tuple(
            float(v) for v in np.clip(rng.choice((20, 60, 120, 190, 235)) + rng.normal(0, 14, 3), 0, 255)
        )
        rim = (centre + (quad - centre) * rng.uniform(1.03, 1.3, 2)).round().astype(np.int32)
        cv2.fillConvexPoly(scene, rim, shade, cv2.LINE_AA)
    mask = cv2.fillConvexPoly(
        np.zeros((height, width), np.uint8), (quad * 16 - 8).round().astype(np.int32), 255, cv2.LINE_AA, 4
    )
    alpha = mask[:, :, None].astype(np.float32) / 255
    lit = photo.astype(np.float32) * rng.uniform(0.45, 1.15)
    return np.clip(lit * alpha + scene * (1 - alpha), 0, 255).astype(np.uint8)


def batch_of(samples: list[Sample]) -> dict[str, torch.Tensor]:
    """Tensors of samples: images RGB 0..255, plate 0 or 1, shifts N x 8."""
    frames = np.stack([sample.image[:, :, ::-1] for sample in samples]).transpose(0, 3, 1, 2)
    return {
        "image": torch.from_numpy(np.ascontiguousarray(frames)),
        "plate": torch.tensor([float(sample.plate) for sample in samples]),
        "shift": torch.from_numpy(np.stack([sample.shift.reshape(8) for sample in samples])),
    }


def load_false(path: Path) -> list[tuple[Image, Quad]]:
    """False findings written by ``mine``, each with its surroundings only."""
    false = []
    for name, quads in read_false(path).items():
        picture = read_picture(Path(name))
        for quad in quads:
            reach = 1.2 * np.ptp(quad, axis=0)
            low = np.maximum(quad.min(axis=0) - reach, 0).astype(int)
            high = np.ceil(quad.max(axis=0) + reach).astype(int)
            part = picture[low[1] : high[1], low[0] : high[0]]
            false.append((part.copy(), quad - low.astype(np.float32)))
    return false
