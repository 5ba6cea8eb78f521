"""A mixture lies between the two networks; rows and shifts land on their kinds."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

import onnx
from onnx import helper, numpy_helper

from models.training.vehicles.mixture import class_layer, mixture
from models.training.vehicles.start import KINDS

NAMES = ("model.0.conv.weight", "model.22.cv3.0.2.weight", "model.22.cv3.0.2.bias")
ROWS = [kind.value for kind in KINDS]


def network(path: Path, value: float) -> Path:
    """A file whose weights all have one value."""
    stored = [
        numpy_helper.from_array(np.full(shape, value, np.float32), name)
        for name, shape in zip(NAMES, ((2, 3), (5, 2), (5,)), strict=True)
    ]
    graph = helper.make_graph([], "net", [], [], stored)
    onnx.save(helper.make_model(graph), str(path))
    return path


def test_shares_rows_and_shifts(tmp_path: Path) -> None:
    tuned, official = network(tmp_path / "tuned.onnx", 1.0), network(tmp_path / "official.onnx", 3.0)
    target = tmp_path / "mixed.onnx"
    mixture(tuned, official, target, 0.75, {"car": 0.5})
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(str(target)).graph.initializer}
    assert stored[NAMES[0]] == pytest.approx(np.full((2, 3), 1.5))
    assert stored[NAMES[1]][:, 0].tolist() == [3.0 if row == "bicycle" else 1.5 for row in ROWS]
    assert stored[NAMES[2]].tolist() == [{"bicycle": 3.0, "car": 2.0}.get(row, 1.5) for row in ROWS]


def test_a_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    graph = helper.make_graph([], "net", [], [], [])
    onnx.save(helper.make_model(graph), str(tmp_path / "other.onnx"))
    with pytest.raises(ValueError, match="no class layer"):
        list(class_layer(onnx.load(str(tmp_path / "other.onnx"))))
