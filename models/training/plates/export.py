"""Turn trained weights into ONNX files, each with its card; `quantise` makes of two of them what a node runs.

    python -m models.training.plates.export finder --weights finder.pt --metrics finder.json --out WORK
    python -m models.training.plates.export corners --weights corners.pt
    python -m models.training.plates.export reader --weights reader.pt --calibration C.json --out WORK

A network trained on from an earlier one may be mixed with it (``--mix OLD.onnx --share 0.5``, both in
float): see `models.training.mix`.

Rewriting only the calibration of a reader keeps its weights: the same command with another ``--calibration``.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from edge.plate.corners import FRAME_HEIGHT, FRAME_WIDTH
from edge.plate.rectify import CROP_HEIGHT, CROP_WIDTH
from models.training.cards import write_card
from models.training.mix import mix
from models.training.plates.corner_net import CornerNet
from models.training.plates.finder_net import FinderNet
from models.training.plates.reader_net import ReaderNet
from models.training.plates.specimens import ALPHABET, COLOURS

NEUTRAL: dict[str, Any] = {"bias": 0.0, "weights": [1.0, 0.0, 0.0, 0.0]}
DATA = [
    "drawn plates by QCVN 08:2024/BCA (models.training.plates.render)",
    "5,777 pictures and crops of Vietnamese plates from public repositories, not in this repository",
]


class Scored(nn.Module):
    """The finder with its score as a probability."""

    def __init__(self, net: FinderNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        output = self.net(x)
        return torch.cat((output[:, :1].sigmoid(), output[:, 1:]), dim=1)


def write_finder(weights: Path, file: Path) -> None:
    net = FinderNet()
    net.load_state_dict(torch.load(weights, weights_only=True))
    axes = {"picture": {2: "height", 3: "width"}, "cells": {2: "rows", 3: "columns"}}
    torch.onnx.export(
        Scored(net).eval(),
        (torch.zeros(1, 3, 320, 320),),
        str(file),
        input_names=["picture"],
        output_names=["cells"],
        dynamic_axes=axes,
        dynamo=False,
    )


class Chanced(nn.Module):
    """The corner network with its plate output as a probability."""

    def __init__(self, net: CornerNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        logits, shifts = self.net(x)
        return logits.sigmoid(), shifts


def write_corners(weights: Path, file: Path) -> None:
    net = CornerNet()
    net.load_state_dict(torch.load(weights, weights_only=True))
    names = ["frames", "plate", "shifts"]
    torch.onnx.export(
        Chanced(net).eval(),
        (torch.zeros(1, 3, FRAME_HEIGHT, FRAME_WIDTH),),
        str(file),
        input_names=names[:1],
        output_names=names[1:],
        dynamic_axes={name: {0: "count"} for name in names},
        dynamo=False,
    )


def write_reader(weights: Path, file: Path, calibration: dict[str, Any]) -> None:
    net = ReaderNet()
    net.load_state_dict(torch.load(weights, weights_only=True))
    names = ["rows", "colour", "plate"]
    torch.onnx.export(
        net.eval(),
        (torch.zeros(1, 3, CROP_HEIGHT, CROP_WIDTH),),
        str(file),
        input_names=["crops"],
        output_names=names,
        dynamic_axes={name: {0: "count"} for name in ("crops", *names)},
        dynamo=False,
    )
    model = onnx.load(str(file))
    for key, value in (("alphabet", ALPHABET), ("calibration", json.dumps(calibration))):
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, str(file))


FINDER: dict[str, Any] = {
    "task": "number plates with four corners (fully convolutional, YOLOv8n trunk)",
    "data": [
        *DATA,
        "411 pictures of a Vietnamese street camera as background, corners by platedet 0.0.2 as teacher",
        "COCO 2017 through the official YOLOv8n weights, layers 0 to 6",
    ],
    "licence": "AGPL-3.0-or-later",
    "recipe": "python -m models.training.plates.finder (models/training/plates/README.md)",
    "seed": 20261124,
    "input": "1x3xHxW float32, RGB 0..1, H and W multiples of 32; plates 12 to 140 px wide",
    "output": "1x9x(H/8)x(W/8) float32: score, then x, y of four corners from the cell's centre in units of "
    "8 px, clockwise from the top-left of the text",
    "classes": ["plate"],
}
CORNERS: dict[str, Any] = {
    "task": "true corners of one plate pulled roughly straight, and whether it is one",
    "data": [
        *DATA,
        "411 pictures of a Vietnamese street camera and frames of ten street videos as background",
        "COCO 2017 through the official YOLOv8n weights, layers 0 to 4",
    ],
    "licence": "AGPL-3.0-or-later",
    "recipe": "python -m models.training.plates.corners (models/training/plates/README.md)",
    "seed": 20261124,
    "input": "Nx3x64x128 float32, RGB 0..1, the rough outline inset by a quarter of its size on each side",
    "output": "plate Nx1 probability, shifts Nx8: x, y of four corners from the rough ones in units of its "
    "size, clockwise from the top-left of the text",
    "classes": ["plate"],
}
READER: dict[str, Any] = {
    "task": "text, lines and ground colour of one rectified plate (CTC per row)",
    "data": DATA,
    "licence": "AGPL-3.0-or-later",
    "recipe": "python -m models.training.plates.reader (models/training/plates/README.md)",
    "seed": 20261124,
    "input": "Nx3x64x192 float32, RGB 0..1, the plate's outline inset by 4 %",
    "output": "rows Nx2x48x33 logits (0 blank, then the alphabet), colour Nx4 logits (white, yellow, blue, "
    "red), plate Nx1 log-odds that there is a plate",
    "classes": list(COLOURS),
}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("which", choices=("finder", "corners", "reader"))
    ask.add_argument("--weights", type=Path, required=True)
    ask.add_argument("--calibration", type=Path)
    ask.add_argument("--metrics", type=Path, help="JSON of measured figures for the card")
    ask.add_argument("--mix", type=Path, help="committed network it was trained on from")
    ask.add_argument("--share", type=float, default=0.5, help="of the new weights in the mixture")
    ask.add_argument("--out", type=Path, default=Path("models"))
    args = ask.parse_args()
    file = args.out / f"plate_{args.which}.onnx"
    if args.which == "finder":
        write_finder(args.weights, file)
    elif args.which == "corners":
        write_corners(args.weights, file)
    else:
        calibration = json.loads(args.calibration.read_text()) if args.calibration else NEUTRAL
        write_reader(args.weights, file, calibration)
    if args.mix:
        mix(file, args.mix, args.share)
    metrics = json.loads(args.metrics.read_text()) if args.metrics else {}
    facts = {"finder": FINDER, "corners": CORNERS, "reader": READER}[args.which]
    write_card(file, metrics=metrics, **facts)


if __name__ == "__main__":
    main()
