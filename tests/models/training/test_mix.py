"""Mixing of two sets of weights."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="extra training not installed")

import onnx
from onnx import TensorProto, helper, numpy_helper

from models.training.mix import mix


def written(file: Path, weights: list[float], name: str = "weights") -> Path:
    vector = numpy_helper.from_array(np.array(weights, np.float32), name)
    count = numpy_helper.from_array(np.array([7], np.int64), "count")
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [len(weights)])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [len(weights)])
    node = helper.make_node("Mul", ["x", name], ["y"])
    onnx.save(helper.make_model(helper.make_graph([node], "g", [value], [out], [vector, count])), str(file))
    return file


@pytest.mark.parametrize(("share", "expected"), [(0.0, [0.0, 4.0]), (0.5, [1.0, 3.0]), (1.0, [2.0, 2.0])])
def test_mean_of_the_weights(tmp_path: Path, share: float, expected: list[float]) -> None:
    new = written(tmp_path / "new.onnx", [2.0, 2.0])
    mix(new, written(tmp_path / "old.onnx", [0.0, 4.0]), share)
    weights, count = onnx.load(str(new)).graph.initializer
    assert numpy_helper.to_array(weights).tolist() == expected
    assert numpy_helper.to_array(count).tolist() == [7]


def test_other_shapes_are_refused(tmp_path: Path) -> None:
    new, old = written(tmp_path / "new.onnx", [2.0, 2.0]), written(tmp_path / "old.onnx", [1.0])
    with pytest.raises(ValueError, match="weights"):
        mix(new, old, 0.5)


def test_other_names_are_refused(tmp_path: Path) -> None:
    new, old = written(tmp_path / "new.onnx", [2.0]), written(tmp_path / "old.onnx", [1.0], "others")
    with pytest.raises(ValueError, match="different layers"):
        mix(new, old, 0.5)
