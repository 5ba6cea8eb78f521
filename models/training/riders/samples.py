"""Training crops: the surroundings of each labelled motorbike, randomly varied each time."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.riders.heads import Image
from edge.riders.network import GREY, SIDE, STRIDE, WIDTH, place
from models.evaluation.riders.labels import Ridden

AROUND = 1.5
"""Side of the stored part of a picture, in sides of the crop: room to shift and turn."""
KEPT = 300
"""Pixels of that side."""
CELLS = SIDE // STRIDE

Heads = NDArray[np.float64]
"""n x 4: x, y, width, and 0 helmet, 1 bare, 2 unsure."""
STATES = {"helmet": 0.0, "bare": 1.0, "unsure": 2.0}


@dataclass(frozen=True)
class Sample:
    """A part of a picture with the heads of one motorbike in its pixels."""

    image: Image
    heads: Heads
    ridden: Ridden


def sample(image: Image, ridden: Ridden) -> Sample:
    """The stored part of a picture for one motorbike."""
    left, top, side = place(ridden.box)
    left, top, side = left - side * (AROUND - 1) / 2, top - side * (AROUND - 1) / 2, side * AROUND
    scale = KEPT / side
    matrix = np.array(((scale, 0, -left * scale), (0, scale, -top * scale)), np.float32)
    part = _warped(image, matrix, KEPT, scale)
    heads = [
        ((h.x - left) * scale, (h.y - top) * scale, h.width * scale, STATES[h.state]) for h in ridden.heads
    ]
    return Sample(part, np.array(heads, np.float64).reshape(-1, 4), ridden)


def varied(rng: np.random.Generator, one: Sample) -> tuple[Image, Heads]:
    """A crop as the network's input, randomly moved, turned, mirrored, lit and degraded."""
    matrix = _move(rng)
    image = _warped(_coarser(rng, one.image), matrix.astype(np.float32), SIDE, 1.0)
    heads = one.heads.copy()
    heads[:, :2] = one.heads[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    heads[:, 2] *= np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    return _spoilt(rng, _lit(rng, image)), heads


def target(heads: Heads) -> NDArray[np.float32]:
    """The network's target: 6 x 20 x 20: heat of heads, bare, where bare is known, logarithm of the width,
    position in the cell across and down."""
    told = np.zeros((6, CELLS, CELLS), np.float32)
    ys, xs = np.mgrid[:CELLS, :CELLS] + 0.5
    for x, y, width, state in heads:
        cx, cy = x / STRIDE, y / STRIDE
        ix, iy = int(cx), int(cy)
        if not (0 <= cx < CELLS and 0 <= cy < CELLS):
            continue
        away = (xs - cx) ** 2 + (ys - cy) ** 2
        heat = np.exp(-away / (2 * max(0.6, width / STRIDE / 5) ** 2))
        heat[iy, ix] = 1
        told[0] = np.maximum(told[0], heat)
        near = away < 1.3
        near[iy, ix] = True
        told[1][near], told[2][near] = state == STATES["bare"], state != STATES["unsure"]
        told[3:, iy, ix] = np.log(width / WIDTH), cx - ix, cy - iy
    return told


def _move(rng: np.random.Generator) -> NDArray[np.float64]:
    """From pixels of the stored part to pixels of the crop."""
    side = KEPT / AROUND
    angle, scale = np.deg2rad(rng.normal(0, 4)), SIDE / (side * np.exp(rng.normal(0, 0.09)))
    turn = scale * np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    if rng.random() < 0.5:
        turn = np.array(((-1, 0), (0, 1))) @ turn
    middle = KEPT / 2 + rng.normal(0, 0.045, 2) * side
    return np.asarray(np.c_[turn, SIDE / 2 - turn @ middle], np.float64)


def _coarser(rng: np.random.Generator, image: Image) -> Image:
    """Lower resolution, as from farther away."""
    if rng.random() < 0.55:
        return image
    size = int(KEPT * rng.uniform(0.18, 0.6))
    small = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(small, (KEPT, KEPT), interpolation=how), np.uint8)


def _lit(rng: np.random.Generator, image: Image) -> NDArray[np.float32]:
    light = image.astype(np.float32)
    if rng.random() < 0.8:
        light *= rng.uniform(0.8, 1.2, 3)
        mean = light.mean()
        light = (light - mean) * rng.uniform(0.65, 1.35) + mean * rng.uniform(0.6, 1.35)
    if rng.random() < 0.3:
        grey = light.mean(2, keepdims=True)
        light = grey + (light - grey) * rng.uniform(0, 1.4)
    light = np.clip(light, 0, 255)
    if rng.random() < 0.3:
        light = 255 * (light / 255) ** np.exp(rng.normal(0, 0.35))
    return light.astype(np.float32)


def _spoilt(rng: np.random.Generator, light: NDArray[np.float32]) -> Image:
    """Blur, shake, noise, compression, something in front of the lower part."""
    if rng.random() < 0.25:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), rng.uniform(0.4, 1.6)), np.float32)
    if rng.random() < 0.2:
        reach = int(rng.integers(2, 6))
        kernel = np.zeros((reach, reach), np.float32)
        kernel[reach // 2] = 1 / reach
        light = np.asarray(cv2.filter2D(light, -1, kernel if rng.random() < 0.7 else kernel.T), np.float32)
    if rng.random() < 0.3:
        light = light + rng.normal(0, rng.uniform(2, 10), light.shape).astype(np.float32)
    image = np.clip(light, 0, 255).astype(np.uint8)
    if rng.random() < 0.35:
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])[1]
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    if rng.random() < 0.15:
        image[int(rng.uniform(0.6, 0.95) * SIDE) :] = rng.integers(0, 255, 3)
    return image


def _warped(image: Image, matrix: NDArray[np.float32], size: int, scale: float) -> Image:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    part = cv2.warpAffine(image, matrix, (size, size), flags=how, borderValue=(GREY, GREY, GREY))
    return np.asarray(part, np.uint8)
