"""The node's head finder: one small network that sees the upper part of a motorbike's box.

It marks the middle of each head of those who sit on *this* motorbike (the crop is aligned to its box, so it
knows which that is), how wide the head is, and whether it is bare.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.networks import open_network
from edge.riders.heads import Image, SeenHead
from edge.rules.inputs import Box
from models.card import load_card

SIDE = 160
"""Side of the network's input crop in pixels."""

STRIDE = 8
"""Size of an output cell in pixels."""

GREY = 114
"""Value of pixels outside the picture, as in training."""

WIDTH = 24.0
"""Width in pixels for an output of 0 (the output is the logarithm of the width)."""

TALLER = 1.15
"""Height of a head over its width."""

LEAST = 0.1
"""Score from which a cell is a candidate for a head."""

SAME = 0.55
"""Two candidates nearer than this part of their widths are the same head."""

MOST = 8
"""Most candidates on one motorbike."""


def place(motorbike: Box) -> tuple[float, float, float]:
    """Left, top and side of the analysed square: the upper part of the box, and some above it.

    A wide box can't hold a rider (a motorbike is longer than it is high): it is made higher.
    """
    x1, _, x2, y2 = motorbike
    width = x2 - x1
    height = max(y2 - motorbike[1], 0.95 * width)
    side = max(1.16 * width, 0.66 * height, 1.0)
    return (x1 + x2 - side) / 2, y2 - height - 0.2 * side, side


def crop(image: Image, motorbike: Box) -> Image:
    """The network's input from a picture."""
    left, top, side = place(motorbike)
    scale = SIDE / side
    matrix = np.array(((scale, 0, -left * scale), (0, scale, -top * scale)), np.float32)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    part = cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=how, borderValue=(GREY, GREY, GREY))
    return np.asarray(part, np.uint8)


class HeadNetwork:
    """`HeadFinder` over the packaged network.

    Input 1 x 3 x 160 x 160, RGB in 0..1; output 1 x 5 x 20 x 20: logits of a head's middle and of bare, the
    logarithm of its width over 24 pixels, and logits of the middle's place in its cell.
    """

    def __init__(self, card: Path, threads: int = 1) -> None:
        """Loads the network.

        Raises:
            ModelCardError: the card or the file is missing, or the file is not the card's.
        """
        self._session = open_network(load_card(card).verify(card.parent), threads)

    def find(self, image: Image, motorbike: Box) -> tuple[SeenHead, ...]:
        """See `HeadFinder.find`."""
        blob = cv2.dnn.blobFromImage(crop(image, motorbike), 1 / 255, swapRB=True)
        output = self._session.run(None, {self._session.get_inputs()[0].name: blob})[0][0]
        left, top, side = place(motorbike)
        return tuple(_moved(head, left, top, side / SIDE) for head in decode(output))


def decode(output: NDArray[np.float32]) -> list[SeenHead]:
    """Heads in pixels of the crop, highest score first; of duplicates only the better one."""
    score, bare, width, dx, dy = output
    chance = _chance(score)
    found: list[SeenHead] = []
    for y, x in zip(*np.nonzero(chance >= LEAST), strict=True):
        if chance[y, x] < chance[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].max():
            continue
        middle = (x + float(_chance(dx[y, x]))) * STRIDE, (y + float(_chance(dy[y, x]))) * STRIDE
        wide = WIDTH * float(np.exp(np.clip(width[y, x], -2, 2)))
        found.append(_head(middle, wide, float(chance[y, x]), float(_chance(bare[y, x]))))
    return _distinct(sorted(found, key=lambda head: -head.score))[:MOST]


def _head(middle: tuple[float, float], wide: float, score: float, bare: float) -> SeenHead:
    high = wide * TALLER
    x, y = middle
    return SeenHead((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), score, bare)


def _distinct(heads: list[SeenHead]) -> list[SeenHead]:
    kept: list[SeenHead] = []
    for head in heads:
        if all(_apart(head, other) for other in kept):
            kept.append(head)
    return kept


def _apart(one: SeenHead, other: SeenHead) -> bool:
    dx = (one.box[0] + one.box[2] - other.box[0] - other.box[2]) / 2
    dy = (one.box[1] + one.box[3] - other.box[1] - other.box[3]) / 2
    width = max(one.box[2] - one.box[0], other.box[2] - other.box[0])
    return float(np.hypot(dx, dy)) >= SAME * width


def _moved(head: SeenHead, left: float, top: float, scale: float) -> SeenHead:
    x1, y1, x2, y2 = head.box
    box = (left + x1 * scale, top + y1 * scale, left + x2 * scale, top + y2 * scale)
    return SeenHead(box, head.score, head.bare)


def _chance(logit: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -20, 20))), np.float32)
