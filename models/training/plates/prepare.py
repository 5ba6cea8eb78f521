"""Turn the labelled real pictures into training material: rectifiable crops and an atlas of real glyphs.

Reads ``boxes.csv`` (README of the data), corner labels in JSON (``teacher`` or the finder itself; a box
serves where there is none) and leaves out every text that the test labels carry. A trained reader, if there
is one, says the texts nobody told and corrects the wrong ones, wherever it is sure; what it gets wrong as the
others did (N told as M) a person may correct in a file of their own. Writes ``crops.pickle``
and ``atlas.npz``; both hold real pictures and stay outside the repository.

    python -m models.training.plates.prepare --data ../shared/data/plates --pictures DIR \
        --quads Q.json [--reader models/plate_reader.onnx] [--by-eye BY_EYE.csv] --out DIR
"""

import argparse
import csv
import json
import logging
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.plate.read import OnnxPlateReader
from edge.plate.reading import SURE, PlateReader
from edge.plate.rectify import rectify
from models.training.plates.crops import Crop
from models.training.plates.degrade import Image, Quad, read_picture
from models.training.plates.glyphs import HEIGHT

AROUND = 0.3
LARGEST = 320
BLURRED = "MN"
"""Filled in and alike when cut out of small crops: typefaces draw these instead."""

log = logging.getLogger(__name__)


def _box_quad(row: dict[str, str], image: Image) -> Quad:
    height, width = image.shape[:2]
    try:
        x1, y1, x2, y2 = (float(row[key]) for key in ("x1", "y1", "x2", "y2"))
    except ValueError:
        x1, y1, x2, y2 = 0, 0, width, height
    return np.array(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), np.float32)


def _overlap(a: Quad, b: Quad) -> float:
    low, high = np.maximum(a.min(0), b.min(0)), np.minimum(a.max(0), b.max(0))
    inner = float(np.prod(np.maximum(high - low, 0)))
    outer = float(np.prod(a.max(0) - a.min(0)) + np.prod(b.max(0) - b.min(0))) - inner
    return inner / max(outer, 1e-6)


def _cut(image: Image, quad: Quad) -> tuple[Image, Quad]:
    pad = AROUND * float(np.ptp(quad[:, 1]))
    low = np.maximum(np.floor(quad.min(0) - pad), 0).astype(int)
    high = np.minimum(np.ceil(quad.max(0) + pad), image.shape[1::-1]).astype(int)
    part = image[low[1] : high[1], low[0] : high[0]]
    scale = min(1.0, LARGEST / max(part.shape[:2]))
    part = (
        cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else part.copy()
    )
    return part, ((quad - low) * scale).astype(np.float32)


def withheld_texts(data: Path) -> set[str]:
    """Texts of the test labels, which are never trained on."""
    with open(data / "labels.csv", encoding="utf-8") as file:
        return {row["plate"] for row in csv.DictReader(file) if row["plate"]}


def crops(data: Path, pictures: Path, corners: dict[str, list[dict[str, object]]]) -> list[Crop]:
    """All real plates of the training set whose text is not among the test labels."""
    withheld = withheld_texts(data)
    found = []
    with open(data / "train" / "boxes.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["text"] not in withheld or not row["text"]]
    for row in rows:
        image = read_picture(pictures / row["file"])
        quad = _box_quad(row, image)
        known = [np.array(item["quad"], np.float32) for item in corners.get(row["file"], [])]
        best = max(known, key=lambda other: _overlap(quad, other), default=quad)
        quad = best if _overlap(quad, best) > 0.7 else quad
        part, outline = _cut(image, quad)
        width, height = np.linalg.norm(outline[1] - outline[0]), np.linalg.norm(outline[3] - outline[0])
        if min(width, height) > 8:
            found.append(Crop(row["file"], part, outline, row["text"], bool(width > 2.5 * height)))
    return found


def told_by_reader(items: list[Crop], reader: PlateReader, withheld: set[str]) -> list[Crop]:
    """The crops with the text and lines of a sure reading: one to three of a hundred given texts are wrong,
    and many are missing. Texts within one character of a withheld text are left out."""
    kept = []
    for crop in items:
        reading = reader.read(crop.image, crop.quad)
        if reading is None or reading.confidence < SURE:
            kept.append(crop)
        elif reading.text == crop.text or not any(_alike(reading.text, text) for text in withheld):
            kept.append(replace(crop, text=reading.text, one_line=reading.lines == 1))
    return kept


def corrected(items: list[Crop], by_eye: Path) -> list[Crop]:
    """The crops with texts corrected by a person: a CSV with ``file`` and ``text`` (empty: not legible)."""
    with open(by_eye, encoding="utf-8") as file:
        texts = {row["file"]: row["text"] for row in csv.DictReader(file)}
    return [replace(crop, text=texts.get(crop.name, crop.text)) for crop in items]


def _alike(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) <= 1


def _rows_of(boxes: NDArray[Any], height: int) -> list[NDArray[Any]]:
    """Character boxes split into upper and lower row, each from left to right."""
    middle = boxes[:, 1] + boxes[:, 3] / 2
    return [
        group[np.argsort(group[:, 0])] for group in (boxes[middle < height / 2], boxes[middle >= height / 2])
    ]


def cut_glyphs(crop: Crop) -> list[tuple[str, Image]]:
    """Masks of the characters of a clear two-line plate, empty when they do not separate cleanly."""
    flat = cv2.cvtColor(
        cv2.resize(rectify(crop.image, crop.quad, 0.0), (256, 190), interpolation=cv2.INTER_CUBIC),
        cv2.COLOR_BGR2GRAY,
    )
    ink = cv2.adaptiveThreshold(flat, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY_INV, 61, 14)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=4)
    tall = (
        (stats[:, 3] > 56) & (stats[:, 3] < 92) & (stats[:, 2] > 8) & (stats[:, 2] < 62) & (stats[:, 1] > 2)
    )
    boxes = stats[tall]
    if len(boxes) != len(crop.text):
        return []
    rows = _rows_of(boxes, flat.shape[0])
    if len(rows[0]) not in (3, 4) or len(rows[1]) not in (4, 5):
        return []
    found = []
    for symbol, (x, y, w, h, _) in zip(crop.text, np.concatenate(rows), strict=True):
        patch = flat[y : y + h, x : x + w].astype(np.float32)
        low, high = (
            np.percentile(patch, 8),
            np.percentile(flat[max(0, y - 3) : y + h + 3, max(0, x - 4) : x + w + 4], 88),
        )
        if high - low < 50:
            return []
        mask = np.clip((high - patch) / (high - low) * 1.4 - 0.25, 0, 1)
        width = max(10, round(w * 190 / 256 * (256 / 190) * HEIGHT / h))
        found.append((symbol, (cv2.resize(mask, (width, HEIGHT)) * 255).astype(np.uint8)))
    return found


def typical(masks: list[Image], most: int = 60) -> list[Image]:
    """The masks nearest to the median shape: leaves out merged, dirty and mislabelled ones."""
    same = np.stack([cv2.resize(mask, (40, HEIGHT)) for mask in masks]).astype(np.float32)
    distance = np.abs(same - np.median(same, axis=0)).mean(axis=(1, 2))
    return [masks[i] for i in np.argsort(distance)[: max(3, min(most, len(masks) * 3 // 4))]]


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--pictures", type=Path, required=True)
    ask.add_argument("--quads", type=Path, nargs="*", default=[])
    ask.add_argument("--reader", type=Path, help="reader.onnx that says and corrects texts")
    ask.add_argument("--by-eye", type=Path, help="CSV of texts corrected by a person")
    ask.add_argument("--out", type=Path, required=True)
    args = ask.parse_args()
    corners: dict[str, list[dict[str, object]]] = {}
    for path in args.quads:
        for name, items in json.loads(path.read_text()).items():
            corners["/".join(Path(name).parts[-2:])] = items
    real = crops(args.data, args.pictures, corners)
    if args.reader:
        real = told_by_reader(real, OnnxPlateReader(args.reader), withheld_texts(args.data))
    if args.by_eye:
        real = corrected(real, args.by_eye)
    (args.out / "crops.pickle").write_bytes(pickle.dumps(real))
    stock: dict[str, list[Image]] = {}
    for crop in real:
        for symbol, mask in cut_glyphs(crop) if crop.text and not crop.one_line else ():
            stock.setdefault(symbol, []).append(mask)
    masks = {s: typical(found) for s, found in sorted(stock.items()) if len(found) >= 4 and s not in BLURRED}
    named: dict[str, Any] = {f"{s}_{i}": m for s, found in masks.items() for i, m in enumerate(found)}
    np.savez_compressed(args.out / "atlas.npz", **named)
    known = sum(bool(crop.text) for crop in real)
    log.info("%d crops, %d with text; glyphs %s", len(real), known, {s: len(f) for s, f in stock.items()})


if __name__ == "__main__":
    main()
