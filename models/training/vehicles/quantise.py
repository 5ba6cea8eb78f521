"""Turns the exported network into one of 8-bit integers: a quarter of the size, two thirds of the time.

    python -m models.training.vehicles.quantise --card FLOAT.yaml --data SET/train.txt --target INT8.onnx

Ranges are taken from training pictures as the node sees them. Weights keep 7 bits, so that processors without
VNNI instructions don't overflow and every processor gives the same numbers. The layers that give boxes and
scores, and what follows them, stay in float: a box 600 pixels wide and a score of 0.35 don't fit one scale.
Whether the result is good enough is measured, not assumed: `docs/accuracy-vehicles.md`.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from edge.detect.letterbox import letterbox
from edge.detect.onnx_backend import STRIDE
from models.card import load_card
from models.training.cards import write_card

SIZE = 640
EVERY = 8
"""Of the training pictures every eighth gives ranges."""
HEAD = "/model.22/"
LAST = "2/Conv"
"""How the name of a branch's last convolution ends: distances to the sides, or scores."""
IN_INTEGERS = ["Conv", "Concat", "MaxPool", "Resize", "Add", "Mul"]


class Pictures(CalibrationDataReader):
    """Training pictures, one at a time."""

    def __init__(self, listing: Path, name: str) -> None:
        """Take every `EVERY`-th different picture of `listing` for the network's input `name`."""
        self._name = name
        self._inputs = _inputs(sorted(set(listing.read_text().split()))[::EVERY])

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next input, or None."""
        blob = next(self._inputs, None)
        return None if blob is None else {self._name: blob}


def _inputs(paths: list[str]) -> Iterator[NDArray[np.float32]]:
    for path in paths:
        image = cv2.imread(path)
        if image is None:
            raise ValueError(f"{path} is no picture")
        yield letterbox(np.asarray(image, np.uint8), SIZE, STRIDE)[0]


def stays_float(node: onnx.NodeProto) -> bool:
    """Whether a node of the network is one whose numbers are boxes or scores."""
    return HEAD in node.name and (node.op_type != "Conv" or node.name.endswith(LAST) or "dfl" in node.name)


def quantise(source: Path, listing: Path, target: Path) -> None:
    """Write `source` with 8-bit integers to `target`."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        graph = onnx.load(prepared).graph
        quantize_static(
            str(prepared),
            str(target),
            Pictures(listing, graph.input[0].name),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=IN_INTEGERS,
            nodes_to_exclude=[node.name for node in graph.node if stays_float(node)],
            calibrate_method=CalibrationMethod.MinMax,
        )


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--card", type=Path, required=True, help="card of the network in float")
    ask.add_argument("--data", type=Path, required=True, help="list of pictures, made by correct.py")
    ask.add_argument("--target", type=Path, required=True)
    args = ask.parse_args()
    card = load_card(args.card)
    quantise(card.verify(args.card.parent), args.data, args.target)
    facts = card.model_dump(exclude={"name", "file", "sha256", "bytes"})
    write_card(args.target, **facts)


if __name__ == "__main__":
    main()
