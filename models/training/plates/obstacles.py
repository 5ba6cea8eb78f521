"""Thin objects in front of a plate: wires, bars of a gate, and overlays drawn by software.

A plate stays legible behind them, but a reader that never saw a stroke through a digit misreads the digit.
Nothing here is thicker than ``THICKEST`` of a line of characters, so that the text stays legible.
"""

from collections.abc import Callable

import cv2
import numpy as np

from models.training.plates.degrade import Image, Quad

CHANCE = 0.2
"""Share of the views with something in front of the plate."""
THICKEST = 0.15
"""Thickness of a stroke, as a share of the height of one line of characters."""
DOT = 0.2
"""Radius of a dot, relative to the same height."""
PAINTS = ((0, 0, 255), (0, 255, 0), (255, 0, 0), (0, 255, 255), (255, 255, 0), (255, 0, 255), (255, 255, 255))
"""Pure colours (BGR) used by software overlays."""

Paint = tuple[float, float, float]
Obstacle = Callable[[np.random.Generator, Image, Quad, float, Paint], None]


def _on_plate(rng: np.random.Generator, quad: Quad) -> tuple[float, float]:
    """A point inside the outline, about evenly distributed."""
    u, v = rng.random(2)
    top, bottom = quad[0] + (quad[1] - quad[0]) * u, quad[3] + (quad[2] - quad[3]) * u
    x, y = top + (bottom - top) * v
    return float(x), float(y)


def _thickness(rng: np.random.Generator, line: float) -> int:
    return max(1, round(line * rng.uniform(0.04, THICKEST)))


def _pixel(x: float, y: float) -> tuple[int, int]:
    """A point in sixteenths of a pixel, as OpenCV expects (``shift=4``)."""
    return round(x * 16), round(y * 16)


def _stroke(rng: np.random.Generator, image: Image, quad: Quad, line: float, paint: Paint) -> None:
    """A straight stroke through the plate, sometimes ending on it in a dot."""
    x, y = _on_plate(rng, quad)
    angle = rng.uniform(0, 2 * np.pi)
    long = rng.uniform(0.8, 8) * line
    back = rng.uniform(0, 1) * long
    dx, dy = np.cos(angle), np.sin(angle)
    ends = _pixel(x - dx * back, y - dy * back), _pixel(x + dx * (long - back), y + dy * (long - back))
    cv2.line(image, *ends, paint, _thickness(rng, line), cv2.LINE_AA, 4)
    if rng.random() < 0.3:
        cv2.circle(image, ends[0], round(16 * line * rng.uniform(0.06, DOT)), paint, -1, cv2.LINE_AA, 4)


def _dots(rng: np.random.Generator, image: Image, quad: Quad, line: float, paint: Paint) -> None:
    for _ in range(rng.integers(1, 4)):
        radius = round(16 * line * rng.uniform(0.05, DOT))
        cv2.circle(image, _pixel(*_on_plate(rng, quad)), radius, paint, -1, cv2.LINE_AA, 4)


def _frame(rng: np.random.Generator, image: Image, quad: Quad, line: float, paint: Paint) -> None:
    """A box of a detector: around the plate, or with one side through it."""
    low, high = quad.min(0), quad.max(0)
    if rng.random() < 0.5:
        low, high = low - line * rng.uniform(0, 0.4, 2), high + line * rng.uniform(0, 0.4, 2)
    else:
        low = np.array(_on_plate(rng, quad)) - rng.uniform(0, 1, 2) * (3 * line, line)
        high = low + line * rng.uniform(1, 8, 2)
    corners = _pixel(*map(float, low)), _pixel(*map(float, high))
    cv2.rectangle(image, *corners, paint, _thickness(rng, line), cv2.LINE_AA, 4)


def _bars(rng: np.random.Generator, image: Image, quad: Quad, line: float, paint: Paint) -> None:
    """A few parallel wires or bars, upright, level or leaning."""
    angle = rng.choice((0, np.pi / 2)) + rng.normal(0, 0.15)
    along = np.array((np.cos(angle), np.sin(angle))) * 12 * line
    step = np.array((-np.sin(angle), np.cos(angle))) * rng.uniform(0.6, 2.5) * line
    start = np.array(_on_plate(rng, quad))
    width = _thickness(rng, line)
    for index in range(rng.integers(2, 5)):
        middle = start + step * index
        ends = _pixel(*map(float, middle - along)), _pixel(*map(float, middle + along))
        cv2.line(image, *ends, paint, width, cv2.LINE_AA, 4)


def _word(rng: np.random.Generator, image: Image, quad: Quad, line: float, paint: Paint) -> None:
    """Small text over the edge of the plate, like a detector's labels."""
    text = "".join(chr(c) for c in rng.integers(97, 123, rng.integers(2, 8)))
    scale = line * rng.uniform(0.25, 0.5) / 22
    x, y = quad[0] + (quad[1] - quad[0]) * rng.uniform(-0.1, 0.8)
    place = (round(float(x)), round(float(y) + line * rng.uniform(-0.3, 0.12)))
    cv2.putText(image, text, place, int(rng.integers(0, 4)), scale, paint, 1, cv2.LINE_AA)


KINDS: tuple[tuple[float, Obstacle], ...] = (
    (0.5, _stroke),
    (0.15, _dots),
    (0.15, _frame),
    (0.12, _bars),
    (0.08, _word),
)


def _paint(rng: np.random.Generator, image: Image, quad: Quad) -> Paint:
    """A pure colour, a shade of grey, or (the worst) a colour of the plate itself, its ground or its ink."""
    chance = rng.random()
    if chance < 0.5:
        blue, green, red = PAINTS[rng.integers(len(PAINTS))]
        return float(blue), float(green), float(red)
    if chance < 0.75:
        grey = float(rng.uniform(10, 250))
        return grey, grey, grey
    x, y = _on_plate(rng, quad)
    high, wide = image.shape[:2]
    blue, green, red = image[int(np.clip(y, 0, high - 1)), int(np.clip(x, 0, wide - 1))]
    return float(blue), float(green), float(red)


def cover(rng: np.random.Generator, image: Image, quad: Quad, lines: int) -> Image:
    """A copy of ``image`` with one kind of thin object in front of the plate.

    Args:
        image: BGR picture.
        quad: outline of the plate in it, pixels, from the upper left corner clockwise.
        lines: lines of characters on the plate, 1 or 2; sizes are relative to one of them.
    """
    line = max(3.0, float(np.linalg.norm(quad[3] - quad[0])) * 0.8 / lines)
    chances = [chance for chance, _ in KINDS]
    _, draw = KINDS[rng.choice(len(KINDS), p=chances)]
    drawn = image.copy()
    draw(rng, drawn, quad, line, _paint(rng, image, quad))
    opaque = 1.0 if rng.random() < 0.6 else rng.uniform(0.5, 1.0)
    return cv2.addWeighted(drawn, opaque, image, 1 - opaque, 0)
