"""Makes training pictures out of a cached one: another distance, another crop, another light.

Most training pictures have the size of the node's own input for 16:9 footage, not a square, so no work is
wasted on padding. Some combine two or four pictures, some show one vehicle from close by.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.detect.detector import Image
from edge.detect.letterbox import GREY

Labels = NDArray[np.float32]
"""n x 5: index of the kind, then x1, y1, x2, y2 in pixels of the picture."""

MIN_SHARE = 0.35
"""Least share of a labelled box that must remain after a cut; otherwise it no longer counts and the rest is
painted grey: a network taught that a third of a bike is nothing doubts those cut by the picture's edge, and
one that must find a fifth of it sees bikes in any mark at the edge."""
MIN_SIDE = 4.0
"""Pixels; smaller boxes don't count: the head's finest grid is 8 pixels."""
ZOOM_SHARE = 0.2
"""Share of the non-plain pictures that zoom in on one vehicle."""
PAIR_SHARE = 0.25
FOUR_SHARE = 0.15
"""Share with two pictures, and with four of half the size: a bike across the yard, not a pole's."""
ZOOM_MIN_SIDE = 60.0
"""Least size in pixels of a vehicle to zoom in on in the cached picture, and the most enlargement."""
ZOOM_MOST = 6.0
GREY_SHARE = 0.06
"""Share of the pictures without colour."""
RARE = (2, 3, 4)
"""Indices of bus, truck and bicycle, and how much more often than others they are zoomed in on."""
RARE_WEIGHT = 4.0
IGNORED = 5
"""In place of a kind's index: an unclear place, where a vehicle or its kind can't be decided."""
FOUR_WHEELED = (0, 2, 3)
"""Indices of car, bus and truck: vehicles with two rear lamps."""


@dataclass(frozen=True)
class Picture:
    """A picture with its labels."""

    image: Image
    labels: Labels


def compose(
    draw: Callable[[], Picture], width: int, height: int, chance: np.random.Generator, *, plain: bool = False
) -> Picture:
    """One training picture of `width` x `height`; `draw` gives the next cached picture.

    With `plain` it is one whole picture, mirrored or not, as in the last epochs and on the node.
    """
    kind = 1.0 if plain else chance.random()
    whole = max(width, height)
    if kind < ZOOM_SHARE:
        made = approach(draw(), width, height, chance)
    elif kind < ZOOM_SHARE + FOUR_SHARE:
        made = tiled(draw, _halves(width, chance), _halves(height, chance), whole // 2, chance)
    elif kind < ZOOM_SHARE + FOUR_SHARE + PAIR_SHARE:
        made = tiled(draw, _halves(width, chance), (0, height), whole, chance)
    else:
        made = place(draw(), width, height, whole, chance, spread=0.1 if plain else 0.6)
    if chance.random() < 0.5:
        made = mirrored(made)
    return Picture(light(made, chance), made.labels)


def tiled(
    draw: Callable[[], Picture],
    across: Sequence[int],
    down: Sequence[int],
    whole: int,
    chance: np.random.Generator,
) -> Picture:
    """Pictures beside and below each other, each made by `place`; they meet at the columns and rows given."""
    image = np.empty((down[-1], across[-1], 3), np.uint8)
    labels: list[Labels] = []
    for (x, right), (y, bottom) in product(pairwise(across), pairwise(down)):
        part = place(draw(), right - x, bottom - y, whole, chance, spread=0.6)
        image[y:bottom, x:right] = part.image
        labels.append(part.labels + scale_row(0, x, y))
    return Picture(image, np.concatenate(labels))


def _halves(length: int, chance: np.random.Generator) -> tuple[int, int, int]:
    return 0, int(length * chance.uniform(0.35, 0.65)), length


def place(
    source: Picture, width: int, height: int, whole: int, chance: np.random.Generator, *, spread: float
) -> Picture:
    """Cut a window of `width` x `height` out of `source` scaled to about `whole` pixels on its longer side.

    The scale is drawn between 1 / (1 + `spread`) and 1 + `spread`; parts of the window outside the picture
    are grey, as in the node's letterbox.
    """
    rows, columns = source.image.shape[:2]
    scale = whole / max(rows, columns) * float(np.exp(chance.uniform(-1, 1) * np.log1p(spread)))
    x = _offset(columns * scale, width, chance)
    y = _offset(rows * scale, height, chance)
    return window(source, width, height, scale, x, y)


def approach(source: Picture, width: int, height: int, chance: np.random.Generator) -> Picture:
    """A window in which one vehicle of `source`, often cut by an edge, fills 25 to 110 % of the tighter side.

    A picture without a large enough vehicle stays as it is.
    """
    sides = source.labels[:, 3:] - source.labels[:, 1:3]
    large = np.flatnonzero((sides.max(axis=1, initial=0) >= ZOOM_MIN_SIDE) & (source.labels[:, 0] < IGNORED))
    if not len(large):
        return place(source, width, height, max(width, height), chance, spread=0.1)
    weights = np.where(np.isin(source.labels[large, 0], RARE), RARE_WEIGHT, 1.0)
    chosen = int(chance.choice(large, p=weights / weights.sum()))
    fit = float(min(width / sides[chosen, 0], height / sides[chosen, 1]))
    scale = min(ZOOM_MOST, fit * chance.uniform(0.25, 1.1))
    middle = (source.labels[chosen, 1:3] + source.labels[chosen, 3:]) / 2
    x = width * chance.uniform(0.15, 0.85) - float(middle[0]) * scale
    y = height * chance.uniform(0.15, 0.85) - float(middle[1]) * scale
    return window(source, width, height, scale, x, y)


def window(source: Picture, width: int, height: int, scale: float, x: float, y: float) -> Picture:
    """`width` x `height` pixels of `source` scaled by `scale`, whose upper left corner comes to `x`, `y`.

    If too much of a vehicle is cut off the rest is painted grey.
    """
    middle = (scale - 1) / 2  # OpenCV counts from the middle of a pixel, labels from its edge
    matrix = np.array([[scale, 0, x + middle], [0, scale, y + middle]], np.float32)
    method = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    image = cv2.warpAffine(source.image, matrix, (width, height), flags=method, borderValue=(GREY,) * 3)
    kept, lost = cut(source.labels * scale_row(scale) + scale_row(0, x, y), width, height)
    return Picture(painted(np.asarray(image, np.uint8), lost[:, 1:].tolist(), kept[:, 1:].tolist()), kept)


def painted(image: Image, boxes: Iterable[Sequence[float]], spared: Iterable[Sequence[float]]) -> Image:
    """The picture with grey `boxes`, except for their parts inside one that is `spared`."""
    clean = image.copy()
    for box in boxes:
        x1, y1, x2, y2 = (max(0, round(v)) for v in box)
        clean[y1:y2, x1:x2] = GREY
    for box in spared:
        x1, y1, x2, y2 = (max(0, round(v)) for v in box)
        clean[y1:y2, x1:x2] = image[y1:y2, x1:x2]
    return clean


def scale_row(kind: float, x: float | None = None, y: float | None = None) -> Labels:
    """A row to multiply labels by (`kind` for all four numbers) or to add to them (`x`, `y`)."""
    if x is None or y is None:
        return np.array([1, kind, kind, kind, kind], np.float32)
    return np.array([0, x, y, x, y], np.float32)


def _offset(length: float, window: int, chance: np.random.Generator) -> float:
    """Position of the picture: random, leaving as little of the window empty as possible."""
    low, high = sorted((0.0, window - length))
    return float(chance.uniform(low, high))


def cut(labels: Labels, width: int, height: int) -> tuple[Labels, Labels]:
    """Labels cut at the edges, and separately those of which too little is left."""
    corners = labels[:, 1:]
    inside = np.clip(corners, 0, np.array([width, height, width, height], np.float32))
    size, rest = corners[:, 2:] - corners[:, :2], inside[:, 2:] - inside[:, :2]
    share = rest.prod(axis=1) / np.maximum(size.prod(axis=1), 1e-6)
    large = rest.min(axis=1, initial=np.inf) >= MIN_SIDE
    left: Labels = np.concatenate([labels[:, :1], inside], axis=1)
    return left[large & (share >= MIN_SHARE)], left[large & (share < MIN_SHARE)]


def mirrored(picture: Picture) -> Picture:
    """The picture mirrored left to right."""
    width = picture.image.shape[1]
    kind, x1, y1, x2, y2 = picture.labels.T
    labels = np.stack([kind, width - x2, y1, width - x1, y2], axis=1)
    return Picture(np.ascontiguousarray(picture.image[:, ::-1]), labels)


def light(picture: Picture, chance: np.random.Generator) -> Image:
    """Random hour, weather and camera: brightness, colour, contrast, haze, blur, noise, compression, grey as
    in infrared light, and sometimes dusk with lamps on a wet road."""
    tint = chance.uniform(0.65, 1.3) * (1 + chance.uniform(-0.08, 0.08, 3))
    colour = 0.0 if chance.random() < GREY_SHARE else chance.uniform(0.5, 1.4)
    mixed = np.diag(tint) @ (colour * np.eye(3) + (1 - colour) / 3)
    image = np.asarray(cv2.transform(picture.image, mixed), np.uint8)
    if chance.random() < 0.25:
        dark = dusk(np.asarray(image / np.float32(255), np.float32), picture.labels, chance)
        image = np.asarray(np.clip(dark, 0, 1) * 255, np.uint8)
    elif chance.random() < 0.3:
        haze, gamma = chance.uniform(0, 0.45), chance.uniform(0.7, 1.4)
        curve = ((np.arange(256) / 255) ** gamma * (1 - haze) + haze * chance.uniform(0.6, 0.9)) * 255
        image = np.asarray(cv2.LUT(image, np.clip(curve, 0, 255).astype(np.uint8)), np.uint8)
    if chance.random() < 0.2:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), chance.uniform(0.4, 1.1)), np.uint8)
    if chance.random() < 0.1:
        grain = chance.normal(0, chance.uniform(3, 12), (*image.shape[:2], 1))
        image = np.asarray(np.clip(image + grain, 0, 255), np.uint8)
    if chance.random() < 0.1:
        packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(chance.uniform(25, 60))])[1]
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return image


def dusk(image: NDArray[np.float32], labels: Labels, chance: np.random.Generator) -> NDArray[np.float32]:
    """Darken a picture and light the vehicles' lamps, with bloom and with streaks on the wet road."""
    dark = np.clip(image, 0, 1) ** chance.uniform(1.1, 1.9) * chance.uniform(0.4, 0.85)
    dark *= np.array([1.1, 1.0, 0.95], np.float32)  # BGR: evening light is blue
    lamps = np.zeros((image.shape[0] // 2, image.shape[1] // 2, 3), np.float32)
    away = chance.random() < 0.6
    for kind, x1, y1, x2, y2 in labels.tolist():
        if kind < IGNORED and chance.random() < 0.75:
            colour = (0.15, 0.15, 1.0) if away else (0.8, 0.95, 1.0)
            _lamps(lamps, (x1 / 2, y1 / 2, x2 / 2, y2 / 2), int(kind) in FOUR_WHEELED, colour, chance)
    bloom = cv2.GaussianBlur(lamps, (0, 0), chance.uniform(1.5, 4)) * chance.uniform(1, 3)
    glow = cv2.resize(lamps + bloom, (image.shape[1], image.shape[0]))
    return np.asarray(dark + glow * chance.uniform(0.4, 1.0), np.float32)


def _lamps(
    canvas: NDArray[np.float32],
    box: Sequence[float],
    pair: bool,
    colour: Sequence[float],
    chance: np.random.Generator,
) -> None:
    x1, y1, x2, y2 = box
    width, y = x2 - x1, y1 + (y2 - y1) * chance.uniform(0.5, 0.75)
    radius = max(0.6, width * chance.uniform(0.05, 0.12))
    wet = chance.random() < 0.5
    for share in (0.15, 0.85) if pair else (0.5,):
        x = x1 + width * share
        cv2.circle(canvas, (int(x), int(y)), round(radius), colour, -1)
        if wet:
            end = int(y2 + (y2 - y1) * chance.uniform(0.2, 0.8))
            dim = [c * 0.3 for c in colour]
            cv2.line(canvas, (int(x), int(y2)), (int(x), end), dim, max(1, round(radius)))
