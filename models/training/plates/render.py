"""Draws a flat number plate by the measures of QCVN 08:2024/BCA (TT 81/2024/TT-BCA) and the older sheets.

Sheets in millimetres: long 520x110 (old 470x110), short 330x165 (old 280x200), motorbike 190x140. Characters
63 mm high at a pitch of 48 mm on cars, 55 mm at 28/32 mm on motorbikes; dash 18x9.5 or 12x8 mm, dot 9.5/7.5
mm.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from models.training.plates.degrade import Image, ground_colour
from models.training.plates.glyphs import GlyphBook, Mask
from models.training.plates.specimens import Specimen

SHEETS = {
    "long": ((520, 110), (470, 110)),
    "short": ((330, 165), (280, 200)),
    "moto": ((190, 140), (190, 140)),
}


@dataclass(frozen=True)
class Flat:
    """A drawn plate: picture (BGR), whose border is the plate's outline."""

    image: Image
    specimen: Specimen


def _stamp(ink: Mask, mask: Mask, left: float, top: float, width: float, height: float) -> None:
    x, y, w, h = round(left), round(top), max(2, round(width)), max(2, round(height))
    x0, y0, x1, y1 = max(0, x), max(0, y), min(ink.shape[1], x + w), min(ink.shape[0], y + h)
    if x1 <= x0 or y1 <= y0:
        return
    shape = cv2.resize(mask, (w, h), interpolation=cv2.INTER_AREA)[y0 - y : y1 - y, x0 - x : x1 - x]
    np.maximum(ink[y0:y1, x0:x1], shape, out=ink[y0:y1, x0:x1])


def _row(
    ink: Mask,
    red: Mask,
    row: str,
    masks: list[Mask],
    box: tuple[float, float, float, float],
    narrow: float,
    red_from: str,
) -> None:
    """Draws one row into ``box`` (left, top, width, height in pixels); separators take part of a pitch."""
    left, top, width, height = box
    shares = [0.62 if c in "- " else 0.36 if c == "." else 1.0 for c in row]
    pitch = width / sum(shares)
    masks = list(masks)
    x = left
    for symbol, share in zip(row, shares, strict=True):
        cell = pitch * share
        target = red if symbol in red_from else ink
        if symbol == "-":
            _stamp(
                target,
                np.ones((4, 4), np.float32),
                x + cell * 0.14,
                top + height * 0.44,
                cell * 0.72,
                height * 0.14,
            )
        elif symbol == ".":
            size = height * 0.15
            dot = cv2.circle(np.zeros((24, 24), np.float32), (12, 12), 11, 1.0, -1, cv2.LINE_AA)
            _stamp(target, dot, x + (cell - size) / 2, top + height * 0.43, size, size)
        elif symbol != " ":
            mask = masks.pop(0)
            ideal = height * mask.shape[1] / mask.shape[0] * narrow
            glyph = min(ideal, cell * 0.93)
            _stamp(target, mask, x + (cell - glyph) / 2, top, glyph, height)
        x += cell


def _wear(rng: np.random.Generator, ink: Mask) -> Mask:
    """Paint chipped off in spots, or faded over a part of the plate."""
    height, width = ink.shape
    if rng.random() < 0.12:
        grain = int(rng.integers(3, 10))
        noise = rng.standard_normal((height // grain + 2, width // grain + 2), np.float32)
        spots = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
        ink = ink * np.clip((rng.uniform(0.7, 1.8) - spots) * 4, 0, 1)
    if rng.random() < 0.12:
        strength = rng.uniform(rng.uniform(0.15, 0.7), 1.0, (3, 4)).astype(np.float32)
        ink = ink * np.clip(cv2.resize(strength, (width, height), interpolation=cv2.INTER_CUBIC), 0.1, 1)
    return ink


def _colourise(rng: np.random.Generator, ink: Mask, red: Mask, specimen: Specimen) -> Image:
    ground = ground_colour(rng, specimen.colour)
    light = specimen.colour in ("blue", "red")
    pen = np.array((225, 228, 228) if light else (25, 22, 22), np.float32) + rng.normal(0, 8, 3)
    fade = rng.uniform(0.4, 1.0) if rng.random() < 0.35 else 1.0
    ink, red = _wear(rng, ink), _wear(rng, red)
    alpha = (ink * fade)[:, :, None]
    picture = ground * (1 - alpha) + pen * alpha
    alpha = (red * fade)[:, :, None]
    picture = picture * (1 - alpha) + np.array((30, 25, 195), np.float32) * alpha
    if rng.random() < 0.4:  # embossing: a thin light edge on one side of each stroke
        shift = np.roll(ink, (1, 1), (0, 1)) - ink
        picture += shift[:, :, None] * rng.uniform(-45, 45)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _frame(rng: np.random.Generator, ink: Mask, millimetre: float) -> None:
    """The printed border line with round corners."""
    height, width = ink.shape
    gap, line = rng.uniform(1, 5) * millimetre, max(1, round(rng.uniform(2, 5) * millimetre))
    x0, y0, x1, y1 = gap, gap, width - 1 - gap, height - 1 - gap
    radius = rng.uniform(3, 12) * millimetre
    starts = (
        (x1 - radius, y0 + radius, 270),
        (x1 - radius, y1 - radius, 0),
        (x0 + radius, y1 - radius, 90),
        (x0 + radius, y0 + radius, 180),
    )
    corners = [
        (cx + radius * np.cos(angle), cy + radius * np.sin(angle))
        for cx, cy, start in starts
        for angle in np.deg2rad(np.linspace(start, start + 90, 5))
    ]
    cv2.polylines(
        ink,
        [np.array(corners, np.float32).round().astype(np.int32)],
        True,
        float(rng.uniform(0.5, 1)),
        line,
        cv2.LINE_AA,
    )


def render(rng: np.random.Generator, book: GlyphBook, specimen: Specimen) -> Flat:
    """Draw ``specimen`` at a random resolution of 0.45 to 1.1 pixels a millimetre (motorbike: more)."""
    sheet_width, sheet_height = SHEETS[specimen.sheet][int(rng.random() < 0.3)]
    k = rng.uniform(0.55, 0.95) * (1.35 if specimen.sheet == "moto" else 1.0)
    width, height = round(sheet_width * k), round(sheet_height * k)
    ink, red = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    if rng.random() < 0.75:
        _frame(rng, ink, k)
    masks = book.choose(rng, "".join(c for row in specimen.rows for c in row if c not in "-. "))
    narrow = rng.uniform(0.8, 1.15)
    few = specimen.colour == "red"  # military plates spread few characters over the sheet
    if few:
        narrow *= rng.uniform(1.0, 1.3)
    tall = {"long": 63, "short": 63, "moto": 55}[specimen.sheet] * k * rng.uniform(0.92, 1.1)
    tall = min(tall, (height - 4 * k) / len(specimen.rows) * 0.95)
    gap = (height - tall * len(specimen.rows)) / (len(specimen.rows) + 1)
    used = 0
    for number, row in enumerate(specimen.rows):
        count = sum(c not in "-. " for c in row)
        fit = min(
            0.95, count * (48 if specimen.sheet != "moto" else 30) / sheet_width * rng.uniform(0.98, 1.3)
        )
        if few:
            fit = min(0.95, fit * rng.uniform(1.0, 1.5))
        row_width = width * max(0.42, fit)
        left = (width - row_width) / 2 + rng.normal(0, 0.012) * width
        top = gap * (number + 1) + tall * number + rng.normal(0, 0.1) * gap
        letters = "NGQT" if specimen.red_letters else ""
        _row(ink, red, row, masks[used : used + count], (left, top, row_width, tall), narrow, letters)
        used += count
    picture = _colourise(rng, ink, red, specimen)
    if rng.random() < 0.3:  # the police mark (Công an hiệu), a small round seal
        centre = (int(width * rng.uniform(0.03, 0.6)), int(height * rng.uniform(0.06, 0.5)))
        cv2.circle(picture, centre, max(2, int(7 * k)), (150, 150, 150), 1, cv2.LINE_AA)
    return Flat(picture, specimen)
