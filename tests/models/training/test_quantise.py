"""A network in 8-bit integers is the same network, a little rounded."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.card import load_card
from models.training.cards import write_card
from models.training.quantise import quantise

FACTS = {"task": "test", "data": ["none"], "licence": "AGPL-3.0-or-later", "recipe": "none", "seed": 1}
SHAPES = {"input": "1x3xHxW", "output": "1x5xHxW", "classes": ["a"], "metrics": {"right": 0.5}}


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Three convolutions, of which the last gives the answer, and a word in the file."""
    rng = np.random.default_rng(5)
    sizes = {"first": (8, 3), "middle": (8, 8), "last": (5, 8)}
    weights = {name: rng.normal(0, 0.3, (*size, 3, 3)).astype(np.float32) for name, size in sizes.items()}
    stored = [numpy_helper.from_array(value, f"{name}.w") for name, value in weights.items()]
    stored += [
        numpy_helper.from_array(rng.normal(0, 0.1, len(v)).astype(np.float32), f"{n}.b")
        for n, v in weights.items()
    ]
    nodes, entering = [], "x"
    for name in sizes:
        given = [entering, f"{name}.w", f"{name}.b"]
        nodes.append(helper.make_node("Conv", given, [f"{name}.out"], name=name, pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"{name}.out"], [f"{name}.relu"], name=f"{name}.relu"))
        entering = f"{name}.relu"
    graph = helper.make_graph(
        nodes[:-1],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("last.out", TensorProto.FLOAT, [1, 5, "h", "w"])],
        stored,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"alphabet": "ABC"})
    folder = tmp_path / "float"
    folder.mkdir()
    onnx.save(model, folder / "small.onnx")
    write_card(folder / "small.onnx", **FACTS, **SHAPES)
    return folder / "small.yaml"


def blobs(count: int) -> list[NDArray[np.float32]]:
    rng = np.random.default_rng(6)
    return [rng.random((1, 3, 16, 24), np.float32) for _ in range(count)]


def run(path: Path, blob: NDArray[np.float32]) -> NDArray[np.float32]:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": blob})[0])


def test_it_answers_nearly_the_same_from_a_smaller_file(card: Path, tmp_path: Path) -> None:
    target = tmp_path / "small.onnx"
    quantise(card, target, blobs(8), lambda node: node.name == "last")
    unseen = np.random.default_rng(7).random((1, 3, 32, 40), np.float32)
    wanted, said = run(card.with_suffix(".onnx"), unseen), run(target, unseen)
    assert np.abs(said - wanted).mean() < 0.03 * np.abs(wanted).mean()
    assert not np.array_equal(said, wanted)


def test_its_card_is_that_of_the_network_in_float_but_for_the_file(card: Path, tmp_path: Path) -> None:
    told = quantise(card, tmp_path / "small.onnx", blobs(2), lambda node: node.name == "last")
    before = load_card(card)
    assert told == load_card(tmp_path / "small.yaml")
    assert told.verify(tmp_path) == tmp_path / "small.onnx"
    assert told.sha256 != before.sha256
    changed = {"sha256", "bytes", "recipe"}
    assert told.model_dump(exclude=changed) == before.model_dump(exclude=changed)
    assert "8-bit" in told.recipe


def test_what_stands_in_the_file_and_the_order_of_layers_are_kept(card: Path, tmp_path: Path) -> None:
    target = tmp_path / "small.onnx"
    quantise(card, target, blobs(2), lambda node: node.name == "last")
    network = onnx.load(target)
    assert {p.key: p.value for p in network.metadata_props} == {"alphabet": "ABC"}
    assert [n.name for n in network.graph.node if n.op_type == "Conv"] == ["first", "middle", "last"]


def test_layers_that_stay_float_do_and_the_others_keep_seven_bits(card: Path, tmp_path: Path) -> None:
    target = tmp_path / "small.onnx"
    quantise(card, target, blobs(2), lambda node: node.name == "last")
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(target).graph.initializer}
    whole = [value for value in stored.values() if value.ndim == 4 and value.dtype == np.int8]
    assert len(whole) == 2
    assert max(np.abs(value.astype(int)).max() for value in whole) <= 64
    assert stored["last.w"].dtype == np.float32
