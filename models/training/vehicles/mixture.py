"""Mixes the official network back into a fine-tuned one: what the fine-tuning forgot comes back.

    python -m models.training.vehicles.mixture --tuned models/vehicles.yaml --target OUT/vehicles.onnx

All weights are mixed by one share (see `models/training/mix.py`); rows of the class layer for kinds of which
the fine-tuning saw next to nothing are the official ones (`OFFICIAL`). `--shift` adds to the logit of a kind:
the confidence a report is drawn from is one for all kinds, and mixing lowers the scores of some.
"""

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from contract.vehicles import VehicleKind
from models.card import load_card
from models.training.cards import write_card
from models.training.mix import mix
from models.training.vehicles.export import card_facts, export
from models.training.vehicles.start import KINDS, five_kinds_checkpoint, shifts_of

SHARE = 0.85
"""Of the fine-tuned weights. On poles left out 0.75 found fewer vehicles, 1 more false cars."""
OFFICIAL = (VehicleKind.BICYCLE,)
CLASS_LAYER = re.compile(r"\.cv3\.\d\.2\.(weight|bias)$")


def mixture(
    tuned: Path, official: Path, target: Path, share: float = SHARE, shifts: Mapping[str, float] | None = None
) -> None:
    """Write the mixture of two exported networks of ours to `target`.

    Raises:
        ValueError: the two files do not hold the same weights in the same order.
    """
    shutil.copy(tuned, target)
    mix(target, official, share)
    model = onnx.load(str(target))
    known = {
        tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(str(official)).graph.initializer
    }
    rows = [KINDS.index(kind) for kind in OFFICIAL]
    for tensor in class_layer(model):
        values = numpy_helper.to_array(tensor).copy()
        values[rows] = known[tensor.name][rows]
        if tensor.name.endswith("bias"):
            values += np.array([(shifts or {}).get(kind.value, 0.0) for kind in KINDS], np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    onnx.save(model, str(target))


def class_layer(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Weights and biases that give the scores, one pair for each size of vehicle; rows are `KINDS`.

    Raises:
        ValueError: the network has none.
    """
    found = [tensor for tensor in model.graph.initializer if CLASS_LAYER.search(tensor.name)]
    if not found:
        raise ValueError("the network has no class layer of an exported YOLOv8")
    yield from found


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--tuned", type=Path, required=True, help="card of the fine-tuned network")
    ask.add_argument("--target", type=Path, required=True, help="ONNX file to write; its card lies beside it")
    ask.add_argument("--share", type=float, default=SHARE, help="of the fine-tuned weights")
    ask.add_argument("--shift", action="append", default=[], help="KIND=LOGIT, may be given more than once")
    args = ask.parse_args(arguments)
    tuned = load_card(args.tuned).verify(args.tuned.parent)
    args.target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        official = Path(folder) / "official.onnx"
        export(five_kinds_checkpoint(Path(folder) / "official.pt"), official)
        mixture(tuned, official, args.target, args.share, shifts_of(args.shift))
    recipe = " ".join(
        [
            "models.training.vehicles.mixture --share",
            str(args.share),
            *(f"--shift {shift}" for shift in args.shift),
        ]
    )
    facts = {"data": [f"{args.tuned.name}, official YOLOv8n"], "recipe": recipe, "seed": 0, "metrics": {}}
    write_card(args.target, **card_facts([kind.value for kind in KINDS]), **facts)


if __name__ == "__main__":
    main()
