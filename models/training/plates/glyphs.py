"""Glyph shapes for the plate renderer: real ones cut from labelled crops, and typefaces near the plate's.

A glyph is an alpha mask (float32 0..1, ``HEIGHT`` rows, its own width). Vietnamese plates use the police's
own narrow DIN-like face. The atlas of real glyphs (made by ``prepare``) has its true shapes, but soft and
filled in where strokes meet; so its round glyphs are also drawn crisp, and the straight letters from their
centre lines, including those missing in real crops (N, Q, R). Typefaces add variety.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from models.training.plates.specimens import ALPHABET

HEIGHT = 64
Mask = NDArray[Any]
FOLDER = Path("/usr/share/fonts")
FACES = (
    "truetype/opendin/OSP-DIN.ttf",
    "truetype/opendin/OSP-DIN.ttf",
    "truetype/roboto/unhinted/RobotoCondensed-Bold.ttf",
    "truetype/roboto/unhinted/RobotoCondensed-Medium.ttf",
    "truetype/liberation/LiberationSansNarrow-Bold.ttf",
    "truetype/liberation/LiberationSans-Bold.ttf",
    "truetype/open-sans/OpenSans-CondBold.ttf",
    "truetype/dejavu/DejaVuSansCondensed-Bold.ttf",
    "truetype/dejavu/DejaVuSans-Bold.ttf",
    "truetype/routed-gothic/routed-gothic.ttf",
    "truetype/routed-gothic/routed-gothic-narrow.ttf",
    "opentype/inter/InterDisplay-Bold.otf",
    "opentype/inter/InterDisplay-Medium.otf",
    "truetype/noto/NotoSansDisplay-Bold.ttf",
    "truetype/freefont/FreeSansBold.ttf",
)

Line = tuple[tuple[float, float], ...]
STRAIGHT: dict[str, tuple[Line, ...]] = {
    "1": (((0.15, 0.24), (0.75, 0.0), (0.75, 1.2)),),
    "4": (((0.55, -0.2), (0.0, 0.74), (1.2, 0.74)), ((0.72, 0.46), (0.72, 1.2))),
    "7": (((-0.2, 0.0), (1.0, 0.0), (0.3, 1.2)),),
    "A": (((-0.07, 1.2), (0.5, -0.1), (1.07, 1.2)), ((0.2, 0.68), (0.8, 0.68))),
    "E": (((1.2, 0.0), (0.0, 0.0), (0.0, 1.0), (1.2, 1.0)), ((0.0, 0.48), (0.9, 0.48))),
    "F": (((1.2, 0.0), (0.0, 0.0), (0.0, 1.2)), ((0.0, 0.5), (0.85, 0.5))),
    "H": (((0.0, -0.2), (0.0, 1.2)), ((1.0, -0.2), (1.0, 1.2)), ((0.0, 0.5), (1.0, 0.5))),
    "K": (((0.0, -0.2), (0.0, 1.2)), ((1.05, -0.15), (0.0, 0.62)), ((0.38, 0.38), (1.1, 1.2))),
    "L": (((0.0, -0.2), (0.0, 1.0), (1.2, 1.0)),),
    "M": (((0.0, 1.2), (0.0, 0.0), (0.5, 0.66), (1.0, 0.0), (1.0, 1.2)),),
    "N": (((0.0, 1.2), (0.0, 0.0), (1.0, 1.0), (1.0, -0.2)),),
    "T": (((-0.2, 0.0), (1.2, 0.0)), ((0.5, 0.0), (0.5, 1.2))),
    "V": (((-0.08, -0.2), (0.5, 1.06), (1.08, -0.2)),),
    "X": (((-0.08, -0.15), (1.08, 1.15)), ((1.08, -0.15), (-0.08, 1.15))),
    "Y": (((-0.08, -0.2), (0.5, 0.55), (1.08, -0.2)), ((0.5, 0.55), (0.5, 1.2))),
    "Z": (((-0.2, 0.0), (1.0, 0.0), (0.0, 1.0), (1.2, 1.0)),),
}
"""Centre lines of the straight letters in a box of 1 x 1, y downwards; parts outside it are cut off."""
NARROW_ONES = {"1": 0.62}
ROUND = "0235689BCDGPSU"
"""Glyphs whose crisp shape is taken from the atlas."""
FINE = 4
"""Pixels in which a crisp glyph is drawn for each final one."""


def face_glyphs(path: Path) -> dict[str, Mask]:
    """Masks of every character of the alphabet (and Đ) in one typeface."""
    font = ImageFont.truetype(str(path), 96)
    glyphs = {}
    for symbol in ALPHABET:
        canvas = Picture.new("L", (180, 180))
        ImageDraw.Draw(canvas).text((30, 20), symbol, font=font, fill=255)
        ink = np.asarray(canvas)
        rows, columns = np.flatnonzero(ink.max(axis=1)), np.flatnonzero(ink.max(axis=0))
        tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        width = max(6, round(tight.shape[1] * HEIGHT / tight.shape[0]))
        glyphs[symbol] = (
            cv2.resize(tight, (width, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        )
    glyphs["Đ"] = _barred(glyphs["D"])
    return glyphs


def _barred(mask: Mask) -> Mask:
    """Đ from D: a bar through the upright, standing out to the left."""
    reach = mask.shape[1] // 6
    barred = cv2.copyMakeBorder(mask, 0, 0, reach, 0, cv2.BORDER_CONSTANT, value=0)
    barred[HEIGHT // 2 - 4 : HEIGHT // 2 + 4, : mask.shape[1] // 2 + reach] = 1.0
    return barred


def straight_glyph(rng: np.random.Generator, symbol: str, width: float, stroke: float) -> Mask:
    """A straight letter ``width`` wide with strokes ``stroke`` thick, both as shares of its height."""
    high = HEIGHT * FINE
    thick = stroke * high * (rng.uniform(0.8, 1.4) if symbol in "MN" else 1.0)  # sometimes almost filled in
    across = width * NARROW_ONES.get(symbol, 1.0) * high
    canvas = np.zeros((high, round(across)), np.uint8)
    box, inset = np.array((across - thick, high - thick)), thick / 2
    for line in STRAIGHT[symbol]:
        points = np.array(line)
        if symbol == "M":
            points[2, 1] = rng.uniform(0.5, 1.0)  # the length of the middle differs from press to press
        path = (points * box + inset).round().astype(np.int32)
        cv2.polylines(canvas, [path], False, 255, max(1, round(thick)), cv2.LINE_AA)
    size = (max(6, round(across / FINE)), HEIGHT)
    return cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def crisp(masks: list[Mask]) -> Mask:
    """The common shape of many soft masks of one symbol, with sharp edges."""
    width = round(float(np.mean([mask.shape[1] for mask in masks])))
    middle = np.median([cv2.resize(mask, (width, HEIGHT)) for mask in masks], axis=0).astype(np.float32)
    large = cv2.resize(middle, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), FINE)
    edge = np.clip((large - 0.5) * 5 + 0.5, 0, 1)
    return np.asarray(cv2.resize(edge, (width, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)


def _queen(mask: Mask, rng: np.random.Generator) -> Mask:
    """Q from 0: wider, with a short tail through the lower right."""
    width = round(mask.shape[1] * rng.uniform(1.0, 1.3))
    shape = cv2.resize(mask, (width, HEIGHT))
    start = (round(width * rng.uniform(0.5, 0.68)), round(HEIGHT * rng.uniform(0.66, 0.78)))
    end = (round(width * rng.uniform(0.92, 1.02)), round(HEIGHT * rng.uniform(0.94, 1.02)))
    cv2.line(shape, start, end, 1.0, round(HEIGHT * rng.uniform(0.1, 0.16)), cv2.LINE_AA)
    return shape


def _legged(mask: Mask, rng: np.random.Generator) -> Mask:
    """R from P: a leg from under the bowl to the lower right corner."""
    width, thick = mask.shape[1], round(HEIGHT * rng.uniform(0.12, 0.18))
    shape = mask.copy()
    start = (round(width * rng.uniform(0.4, 0.55)), round(HEIGHT * 0.5))
    cv2.line(shape, start, (width - thick // 2, HEIGHT + 4), 1.0, thick, cv2.LINE_AA)
    return shape


class GlyphBook:
    """Chooses a consistent set of glyphs for one plate."""

    def __init__(self, atlas: Path | None = None) -> None:
        missing = [face for face in FACES if not (FOLDER / face).exists()]
        if missing:
            raise FileNotFoundError(f"typefaces missing, install the Debian fonts-* packages: {missing}")
        self._faces = [face_glyphs(FOLDER / face) for face in FACES]
        self._real: dict[str, list[Mask]] = {}
        if atlas is not None:
            with np.load(atlas) as stored:
                for name in stored.files:
                    self._real.setdefault(name.split("_")[0], []).append(
                        stored[name].astype(np.float32) / 255
                    )

        self._crisp = {symbol: crisp(self._real[symbol]) for symbol in ROUND if symbol in self._real}

    def choose(self, rng: np.random.Generator, text: str) -> list[Mask]:
        """A mask for each character of ``text`` in one style and stroke weight: cut from real plates, the
        police's face drawn crisp, or a typeface."""
        face = self._faces[rng.integers(len(self._faces))]
        style = rng.random() if self._real else 1.0
        if style < 0.25:
            masks = [self._cut(rng, symbol, face) for symbol in text]
        elif style < 0.65:
            masks = self._police(rng, text, face)
        else:
            masks = [face[symbol] for symbol in text]
        weight = rng.integers(-3, 4)
        if weight and (style >= 0.25 or rng.random() < 0.4):
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(int(weight)) // 2 + 2,) * 2)
            change = cv2.dilate if weight > 0 else cv2.erode
            masks = [self._reweigh(mask, change, kernel) for mask in masks]
        return masks

    def _cut(self, rng: np.random.Generator, symbol: str, face: dict[str, Mask]) -> Mask:
        stock = self._real.get(symbol, [])
        return stock[rng.integers(len(stock))] if stock else face[symbol]

    def _police(self, rng: np.random.Generator, text: str, face: dict[str, Mask]) -> list[Mask]:
        """The police's face; ``face`` supplies round glyphs missing in the atlas."""
        width, stroke = rng.uniform(0.46, 0.64), rng.uniform(0.11, 0.15)
        masks = []
        for symbol in text:
            base = {"Q": "0", "R": "P", "Đ": "D"}.get(symbol, symbol)
            mask = (
                straight_glyph(rng, base, width, stroke)
                if base in STRAIGHT
                else self._crisp.get(base, face[base])
            )
            if base in ROUND:
                mask = cv2.resize(mask, (max(8, round(width * HEIGHT * 0.96)), HEIGHT))
            if symbol == "Q":
                mask = _queen(mask, rng)
            elif symbol == "R":
                mask = _legged(mask, rng)
            elif symbol == "Đ":
                mask = _barred(mask)
            masks.append(mask)
        return masks

    @staticmethod
    def _reweigh(mask: Mask, change: Callable[[Mask, Mask], Mask], kernel: Mask) -> Mask:
        padded = cv2.copyMakeBorder(mask, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=0)
        altered = change(padded, kernel)[3:-3, 3:-3]
        return altered if altered.sum() > 0.35 * mask.sum() else mask
