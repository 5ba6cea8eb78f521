"""Glyph shapes for the plate renderer: real ones cut from labelled crops, and typefaces near the plate's.

A glyph is an alpha mask (float32 0..1, ``HEIGHT`` rows, its own width). Vietnamese plates use a narrow
DIN-like face of the police's own; the atlas of real glyphs (made by ``prepare``) carries its true shapes, the
typefaces bring variety and the letters that real crops lack.
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

    def choose(self, rng: np.random.Generator, text: str) -> list[Mask]:
        """A mask for each character of ``text`` from real glyphs or one typeface, with a common stroke
        weight.
        """
        face = self._faces[rng.integers(len(self._faces))]
        real = bool(self._real) and rng.random() < 0.6
        masks = []
        for symbol in text:
            stock = self._real.get(symbol, []) if real else []
            masks.append(stock[rng.integers(len(stock))] if stock else face[symbol])
        weight = rng.integers(-3, 4)
        if weight and not (real and rng.random() < 0.6):
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(int(weight)) // 2 + 2,) * 2)
            change = cv2.dilate if weight > 0 else cv2.erode
            masks = [self._reweigh(mask, change, kernel) for mask in masks]
        return masks

    @staticmethod
    def _reweigh(mask: Mask, change: Callable[[Mask, Mask], Mask], kernel: Mask) -> Mask:
        padded = cv2.copyMakeBorder(mask, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=0)
        altered = change(padded, kernel)[3:-3, 3:-3]
        return altered if altered.sum() > 0.35 * mask.sum() else mask
