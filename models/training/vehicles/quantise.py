"""The vehicle network in 8-bit integers.

    python -m models.training.vehicles.quantise --card FLOAT.yaml --data SET --target INT8.onnx

Ranges are taken from training pictures as the node sees them. Not what ships: `docs/accuracy-vehicles.md`
says why.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from edge.detect.letterbox import letterbox
from edge.detect.onnx_backend import STRIDE
from edge.pictures import load_picture
from models.training.quantise import quantise

SIZE = 640
EVERY = 8
"""Every n-th training picture is used for the value ranges."""
HEAD = "/model.22/"
LAST = "2/Conv"
"""End of the name of a branch's last convolution: distances to the sides, or scores."""


def inputs(folder: Path) -> Iterator[NDArray[np.float32]]:
    """Every `EVERY`-th picture written by `gather.py`, as the node network's input."""
    for path in sorted((folder / "images").iterdir())[::EVERY]:
        yield letterbox(load_picture(path).image, SIZE, STRIDE)[0]


def stays_float(node: onnx.NodeProto) -> bool:
    """Whether a node's outputs are boxes or scores."""
    return HEAD in node.name and (node.op_type != "Conv" or node.name.endswith(LAST) or "dfl" in node.name)


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--card", type=Path, required=True, help="card of the network in float")
    ask.add_argument("--data", type=Path, required=True, help="folder that `gather.py` wrote")
    ask.add_argument("--target", type=Path, required=True)
    args = ask.parse_args()
    quantise(args.card, args.target, inputs(args.data), stays_float)


if __name__ == "__main__":
    main()
