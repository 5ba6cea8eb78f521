"""How well a reader does on small coloured plates, of which there are too few real ones to choose by.

A development set of its own: validation crops of real white plates recoloured, drawn military ones, and
recoloured ones struck through by the track that software drew, 24 to 64 px wide. Recolouring (in linear
light, towards colours measured on real plates), strokes and camera (4:2:0 colours, a Laplacian as sharpening,
WebP) share no code with `degrade` and `obstacles`: a reader is not asked what it was just taught.

    python -m models.training.plates.small_coloured --data DIR --backgrounds DIR --model PLATE_READER.onnx...

``DIR`` of ``--data`` holds what ``prepare`` wrote.
"""

import argparse
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.plate.read import OnnxPlateReader
from models.training.plates import degrade, render, specimens
from models.training.plates.crops import Crop
from models.training.plates.degrade import Image, Quad
from models.training.plates.glyphs import GlyphBook
from models.training.plates.reader_data import CARELESS, Rows, SampleMaker, backgrounds, evenly, splits

MEASURED = {
    "white": ((215, 215, 215), (200, 205, 190), (180, 190, 200)),
    "yellow": ((15, 150, 240), (40, 190, 235), (30, 140, 200), (60, 205, 245)),
    "blue": ((190, 110, 45), (140, 80, 40), (105, 75, 50), (170, 70, 20)),
    "red": ((88, 45, 225), (45, 25, 190), (70, 40, 160), (60, 20, 235), (40, 30, 120)),
}
"""Ground colours (BGR) of real plates in pictures of cheap cameras."""
GAMMA = 2.2
WIDEST = 64.0
NARROWEST = {1: 34.0, 2: 28.0}
STRUCK_NARROWEST = 44.0
MILITARY_NARROWEST = {1: 30.0, 2: 24.0}
LEAST_DETAIL = {1: 20.0, 2: 34.0}
"""Least height in pixels of a real crop before it is reduced."""
BANDS = ((0.0, 40.0), (40.0, 50.0), (50.0, 1000.0))

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Small:
    """One small plate: picture (BGR), outline, text, and kind (a colour, military or struck)."""

    kind: str
    width: float
    image: Image
    quad: Quad
    rows: tuple[Rows, ...]


def tinted(rng: np.random.Generator, image: Image, quad: Quad, colour: str) -> Image:
    """A real white plate on a ground of ``colour``, mixed in linear light inside its outline only."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float64)
    inside = cv2.fillConvexPoly(np.zeros(grey.shape, np.uint8), quad.round().astype(np.int32), 1)
    low, high = np.percentile(grey[inside > 0], (5, 85))
    ink = np.clip((high - grey) / max(20.0, high - low), 0, 1)[:, :, None]
    grounds = MEASURED[colour]
    ground = np.array(grounds[rng.integers(len(grounds))], np.float64) * rng.uniform(0.8, 1.08)
    dark = colour in ("white", "yellow")
    pen = np.array((30, 30, 35.0)) if dark else np.array((235, 235, 240.0)) * rng.uniform(0.8, 1)
    light = (np.clip(ground, 0, 255) / 255) ** GAMMA * (1 - ink) + (pen / 255) ** GAMMA * ink
    cover = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 1)[:, :, None]
    picture = light ** (1 / GAMMA) * 255 * cover + image * (1 - cover) * 0.7
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def reduced(rng: np.random.Generator, image: Image, quad: Quad, width: float) -> tuple[Image, Quad]:
    """The picture with its plate ``width`` px wide: soft, sharpened, colours at half the resolution."""
    k = width / float(np.linalg.norm(quad[1] - quad[0]))
    way = cv2.INTER_AREA if k < 0.5 else cv2.INTER_CUBIC
    fine = cv2.GaussianBlur(
        cv2.resize(image, None, fx=2 * k, fy=2 * k, interpolation=way), (0, 0), rng.uniform(0.5, 1.5)
    )
    high, wide = (side // 4 * 2 for side in fine.shape[:2])
    small = fine[: high * 2, : wide * 2].reshape(high, 2, wide, 2, 3).mean((1, 3))
    small = np.clip(128 * rng.uniform(0.75, 1.05) + (small - 120) * rng.uniform(0.6, 1.15), 0, 255)
    small = np.clip(small + (small - cv2.blur(small, (3, 3))) * rng.uniform(0, 2.2), 0, 255)
    vivid = cv2.cvtColor(small.astype(np.uint8), cv2.COLOR_BGR2HSV).astype(np.float32)
    vivid[:, :, 1] = np.clip(vivid[:, :, 1] * rng.uniform(0.8, 1.5), 0, 255)
    picture = cv2.cvtColor(vivid.astype(np.uint8), cv2.COLOR_HSV2BGR)
    picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), cv2.COLOR_YUV2BGR_I420)
    noise = rng.normal(0, rng.uniform(0, 4), picture.shape[:2])[:, :, None]
    picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    for _ in range(2):
        quality = (cv2.IMWRITE_WEBP_QUALITY, int(rng.integers(45, 90)))
        picture = cv2.imdecode(cv2.imencode(".webp", picture, quality)[1], cv2.IMREAD_COLOR)
    return picture, np.asarray(quad * np.float32(k), np.float32)


def recoloured(
    rng: np.random.Generator, crops: list[Crop], count: int, strike: bool = False
) -> Iterator[Small]:
    """``count`` real plates in each colour, optionally each with a stroke through it."""
    clear = [
        c for c in crops if np.linalg.norm(c.quad[3] - c.quad[0]) >= LEAST_DETAIL[1 if c.one_line else 2]
    ]
    chance = evenly(clear)
    for colour in MEASURED:
        for _ in range(count):
            crop = clear[rng.choice(len(clear), p=chance)]
            pad = 8 * max(1, round(float(np.ptp(crop.quad[:, 0])) / 100))
            image = cv2.copyMakeBorder(crop.image, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
            quad = crop.quad + np.float32(pad)
            width = _width(rng, STRUCK_NARROWEST if strike else NARROWEST[1 if crop.one_line else 2])
            image = tinted(rng, image, quad, colour)
            image = struck(rng, image, quad, 1 if crop.one_line else 2) if strike else image
            image, quad = reduced(rng, image, quad, width)
            kind = "struck" if strike else colour
            yield Small(kind, width, image, degrade.jitter(rng, quad, CARELESS / 2), splits(crop))


def struck(rng: np.random.Generator, image: Image, quad: Quad, lines: int) -> Image:
    """A software-drawn track through the plate: a bent path in one pure colour, a seventh to a twelfth of a
    line of characters thick, drawn before the picture is reduced."""
    line = float(np.linalg.norm(quad[3] - quad[0])) / lines
    weights = rng.dirichlet(np.ones(4))
    middle = (quad * weights[:, None]).sum(0)
    heading = rng.uniform(0, np.pi)
    steps = np.cumsum(np.full(9, line * 0.7)) - 3.5 * line
    bend = heading + np.linspace(-0.3, 0.3, 9) * rng.normal()
    path = middle + steps[:, None] * np.stack((np.cos(bend), np.sin(bend)), 1)
    colour = [int(v) for v in rng.permutation((255, 0, int(rng.choice((0, 255)))))]
    thick = max(1, round(line / rng.uniform(7, 12)))
    return cv2.polylines(image.copy(), [path.round().astype(np.int32)], False, colour, thick, cv2.LINE_AA)


def military(rng: np.random.Generator, maker: SampleMaker, book: GlyphBook, count: int) -> Iterator[Small]:
    """``count`` drawn military plates."""
    made = 0
    while made < count:
        specimen = specimens.draw(rng)
        lines = specimen.lines
        if specimen.colour != "red" or len("".join(lines)) > 6:
            continue
        flat = render.render(rng, book, specimen).image
        flat = degrade.weather(rng, flat) if rng.random() < 0.3 else flat
        scene, quad = degrade.place(rng, flat, float(min(flat.shape[1], 190)), maker.backdrop(rng))
        width = _width(rng, MILITARY_NARROWEST[len(lines)])
        image, quad = reduced(rng, scene, quad, width)
        rows = ((lines[0], lines[1] if len(lines) > 1 else ""),)
        yield Small("military", width, image, degrade.jitter(rng, quad, CARELESS / 2), rows)
        made += 1


def _width(rng: np.random.Generator, narrowest: float) -> float:
    return float(np.exp(rng.uniform(np.log(narrowest), np.log(WIDEST))))


def right(reader: OnnxPlateReader, plate: Small) -> bool:
    """Whether the reader gives exactly the plate's text."""
    reading = reader.read(plate.image, plate.quad)
    return reading is not None and reading.text in {"".join(rows) for rows in plate.rows}


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--backgrounds", type=Path, required=True)
    ask.add_argument("--model", type=Path, nargs="+", required=True)
    ask.add_argument("--count", type=int, default=400)
    ask.add_argument("--seed", type=int, default=777)
    args = ask.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(args.seed)
    maker = SampleMaker(args.data, backgrounds(args.backgrounds, args.seed, 60), 0.0, validation=True)
    plates = list(recoloured(rng, maker.real, args.count))
    plates += military(rng, maker, GlyphBook(args.data / "atlas.npz"), args.count)
    plates += recoloured(rng, maker.real, args.count // 4, strike=True)
    for model in args.model:
        reader = OnnxPlateReader(model)
        told = [right(reader, plate) for plate in plates]
        for kind in (*MEASURED, "military", "struck"):
            bands = [
                [t for t, p in zip(told, plates, strict=True) if p.kind == kind and low <= p.width < high]
                for low, high in ((0.0, 1000.0), *BANDS)
            ]
            log.info("%s %s %s", model, kind, " ".join(f"{sum(band)}/{len(band)}" for band in bands))


if __name__ == "__main__":
    main()
