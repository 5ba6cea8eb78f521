"""Does the node's vehicle network still see what stock YOLOv8n sees? Both at the node's size.

    python -m models.evaluation.vehicles --stock stock.yaml --card models/vehicles.yaml PICTURE_OR_CLIP...
    python -m models.evaluation.vehicles ... --labels models/evaluation/pole_frames CLIP...

No COCO pictures can be had here, so stock itself is the reference: what it finds with `SURE` or more when
it looks at 640, 960 and 1280 px and mirrored is demanded; what it finds with less is ignored.
Stock at 640 px is measured against that reference too, and has the advantage: the boxes are its own. Average
precision counts a vehicle that only the other network sees as false, so for ours it is a lower bound.

With `--labels` the reference is a folder of YOLO label files settled by eye, named by picture (folder and
name) or by clip and frame, with the classes `LABELLED`. With `--seen` too, of these vehicles only those that
stock finds as above are demanded, the others count neither as found nor as false: what stock already sees.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, Image
from edge.detect.matching import overlaps
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.pictures import load_picture
from models.evaluation.sources import picture_name
from models.training.vehicles.teacher import Teacher, label

SIZES = (640, 960, 1280)
SURE = 0.5
LEAST = 0.01
REPORTED = 0.35
THRESHOLDS = tuple(np.arange(0.5, 0.96, 0.05).round(2).tolist())
LABELLED = [VehicleKind.MOTORBIKE, VehicleKind.CAR, VehicleKind.BUS, VehicleKind.TRUCK, VehicleKind.BICYCLE]
"""Classes of label files; the number after the last is a place where neither finding nor missing counts."""
POOLED = (VehicleKind.BUS, VehicleKind.TRUCK)
MIN_TRUTHS = 10
"""Kinds with fewer vehicles in the reference are left out of the average."""


@dataclass
class Tally:
    """Results of one network with one kind of vehicle over all pictures."""

    truths: int = 0
    reported: int = 0
    scores: list[float] = field(default_factory=list)
    right: list[list[bool]] = field(default_factory=list)
    """For each score, whether the box was right at each of `THRESHOLDS`."""


def pictures(paths: Sequence[Path], step: int, first: int) -> Iterator[tuple[str, Image]]:
    """Stills as they are, and every `step`-th frame of clips from `first` on, with their names."""
    for path in paths:
        if path.suffix == ".mp4":
            with av.open(str(path)) as container:
                for index, frame in enumerate(container.decode(video=0)):
                    if index % step == first:
                        image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                        yield f"{path.stem}_{index:04d}", image
        else:
            yield picture_name(path), load_picture(path).image


def settled(labels: Path, image: Image) -> list[Detection]:
    """The vehicles of a label file (YOLO, classes `LABELLED`); a place to ignore is an uncertain one."""
    height, width = image.shape[:2]
    read: list[Detection] = []
    for line in labels.read_text().splitlines():
        number, x, y, w, h = (float(v) for v in line.split())
        box = ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
        known = int(number) < len(LABELLED)
        read.append(Detection(LABELLED[int(number)] if known else VehicleKind.CAR, float(known), box))
    return read


def seen_by(stock: Sequence[Detection], true: Sequence[Detection]) -> list[Detection]:
    """The true vehicles; those that `stock` does not find for sure become places to ignore."""
    boxes = {kind: [d.box for d in stock if d.kind is kind and d.confidence >= SURE] for kind in VehicleKind}
    return [
        d
        if boxes[d.kind] and overlaps([d.box], boxes[d.kind]).max() >= THRESHOLDS[0]
        else replace(d, confidence=0.0)
        for d in true
    ]


def pooled(found: Sequence[Detection]) -> list[Detection]:
    """Buses and trucks counted as cars."""
    return [replace(d, kind=VehicleKind.CAR) if d.kind in POOLED else d for d in found]


def judge(
    found: Sequence[Detection], reference: Sequence[Detection], tallies: dict[VehicleKind, Tally]
) -> None:
    """Add one picture to the tallies: each found box takes the best free true box of its kind."""
    weak = [d.box for d in reference if d.confidence < SURE]
    for kind, tally in tallies.items():
        true = [d.box for d in reference if d.kind is kind and d.confidence >= SURE]
        free = np.ones((len(THRESHOLDS), len(true)), bool)
        tally.truths += len(true)
        for d in sorted((d for d in found if d.kind is kind), key=lambda d: -d.confidence):
            right = _take(overlaps([d.box], true)[0] if true else np.zeros(0), free)
            if right[0] or not weak or overlaps([d.box], weak).max() < THRESHOLDS[0]:
                tally.scores.append(d.confidence)
                tally.right.append(right)
                tally.reported += right[0] and d.confidence >= REPORTED


def _take(shares: NDArray[np.float64], free: NDArray[np.bool_]) -> list[bool]:
    right = []
    for row, threshold in enumerate(THRESHOLDS):
        open_shares = np.where(free[row], shares, 0)
        best = int(open_shares.argmax()) if len(shares) else -1
        hit = best >= 0 and bool(open_shares[best] >= threshold)
        if hit:
            free[row, best] = False
        right.append(hit)
    return right


def average_precision(tally: Tally) -> NDArray[np.float64]:
    """Area under the precision-recall curve at each of `THRESHOLDS`, precision made monotonous as in COCO."""
    if not tally.scores:
        return np.zeros(len(THRESHOLDS))
    order = np.argsort(-np.array(tally.scores), kind="stable")
    right = np.array(tally.right, float)[order]
    hits = right.cumsum(axis=0)
    precision = hits / np.arange(1, len(right) + 1)[:, None]
    precision = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
    return np.asarray((precision * right).sum(axis=0) / max(1, tally.truths))


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("pictures", type=Path, nargs="+")
    ask.add_argument("--stock", type=Path, required=True, help="card of the official weights, exported")
    ask.add_argument("--card", type=Path, action="append", required=True, help="a network to compare")
    ask.add_argument("--size", type=int, default=640)
    ask.add_argument("--step", type=int, default=30, help="frames between those looked at in a clip")
    ask.add_argument("--first", type=int, default=7, help="the first of them; training took multiples")
    ask.add_argument("--labels", type=Path, help="folder of settled labels (default: what stock is sure of)")
    ask.add_argument("--seen", action="store_true", help="of the settled ones demand what stock finds")
    ask.add_argument("--pool", action="store_true", help="car, bus and truck as one kind")
    args = ask.parse_args()
    cv2.setNumThreads(1)
    teacher = Teacher(args.stock, SIZES)
    cards = [args.stock, *args.card]
    networks = [OnnxVehicleDetector(card, input_size=args.size, confidence=LEAST) for card in cards]
    results = [{kind: Tally() for kind in VehicleKind} for _ in cards]
    as_kinds = pooled if args.pool else list
    for name, image in pictures(args.pictures, args.step, args.first):
        seen = label(teacher.see(image)) if args.seen or not args.labels else []
        if args.labels:
            true = settled(args.labels / f"{name}.txt", image)
            seen = seen_by(seen, true) if args.seen else true
        for network, tallies in zip(networks, results, strict=True):
            judge(as_kinds(network.detect(image)), as_kinds(seen), tallies)
    for card, tallies in zip(cards, results, strict=True):
        _tell(card, tallies)


def _tell(card: Path, tallies: dict[VehicleKind, Tally]) -> None:
    means: list[tuple[float, float]] = []
    for kind, tally in tallies.items():
        if tally.truths >= MIN_TRUTHS:
            areas = average_precision(tally)
            means.append((float(areas[0]), float(areas.mean())))
            recall = tally.reported / tally.truths
            print(  # noqa: T201
                f"{card.stem} {kind.value:<10} AP50 {areas[0]:.3f} AP50-95 {areas.mean():.3f} "
                f"recall at {REPORTED} {recall:.3f} ({tally.truths} in the reference)"
            )
    mean50, mean = np.mean(means, axis=0) if means else (0.0, 0.0)
    print(f"{card.stem} mAP50 {mean50:.3f} mAP50-95 {mean:.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
