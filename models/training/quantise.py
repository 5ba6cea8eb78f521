"""Converts an exported network to 8-bit integers: a quarter of the size, about half the time.

Weights keep 7 bits, so that processors without VNNI instructions don't overflow and every processor gives the
same numbers. Layers whose outputs are boxes or scores should stay in float: a corner 100 pixels away and a
score of 0.35 don't fit one scale. Whether the result is good enough is measured, not assumed.
"""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

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

from models.card import ModelCard, load_card
from models.training.cards import write_card

IN_INTEGERS = ["Conv", "Concat", "MaxPool", "Resize", "Add", "Mul"]
"""Operators converted to integers; the others stay in float."""


class _Inputs(CalibrationDataReader):
    """Representative inputs of the network, one batch at a time."""

    def __init__(self, name: str, blobs: Iterable[NDArray[np.float32]]) -> None:
        self._name, self._blobs = name, iter(blobs)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next input, or None."""
        blob = next(self._blobs, None)
        return None if blob is None else {self._name: blob}


def quantise(
    card: Path,
    target: Path,
    blobs: Iterable[NDArray[np.float32]],
    stays_float: Callable[[onnx.NodeProto], bool],
) -> ModelCard:
    """Write the network of `card` with 8-bit integers to `target`, with a corresponding card.

    Args:
        card: card of the float network.
        target: the ONNX file to write.
        blobs: inputs from training pictures that give the value ranges.
        stays_float: whether a node of the network stays in float.
    """
    told = load_card(card)
    source = told.verify(card.parent)
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        graph = onnx.load(prepared).graph
        quantize_static(
            str(prepared),
            str(target),
            _Inputs(graph.input[0].name, blobs),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=IN_INTEGERS,
            nodes_to_exclude=[node.name for node in graph.node if stays_float(node)],
            calibrate_method=CalibrationMethod.MinMax,
        )
    network, exported = onnx.load(target), onnx.load(source)
    _reorder(network.graph, [node.name for node in exported.graph.node])
    del network.metadata_props[:]
    network.metadata_props.extend(exported.metadata_props)
    onnx.save(network, target)
    facts = told.model_dump(exclude={"name", "file", "sha256", "bytes", "recipe"})
    return write_card(
        target, recipe=f"{told.recipe}, then in 8-bit integers (models.training.quantise)", **facts
    )


def _reorder(graph: onnx.GraphProto, names: list[str]) -> None:
    """Put the nodes in the order of `names` again, each after its inputs: `warm_start` identifies layers by
    their order."""
    made = {output: node for node in graph.node for output in node.output}
    named = {node.name: node for node in graph.node}
    ordered: dict[str, onnx.NodeProto] = {}

    def add(node: onnx.NodeProto) -> None:
        if node.output[0] not in ordered:
            for name in node.input:
                if name in made:
                    add(made[name])
            ordered[node.output[0]] = node

    for node in [*(named[name] for name in names if name in named), *graph.node]:
        add(node)
    nodes = list(ordered.values())
    del graph.node[:]
    graph.node.extend(nodes)
