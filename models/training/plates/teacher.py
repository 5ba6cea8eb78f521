"""Label plate corners with a teacher network, as an aid for training the plate finder.

The real training pictures carry upright boxes at best; the finder needs four corners. The teacher is the
AGPL YOLOv8s-seg of the PyPI package ``platedet`` (0.0.2), a labelling aid only: its mask becomes the
smallest rotated rectangle, refined to a quadrilateral. Pictures are split into tiles where plates are small.

    python -m models.training.plates.teacher --model platedet.onnx --out quads.json PICTURES...
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

from models.training.plates.degrade import Image, Quad, read_picture

SIDE = 640


def clockwise(points: Quad) -> Quad:
    """Four corners ordered clockwise in the picture, starting at the one nearest the top-left of the text."""
    centre = points.mean(axis=0)
    angles = np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0])
    ordered = points[np.argsort(angles)]
    edges = np.roll(ordered, -1, axis=0) - ordered
    start = int(
        np.argmax([edges[i] @ np.array([1.0, 0.0]) / (np.linalg.norm(edges[i]) + 1e-6) for i in range(4)])
    )
    return np.roll(ordered, -start, axis=0).astype(np.float32)


def mask_quad(mask: Image) -> Quad | None:
    """The quadrilateral of the largest blob: a four-sided hull where it fits, else the smallest rectangle."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    blob = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(blob)
    rectangle = np.asarray(cv2.boxPoints(cv2.minAreaRect(hull)))
    for tolerance in (0.03, 0.05, 0.08):
        polygon = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)[:, 0].astype(np.float32)
        if len(polygon) == 4 and cv2.contourArea(polygon) > 0.8 * cv2.contourArea(rectangle):
            return clockwise(polygon)
    return clockwise(rectangle)


class Teacher:
    """The segmentation network of ``platedet`` behind one call."""

    def __init__(self, model: Path, threads: int = 1) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def label(self, image: Image, threshold: float = 0.25) -> list[tuple[Quad, float]]:
        """Quads (4x2 pixels) and scores of the plates in one picture."""
        scale = SIDE / max(image.shape[:2])
        canvas = np.full((SIDE, SIDE, 3), 114, np.uint8)
        small = cv2.resize(
            image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        )
        canvas[: small.shape[0], : small.shape[1]] = small
        blob = canvas[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float16) / np.float16(255)
        rows, protos = (np.asarray(part[0], np.float32) for part in self._session.run(None, {"images": blob}))
        rows = rows.T[rows[4] > threshold]
        boxes = [[x - w / 2, y - h / 2, w, h] for x, y, w, h in rows[:, :4].tolist()]
        found = []
        for index in np.asarray(cv2.dnn.NMSBoxes(boxes, rows[:, 4].tolist(), threshold, 0.5), int).ravel():
            logits = np.tensordot(rows[index, 5:], protos, axes=1)
            logits = cv2.resize(logits, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
            x, y, w, h = boxes[index]
            window = np.zeros((SIDE, SIDE), np.uint8)
            cv2.rectangle(window, (int(x) - 1, int(y) - 1), (int(x + w) + 1, int(y + h) + 1), 1, -1)
            quad = mask_quad(((logits > 0) & (window > 0)).astype(np.uint8))
            if quad is not None:
                found.append(((quad + 0.5) / scale, float(rows[index, 4])))
        return found


def label_tiled(teacher: Teacher, image: Image, tiles: int) -> list[tuple[Quad, float]]:
    """Label a picture cut into ``tiles`` x ``tiles`` overlapping parts (1: the whole; 0: a tight crop,
    padded).
    """
    height, width = image.shape[:2]
    if tiles == 1:
        return teacher.label(image)
    if tiles == 0:
        pad = max(height, width) // 2
        padded = cv2.copyMakeBorder(image, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(60, 60, 60))
        return [(quad - np.float32(pad), score) for quad, score in teacher.label(padded)]
    step_y, step_x = height // (tiles + 1), width // (tiles + 1)
    found: list[tuple[Quad, float]] = []
    for row in range(tiles):
        for column in range(tiles):
            corner = np.array((column * step_x, row * step_y))
            part = image[corner[1] : corner[1] + 2 * step_y, corner[0] : corner[0] + 2 * step_x]
            found += [(quad + corner, score) for quad, score in teacher.label(part)]
    return found


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--model", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--tiles", type=int, default=1)
    ask.add_argument("pictures", type=Path, nargs="+", help="pictures or folders of them")
    args = ask.parse_args()
    teacher = Teacher(args.model)
    labels = {}
    files = [
        file for path in args.pictures for file in ([path] if path.is_file() else sorted(path.glob("*.jpg")))
    ]
    for path in files:
        image = read_picture(path)
        found = label_tiled(teacher, image, args.tiles)
        labels[str(path)] = [
            {"quad": quad.round(1).tolist(), "score": round(score, 3)} for quad, score in found
        ]
    args.out.write_text(json.dumps(labels))


if __name__ == "__main__":
    main()
