"""Averages two exported networks, weight by weight: one trained on, and the one it started from.

    python -m models.training.vehicles.average START.onnx TRAINED.onnx --target MEAN.onnx --facts FACTS.yaml

What a further training gives on its own pictures it takes elsewhere; half way keeps most of both (Wortsman et
al., "Robust fine-tuning of zero-shot models", 2022). Both must be exported with the same shift.
"""

import argparse
from pathlib import Path

import onnx
import yaml
from onnx import numpy_helper

from models.card import load_card
from models.training.cards import write_card
from models.training.vehicles.export import card_facts


def average(start: Path, trained: Path, target: Path) -> None:
    """Write to `target` the network whose weights are the mean of both.

    Raises:
        ValueError: the two have different layers.
    """
    network = onnx.load(start)
    other = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(trained).graph.initializer}
    own = {tensor.name: numpy_helper.to_array(tensor) for tensor in network.graph.initializer}
    if {name: part.shape for name, part in own.items()} != {name: part.shape for name, part in other.items()}:
        raise ValueError(f"{start} and {trained} have different layers")
    for tensor in network.graph.initializer:
        mean = (own[tensor.name] + other[tensor.name]) / 2
        tensor.CopyFrom(numpy_helper.from_array(mean.astype(own[tensor.name].dtype), tensor.name))
    onnx.save(network, target)


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("start", type=Path, help="with its card beside it")
    ask.add_argument("trained", type=Path)
    ask.add_argument("--target", type=Path, required=True)
    ask.add_argument("--facts", type=Path, required=True, help="YAML with data, recipe, seed, metrics")
    args = ask.parse_args()
    classes = load_card(args.start.with_suffix(".yaml")).classes
    average(args.start, args.trained, args.target)
    facts = yaml.safe_load(args.facts.read_text(encoding="utf-8"))
    write_card(args.target, **card_facts(list(classes)), **facts)


if __name__ == "__main__":
    main()
