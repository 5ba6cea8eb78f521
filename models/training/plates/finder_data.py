"""Training pictures of the plate finder: real scenes with labelled corners, drawn and real plates pasted into
streets.

Each sample is a 320 px view at a random scale so that plates are 12 to 140 px wide; larger ones are found on
a reduced copy at run time. Real labels are incomplete in places: uncertain plates are ignored.
"""

import csv
import json
import pickle
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models.training.plates import degrade, render, specimens
from models.training.plates.crops import Crop
from models.training.plates.degrade import Image, Quad, read_picture
from models.training.plates.finder_net import STRIDE
from models.training.plates.glyphs import GlyphBook

SIDE = 320
CELLS = SIDE // STRIDE
SURE, MAYBE = 0.5, 0.1
STREETS = ("images", "frames")
"""Collections whose pictures are streets suitable for pasting plates."""
WIDEST, IGNORED_TO = 140, 190
"""Plates up to this width (pixels) must be found, up to the second may be, wider ones must not be."""


@dataclass(frozen=True)
class Scene:
    """A real picture with plates (``quads``), regions not to learn from (``unsure``) and the finder's false
    findings (``false``)."""

    image: Image
    quads: tuple[Quad, ...]
    unsure: tuple[Quad, ...]
    street: bool
    false: tuple[Quad, ...] = ()


def read_boxes(path: Path) -> dict[str, list[Quad]]:
    boxes: dict[str, list[Quad]] = {}
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["x1"]:
                x1, y1, x2, y2 = (float(row[key]) for key in ("x1", "y1", "x2", "y2"))
                boxes.setdefault(row["file"], []).append(
                    np.array(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), np.float32)
                )
    return boxes


def read_false(path: Path) -> dict[str, list[Quad]]:
    """The false findings written by ``mine``, by picture."""
    found = json.loads(path.read_text())
    return {name: [np.array(quad, np.float32) for quad in quads] for name, quads in found.items()}


def _covers(box: Quad, quad: Quad) -> bool:
    low, high = np.maximum(box.min(0), quad.min(0)), np.minimum(box.max(0), quad.max(0))
    inner = float(np.prod(np.maximum(high - low, 0)))
    return inner > 0.5 * float(np.prod(np.ptp(quad, axis=0)))


def load_scenes(
    quads: list[Path],
    boxes: dict[str, list[Quad]],
    most_alike: int = 500,
    false: dict[str, list[Quad]] | None = None,
) -> list[Scene]:
    """Scenes from corner labels (JSON of ``teacher``); a box without sure corners is unsure, not background.

    From each collection of one camera or one kind of crop only ``most_alike`` pictures are taken. ``false``
    are false findings by picture.
    """
    scenes: list[Scene] = []
    false = false or {}
    count: Counter[str] = Counter()
    for path in quads:
        for name, items in json.loads(path.read_text()).items():
            key = "/".join(Path(name).parts[-2:])
            collection = key.split("/")[0]
            count[collection] += 1
            if count[collection] > most_alike:
                continue
            found = [(np.array(item["quad"], np.float32), item["score"]) for item in items]
            sure = [quad for quad, score in found if score >= SURE]
            unsure = [quad for quad, score in found if MAYBE < score < SURE]
            unsure += [box for box in boxes.get(key, []) if not any(_covers(box, quad) for quad in sure)]
            street = collection in STREETS
            wrong = tuple(false.get(name, ()))
            scenes.append(Scene(read_picture(Path(name)), tuple(sure), tuple(unsure), street, wrong))
    return scenes


class SceneMaker:
    """Makes endless views from one random generator."""

    def __init__(self, scenes: list[Scene], folder: Path, exact: set[str]) -> None:
        self._scenes = scenes
        self._streets = [scene for scene in scenes if scene.street] or scenes
        crops: list[Crop] = pickle.loads((folder / "crops.pickle").read_bytes())
        self._crops = [crop for crop in crops if crop.name in exact]
        self._book = GlyphBook(folder / "atlas.npz")

    def _view(
        self, rng: np.random.Generator, scene: Scene, paste: bool
    ) -> tuple[Image, list[Quad], list[Quad]]:
        """A random 320 px window on a scene, aimed at a plate when there is one."""
        width = float(np.exp(rng.uniform(np.log(14), np.log(300))))
        doubtful = scene.false if scene.false and (not scene.quads or rng.random() < 0.4) else scene.quads
        if doubtful and not (paste and rng.random() < 0.5):
            target = doubtful[rng.integers(len(doubtful))]
            scale = width / max(4.0, float(np.linalg.norm(target[1] - target[0])))
            scale = min(max(scale, 0.5 * SIDE / max(scene.image.shape[:2])), 2.5)
            aim = target.mean(0)
        else:
            scale = float(np.exp(rng.uniform(np.log(0.35), np.log(1.6))))
            scale = max(scale, 0.9 * SIDE / min(scene.image.shape[:2]))
            aim = rng.uniform(0.2, 0.8, 2) * scene.image.shape[1::-1]
        turn = scale * leaning(rng)
        low, high = (0.1, 0.9) if scene.quads else (0.4, 0.6)
        shift = rng.uniform(low, high, 2) * SIDE - turn @ aim
        matrix = np.hstack((turn, shift[:, None])).astype(np.float32)
        image = scene.image
        if scale < 0.6:
            image = cv2.GaussianBlur(image, (0, 0), 0.4 / scale)
        view = cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderValue=(114,) * 3)
        move = [
            [(quad @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32) for quad in group]
            for group in (scene.quads, scene.unsure)
        ]
        return view, move[0], move[1]

    def _plate(self, rng: np.random.Generator) -> tuple[Image, Quad]:
        """A plate to paste: a real crop with its surroundings, or a drawn one."""
        if self._crops and rng.random() < 0.4:
            crop = self._crops[rng.integers(len(self._crops))]
            image = crop.image
            if rng.random() < 0.25:
                image = degrade.recolour(rng, image, ("yellow", "blue", "red")[rng.integers(3)])
            return image, crop.quad
        flat = degrade.weather(rng, render.render(rng, self._book, specimens.draw(rng)).image)
        pad = int(flat.shape[0] * rng.choice((0.0, 0.04, 0.15, 0.4)))
        shade = tuple(int(v) for v in np.clip(rng.uniform(5, 230) + rng.normal(0, 12, 3), 0, 255))
        framed = cv2.copyMakeBorder(flat, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=shade)
        return framed, (degrade.corners_of(flat) + pad).astype(np.float32)

    def _paste(self, rng: np.random.Generator, view: Image, taken: list[Quad]) -> Quad | None:
        """Pastes one plate into the view, not overlapping others."""
        image, quad = self._plate(rng)
        width = float(np.exp(rng.uniform(np.log(12), np.log(170))))
        k = width / float(np.linalg.norm(quad[1] - quad[0]))
        turn = leaning(rng) @ np.diag((k, k * rng.uniform(0.8, 1.1)))
        outer = (degrade.corners_of(image) - quad.mean(0)) @ turn.T
        outer += rng.normal(0, 0.02, (4, 2)) * np.ptp(outer, axis=0)
        outer += rng.uniform(0, 1, 2) * SIDE
        matrix = cv2.getPerspectiveTransform(degrade.corners_of(image), outer.astype(np.float32))
        moved: Quad = cv2.perspectiveTransform(quad[None], matrix)[0]
        if any(_touch(moved, other) for other in taken):
            return None
        if k < 0.7:
            sigma = 0.4 / k
            image = cv2.GaussianBlur(image, (0, 0), sigma)
        cover = cv2.warpPerspective(image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
        mask = cv2.fillConvexPoly(
            np.zeros((SIDE, SIDE), np.uint8), outer.round().astype(np.int32), 255, cv2.LINE_AA
        )
        mask = cv2.GaussianBlur(mask, (0, 0), 0.6)[:, :, None].astype(np.float32) / 255
        light = rng.uniform(0.45, 1.1)
        view[:] = np.clip(cover * light * mask + view * (1 - mask), 0, 255).astype(np.uint8)
        return moved

    def _decoy(self, rng: np.random.Generator, view: Image) -> None:
        """A slogan, road sign or blank panel: bright, rectangular or lettered, but no plate."""
        w, h = (int(v) for v in np.exp(rng.uniform(np.log(12), np.log(150), 2)))
        x, y = int(rng.integers(0, SIDE - 8)), int(rng.integers(0, SIDE - 8))
        ground, pen = (tuple(int(v) for v in rng.integers(0, 256, 3)) for _ in range(2))
        if rng.random() < 0.6:
            ground = tuple(int(v) for v in np.clip(rng.choice((235, 40)) + rng.normal(0, 10, 3), 0, 255))
        if rng.random() < 0.3:
            cv2.ellipse(view, (x, y), (w // 2, w // 2), 0, 0, 360, ground, -1, cv2.LINE_AA)
            return
        if rng.random() < 0.7:
            cv2.rectangle(view, (x, y), (x + w, y + h), ground, -1)
        kind = rng.random()
        if kind < 0.55:
            letters = "abcdeghiklmnopqrstuvxyABCDEGHIKLMNOPTUVXY"
            rows = int(rng.integers(1, 5))
            for row in range(rows):
                word = "".join(letters[i] for i in rng.integers(0, len(letters), rng.integers(3, 14)))
                size = h / rows / 30
                cv2.putText(
                    view,
                    word,
                    (x + 2, y + int((row + 0.8) * h / rows)),
                    int(rng.integers(0, 4)),
                    size,
                    pen,
                    max(1, int(2 * size)),
                    cv2.LINE_AA,
                )
        elif kind < 0.75:
            word = str(rng.integers(1, 100))
            cv2.putText(view, word, (x + 2, y + int(0.8 * h)), 0, h / 32, pen, max(1, h // 14), cv2.LINE_AA)

    def make(self, rng: np.random.Generator) -> tuple[Image, list[Quad], list[Quad]]:
        """One view with its plates and its regions to ignore."""
        paste = rng.random() < 0.62
        pool = self._streets if paste and rng.random() < 0.75 else self._scenes
        view, quads, unsure = self._view(rng, pool[rng.integers(len(pool))], paste)
        if paste:
            for _ in range(rng.integers(0, 3)):
                self._decoy(rng, view)
            unsure = unsure + [quad for quad in quads if np.ptp(quad, axis=0).min() < 4]
            for _ in range(rng.integers(1, 4)):
                placed = self._paste(rng, view, quads + unsure)
                quads = quads + ([placed] if placed is not None else [])
        view = degrade.camera(rng, view, 40.0) if rng.random() < 0.7 else view
        return view, quads, unsure


def leaning(rng: np.random.Generator) -> NDArray[np.float64]:
    """A 2x2 rotation with shear: mostly upright, one in three steep, as on a parked motorbike."""
    steep = rng.random() < 0.33
    angle = rng.uniform(-0.6, 0.6) if steep else rng.normal(0, 0.1)
    shear = rng.uniform(-0.4, 0.4) if steep else rng.normal(0, 0.1)
    lean = np.array(((1, shear), (0, 1)) if rng.random() < 0.5 else ((1, 0), (shear, 1)))
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    return np.asarray(turn @ lean, np.float64)


def _touch(a: Quad, b: Quad) -> bool:
    return bool((np.minimum(a.max(0), b.max(0)) > np.maximum(a.min(0), b.min(0))).all())


def targets(
    quads: list[Quad], unsure: list[Quad]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Score map (1 plate, 0 not, -1 ignore), corner offsets in strides for each cell, and the cells' weights.

    A small plate has one or two cells and a near one dozens: without weights only the near ones would be
    learnt. A plate wider than ``WIDEST`` is background here: the next look, at a smaller copy, finds it.
    """
    score = np.zeros((CELLS, CELLS), np.float32)
    corners = np.zeros((8, CELLS, CELLS), np.float32)
    weight = np.ones_like(score)
    for quad in unsure:
        _fill(score, quad, 1.3, -1.0)
    for quad in quads:
        if _width(quad) < IGNORED_TO:
            _fill(score, quad, 1.15, -1.0)
    for quad in quads:
        inside = np.zeros_like(score)
        _fill(inside, quad, 0.45, 1.0)
        column, row = np.floor(quad.mean(0) / STRIDE).astype(int)
        if _width(quad) > WIDEST or not (0 <= row < CELLS and 0 <= column < CELLS):
            continue
        inside[row, column] = 1.0
        rows, columns = np.nonzero(inside)
        centres = np.stack((columns + 0.5, rows + 0.5), axis=1) * STRIDE
        offsets = (quad[None] - centres[:, None]) / STRIDE
        score[rows, columns] = 1.0
        corners[:, rows, columns] = offsets.reshape(-1, 8).T
        weight[rows, columns] = 2 / np.sqrt(len(rows))
    return score, corners, weight


def _width(quad: Quad) -> float:
    return float(np.linalg.norm(quad[1] - quad[0]))


def _fill(plane: NDArray[np.float32], quad: Quad, grow: float, value: float) -> None:
    centre = quad.mean(0)
    shape = ((centre + (quad - centre) * grow) / STRIDE - 0.5) * 16
    cv2.fillConvexPoly(plane, shape.round().astype(np.int32), value, cv2.LINE_8, 4)


def batch_of(made: list[tuple[Image, list[Quad], list[Quad]]]) -> dict[str, torch.Tensor]:
    """Tensors of views: images RGB 0..255, and for each cell the values of `targets`."""
    maps = [targets(quads, unsure) for _, quads, unsure in made]
    images = np.stack([view[:, :, ::-1] for view, _, _ in made]).transpose(0, 3, 1, 2)
    return {
        "image": torch.from_numpy(np.ascontiguousarray(images)),
        "score": torch.from_numpy(np.stack([score for score, _, _ in maps])),
        "corners": torch.from_numpy(np.stack([corners for _, corners, _ in maps])),
        "weight": torch.from_numpy(np.stack([weight for _, _, weight in maps])),
    }
