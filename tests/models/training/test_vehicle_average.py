"""Half way between two networks."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

import onnx
from onnx import TensorProto, helper, numpy_helper

from models.training.vehicles.average import average


def network(path: Path, weights: list[float]) -> Path:
    """A network that adds `weights` to its input."""
    tensor = numpy_helper.from_array(np.array(weights, np.float32), "w")
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [len(weights)])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [len(weights)])
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "add", [value], [out], [tensor])
    onnx.save(helper.make_model(graph), path)
    return path


def test_weights_are_the_mean_of_both(tmp_path: Path) -> None:
    one, two = network(tmp_path / "one.onnx", [1, 5]), network(tmp_path / "two.onnx", [3, -5])
    average(one, two, tmp_path / "mean.onnx")
    (tensor,) = onnx.load(tmp_path / "mean.onnx").graph.initializer
    assert numpy_helper.to_array(tensor).tolist() == [2, 0]


def test_other_layers_are_refused(tmp_path: Path) -> None:
    one, two = network(tmp_path / "one.onnx", [1, 5]), network(tmp_path / "two.onnx", [3])
    with pytest.raises(ValueError, match="different layers"):
        average(one, two, tmp_path / "mean.onnx")
