"""How well vehicles are seen on a camera that was not trained on, beside stock YOLOv8n at the same input.

    python -m models.evaluation.leave_one_out --shared ../shared --stock stock.yaml --card CARD.yaml
    python -m models.evaluation.leave_one_out --shared ../shared --stock stock.yaml --folds RUNS

With `--card` one network is measured on every pole: no figure of record for the poles it was trained on. With
`--folds` each pole is measured with the network of `RUNS/POLE/vehicles.yaml`, trained without that pole:
`models.training.vehicles.learn` makes one for each, `export` writes them.

A found box is right at an intersection over union of 0.5. Vehicles lower than `LOWEST` pixels, parked ones
and places to ignore are neither demanded nor counted as false. Bus and truck are one kind for precision and
recall; `exact` is the share of all vehicles found, under whatever name, whose name among five is right. The
difference of average precision to stock's has the bounds of a bootstrap over frames. How tight boxes are is
measured on those drawn without any network's proposal, where both networks report one.
"""

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.matching import overlaps
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.rules.geometry import contained
from edge.rules.inputs import SURE_OF_KIND, Box
from models.evaluation.poles import DRAWN, FOLDER, POLES, SOURCES, Frame, Labelled, frames

SIZE = 736
REPORTED = 0.35
LEAST = 0.01
RIGHT = 0.5
LOWEST = 30.0
INSIDE = 0.5
"""Share of a found box that must lie in a place to ignore for it not to count."""
ENOUGH = 50
"""Least vehicles of one kind on one pole for a comparison of average precision."""
RESAMPLES = 1000
SEED = 20261124
GROUPS: Mapping[str, tuple[VehicleKind, ...]] = {
    "motorbike": (VehicleKind.MOTORBIKE,),
    "car": (VehicleKind.CAR,),
    "bus+truck": (VehicleKind.BUS, VehicleKind.TRUCK),
    "bicycle": (VehicleKind.BICYCLE,),
    "any": tuple(VehicleKind),
}


@dataclass(frozen=True)
class Hits:
    """One group of kinds on one frame: the counted boxes, whether each is right, and the number of labels."""

    scores: NDArray[np.float64]
    right: NDArray[np.bool_]
    truths: int


@dataclass
class Seen:
    """Results of one network on the frames of one pole."""

    groups: dict[str, list[Hits]] = field(default_factory=lambda: {name: [] for name in GROUPS})
    named: list[bool] = field(default_factory=list)
    """For each vehicle found, whether its exact kind is right."""
    unsure: list[bool] = field(default_factory=list)
    """For each of them, whether one look leaves the kind uncertain."""
    fits: list[float] = field(default_factory=list)
    """For each box drawn by eye, the overlap of the best box found; 0 without one."""


def judge(found: Sequence[Detection], frame: Frame, seen: Seen) -> None:
    """Add the results of one frame."""
    for name, kinds in GROUPS.items():
        seen.groups[name].append(_hits([d for d in found if d.kind in kinds], frame, kinds))
    sure = [d for d in found if d.confidence >= REPORTED]
    demanded = [label for label in frame.labels if _demanded(label, frame)]
    for d, label in _pairs(sure, demanded, frame):
        seen.named.append(d.kind is label.kind)
        seen.unsure.append(d.kinds.get(d.kind, 1.0) < SURE_OF_KIND * (sum(d.kinds.values()) or 1.0))


def fit(found: Sequence[Detection], frame: Frame, seen: Seen) -> None:
    """Add the overlaps with the boxes drawn on one frame."""
    boxes = [d.box for d in found if d.confidence >= REPORTED]
    for label in frame.labels:
        best = float(overlaps([label.pixels(frame.image)], boxes).max()) if boxes else 0.0
        seen.fits.append(best if best >= RIGHT else 0.0)


def _demanded(label: Labelled, frame: Frame) -> bool:
    box = label.pixels(frame.image)
    return label.counts and box[3] - box[1] >= LOWEST


def _pairs(
    found: Sequence[Detection], labels: Sequence[Labelled], frame: Frame
) -> list[tuple[Detection, Labelled]]:
    """In order of score, each box takes the best label still free."""
    free = list(labels)
    pairs = []
    for d in sorted(found, key=lambda d: -d.confidence):
        shares = overlaps([d.box], [label.pixels(frame.image) for label in free])[0] if free else np.zeros(0)
        if len(shares) and shares.max() >= RIGHT:
            pairs.append((d, free.pop(int(shares.argmax()))))
    return pairs


def _hits(found: Sequence[Detection], frame: Frame, kinds: Sequence[VehicleKind]) -> Hits:
    """A box may match a label that does not count; then the box does not count either."""
    known = [label for label in frame.labels if label.kind in kinds]
    taken = {id(d): label for d, label in _pairs(found, known, frame)}
    elsewhere = [label.pixels(frame.image) for label in frame.labels if not _demanded(label, frame)]
    counted = [
        d
        for d in found
        if (_demanded(taken[id(d)], frame) if id(d) in taken else _is_false(d.box, elsewhere))
    ]
    counted.sort(key=lambda d: -d.confidence)
    scores = np.array([d.confidence for d in counted])
    right = np.array([id(d) in taken for d in counted], bool)
    return Hits(scores, right, sum(_demanded(label, frame) for label in known))


def _is_false(box: Box, elsewhere: Iterable[Box]) -> bool:
    return box[3] - box[1] >= LOWEST and all(contained(box, place) < INSIDE for place in elsewhere)


def average_precision(hits: Sequence[Hits]) -> float:
    """Area under the curve of precision and recall, precision made monotonous as in COCO."""
    truths = sum(h.truths for h in hits)
    scores = np.concatenate([h.scores for h in hits])
    right = np.concatenate([h.right for h in hits])[np.argsort(-scores, kind="stable")]
    precision = right.cumsum() / np.arange(1, len(right) + 1)
    highest = np.maximum.accumulate(precision[::-1])[::-1]
    return float((highest * right).sum() / truths) if truths and len(right) else 0.0


def at_report(hits: Sequence[Hits]) -> dict[str, float]:
    """Precision and recall at the node's report threshold."""
    right = sum(int(h.right[h.scores >= REPORTED].sum()) for h in hits)
    false = sum(int((~h.right[h.scores >= REPORTED]).sum()) for h in hits)
    truths = sum(h.truths for h in hits)
    return {
        "truths": truths,
        "recall": right / truths if truths else float("nan"),
        "precision": right / (right + false) if right + false else float("nan"),
    }


def difference(ours: Sequence[Hits], stock: Sequence[Hits]) -> tuple[float, float, float]:
    """Average precision of ours minus stock's on the same frames, and its 95 % bounds."""
    chance = np.random.default_rng(SEED)
    drawn = chance.integers(len(ours), size=(RESAMPLES, len(ours)))
    resampled = [
        average_precision([ours[i] for i in row]) - average_precision([stock[i] for i in row])
        for row in drawn.tolist()
    ]
    low, high = np.percentile(resampled, [2.5, 97.5])
    return average_precision(ours) - average_precision(stock), float(low), float(high)


def summary(ours: Seen, stock: Seen) -> dict[str, Any]:
    """The figures of one pole, or of several together."""
    rows: dict[str, Any] = {}
    for name, hits in ours.groups.items():
        rows[name] = {"ours": at_report(hits), "stock": at_report(stock.groups[name])}
        if rows[name]["ours"]["truths"] >= ENOUGH:
            for who, seen in (("ours", ours), ("stock", stock)):
                rows[name][who]["ap50"] = average_precision(seen.groups[name])
            rows[name]["difference"] = difference(hits, stock.groups[name])
    both = (np.array(ours.fits) > 0) & (np.array(stock.fits) > 0)
    rows["drawn"] = int(both.sum())
    rows["unsure"] = sum(ours.unsure)
    rows["unsure_wrong"] = sum(u and not n for u, n in zip(ours.unsure, ours.named, strict=True))
    rows["sure_wrong"] = len(ours.named) - sum(ours.named) - rows["unsure_wrong"]
    for who, seen in (("ours", ours), ("stock", stock)):
        rows[f"exact_{who}"] = float(np.mean(seen.named)) if seen.named else float("nan")
        rows[f"fit_{who}"] = float(np.array(seen.fits)[both].mean()) if both.any() else float("nan")
    return rows


def joined(several: Sequence[Seen]) -> Seen:
    """The results of several poles, merged."""
    groups = {name: [h for seen in several for h in seen.groups[name]] for name in GROUPS}
    named = [right for seen in several for right in seen.named]
    unsure = [unsure for seen in several for unsure in seen.unsure]
    return Seen(groups, named, unsure, [share for seen in several for share in seen.fits])


def tell(title: str, figures: Mapping[str, Any]) -> None:
    """Print the figures of a pole."""
    exact = f"exact kind {figures['exact_ours']:.3f} (stock {figures['exact_stock']:.3f})"
    fits = (
        f"overlap with {figures['drawn']} drawn boxes {figures['fit_ours']:.3f} ({figures['fit_stock']:.3f})"
    )
    open_kinds = f"kind open of {figures['unsure']}, {figures['unsure_wrong']} of them wrong"
    print(f"{title}: {exact}, {open_kinds}, {figures['sure_wrong']} others wrong; {fits}")  # noqa: T201
    for name in GROUPS:
        row = figures[name]
        if row["ours"]["truths"]:
            words = "; stock ".join(
                f"recall {row[who]['recall']:.3f} precision {row[who]['precision']:.3f}"
                for who in ("ours", "stock")
            )
            tail = ""
            if "difference" in row:
                middle, low, high = row["difference"]
                tail = f"; AP50 {row['ours']['ap50']:.3f}, {middle:+.3f} ({low:+.3f} to {high:+.3f}) to stock"
            print(f"  {name:<10} {row['ours']['truths']:>4}: {words}{tail}")  # noqa: T201


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--shared", type=Path, required=True)
    ask.add_argument("--stock", type=Path, required=True, help="card of the official weights, exported")
    ask.add_argument("--card", type=Path, help="one network for every pole")
    ask.add_argument("--folds", type=Path, help="a folder with a network for each pole left out")
    ask.add_argument("--pole", action="append", choices=POLES, help="only these poles")
    ask.add_argument("--out", type=Path, help="write the figures here, as JSON")
    args = ask.parse_args()
    if (args.card is None) == (args.folds is None):
        ask.error("give --card or --folds, one of them")
    cv2.setNumThreads(1)
    stock = OnnxVehicleDetector(args.stock, input_size=SIZE, confidence=LEAST)
    told: dict[str, Any] = {}
    seen: list[tuple[Seen, Seen]] = []
    for pole in args.pole or POLES:
        card = args.card or args.folds / pole / "vehicles.yaml"
        network = OnnxVehicleDetector(card, input_size=SIZE, confidence=LEAST)
        pair = (Seen(), Seen())
        sources = {name: source for name, source in SOURCES.items() if source.pole == pole}
        for folder, add in ((FOLDER, judge), (DRAWN, fit)):
            for frame in frames(args.shared / "data", sources, folder):
                for detector, result in zip((network, stock), pair, strict=True):
                    add(detector.detect(frame.image), frame, result)
        seen.append(pair)
        told[pole] = summary(*pair)
        tell(pole, told[pole])
    told["together"] = summary(joined([ours for ours, _ in seen]), joined([theirs for _, theirs in seen]))
    tell("together", told["together"])
    if args.out:
        args.out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
