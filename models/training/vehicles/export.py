"""Exports a YOLOv8 checkpoint to ONNX and writes its model card.

    python -m models.training.vehicles.export                       the official weights, 80 COCO classes
    python -m models.training.vehicles.export --weights last.pt --facts facts.yaml --shift car=0.5

With `--mix OLD.onnx` a part of each weight is that of the network trained on; shifts are mixed with the rest.

The input stays dynamic in height and width: the node pads a 16:9 picture to 640x384, not to a square.
"""

import argparse
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
import yaml
from ultralytics.models import YOLO

from models.training.cards import write_card
from models.training.mix import mix
from models.training.vehicles.official import SHA256, official_weights
from models.training.vehicles.start import shift, shifts_of

MODELS = Path(__file__).parents[2]
OPSET = 17

STOCK_FACTS: dict[str, Any] = {
    "data": [f"COCO 2017, by the authors of the weights (yolov8n.pt, sha256 {SHA256})"],
    "recipe": "python -m models.training.vehicles.export",
    "seed": 0,
    "metrics": {"coco_val2017_map50_95": 0.373, "source": "published by the authors"},
}


def export(weights: Path, target: Path, shifts: Mapping[str, float] | None = None) -> list[str]:
    """Write `weights` as ONNX to `target`; return the class names in order.

    `shifts` adds to the logit of a class: the report confidence is one for all classes, and this sets the
    point on its precision-recall curve at that confidence.

    Metadata that changes from run to run (date, paths) is dropped, so that equal weights give equal bytes.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "model.pt"
        shutil.copy(weights, copy)
        model = YOLO(copy)
        shift(model.model, shifts or {})
        exported = model.export(format="onnx", dynamic=True, simplify=False, opset=OPSET, device="cpu")
        network = onnx.load(exported)
    del network.metadata_props[:]
    network.doc_string = ""
    onnx.checker.check_model(network)
    onnx.save(network, target)
    return [model.names[i] for i in sorted(model.names)]


def card_facts(classes: list[str]) -> dict[str, Any]:
    """Card entries that apply to any exported YOLOv8 detector."""
    return {
        "task": "vehicle detection (YOLOv8n)",
        "licence": "AGPL-3.0",
        "input": "1x3xHxW float32, RGB 0..1, H and W multiples of 32, letterboxed with grey 114",
        "output": "1x(4+classes)xanchors float32: centre x, y, width, height in input pixels; class scores",
        "classes": classes,
    }


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--weights", type=Path, help="checkpoint to export (default: the official COCO weights)")
    ask.add_argument("--facts", type=Path, help="YAML with data, recipe, seed, metrics for the card")
    ask.add_argument("--target", type=Path, default=MODELS / "vehicles.onnx")
    ask.add_argument("--shift", action="append", default=[], help="KIND=LOGIT, may be given more than once")
    ask.add_argument("--mix", type=Path, help="exported network it was trained on from")
    ask.add_argument("--share", type=float, default=0.5, help="of the new weights in the mixture")
    args = ask.parse_args()
    shifts = shifts_of(args.shift)
    facts = yaml.safe_load(args.facts.read_text(encoding="utf-8")) if args.facts else STOCK_FACTS
    classes = export(args.weights or official_weights(), args.target, shifts)
    if args.mix:
        mix(args.target, args.mix, args.share)
    write_card(args.target, **card_facts(classes), **facts)


if __name__ == "__main__":
    main()
