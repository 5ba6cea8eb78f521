"""Mixes the weights of two exported networks: the fine-tuned one and the one it started from.

Fine-tuning improves results on its own pictures and worsens others; a mixture of the two networks keeps most
of both (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022, arXiv:2109.01903).
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


def mix(file: Path, old: Path, share: float) -> None:
    """Replace each weight of the ONNX ``file`` by ``share`` of itself plus the rest from ``old``.

    Raises:
        ValueError: the two files do not hold the same weights in the same order.
    """
    model, other = onnx.load(str(file)), onnx.load(str(old))
    shapes = [[(tensor.name, *tensor.dims) for tensor in net.graph.initializer] for net in (model, other)]
    if shapes[0] != shapes[1]:
        first = next((pair for pair in zip(*shapes, strict=False) if pair[0] != pair[1]), "not as many")
        raise ValueError(f"{file} and {old} have different layers or weights: {first}")
    for mine, before in zip(model.graph.initializer, other.graph.initializer, strict=True):
        if mine.data_type == onnx.TensorProto.FLOAT:
            mean = share * numpy_helper.to_array(mine) + (1 - share) * numpy_helper.to_array(before)
            mine.CopyFrom(numpy_helper.from_array(mean.astype(np.float32), mine.name))
    onnx.save(model, str(file))
