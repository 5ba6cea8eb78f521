"""The detector over tiny networks made here, over hostile ones, and over the shipped one."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from contract.vehicles import VehicleKind
from edge.detect.detector import DetectorError
from edge.detect.onnx_backend import OnnxVehicleDetector
from models.card import ModelCardError, packaged_card

CLASSES = ["car", "motorbike"]
PICTURE = np.zeros((360, 640, 3), np.uint8)


def card_with_network(folder: Path, output: NDArray[np.float32], **changes: object) -> Path:
    """A network that gives `output` whatever it sees, with its card; `changes` falsify the card."""
    image = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, "height", "width"])
    result = helper.make_tensor_value_info("output0", TensorProto.FLOAT, list(output.shape))
    node = helper.make_node("Constant", [], ["output0"], value=numpy_helper.from_array(output))
    graph = helper.make_graph([node], "fixed", [image], [result])
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content = network.SerializeToString()
    onnx.save(network, folder / "net.onnx")
    facts = {
        "name": "net",
        "file": "net.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "task": "test",
        "data": ["none"],
        "licence": "AGPL-3.0",
        "recipe": "none",
        "seed": 0,
        "metrics": {},
        "input": "any",
        "output": "fixed",
        "classes": CLASSES,
    }
    (folder / "net.yaml").write_text(yaml.safe_dump(facts | changes))
    return folder / "net.yaml"


def one_car(score: float = 0.9) -> NDArray[np.float32]:
    """A car of 40 x 20 pixels at the middle of the input; the picture lies 12 pixels lower in it."""
    return np.array([[[320], [192], [40], [20], [score], [0.1]]], np.float32)


def test_finds_what_the_network_says(tmp_path: Path) -> None:
    detector = OnnxVehicleDetector(card_with_network(tmp_path, one_car()), input_size=640)
    (car,) = detector.detect(PICTURE)
    assert (car.kind, car.box) == (VehicleKind.CAR, (300, 170, 340, 190))
    assert car.confidence == pytest.approx(0.9)


def test_boxes_are_in_pixels_of_the_picture(tmp_path: Path) -> None:
    detector = OnnxVehicleDetector(card_with_network(tmp_path, one_car()), input_size=640)
    (car,) = detector.detect(np.zeros((720, 1280, 3), np.uint8))
    assert car.box == (600, 340, 680, 380)


def test_the_same_network_at_another_size(tmp_path: Path) -> None:
    detector = OnnxVehicleDetector(card_with_network(tmp_path, one_car()), input_size=640)
    (car,) = detector.at(1280).detect(PICTURE)
    assert car.box == (150, 87, 170, 97)  # 720 rows are padded to 736: 8 pixels lower, not 12
    assert detector.detect(PICTURE)[0].box == (300, 170, 340, 190)
    with pytest.raises(ValueError, match="multiple of 32"):
        detector.at(100)


def test_unsure_is_left_out(tmp_path: Path) -> None:
    detector = OnnxVehicleDetector(card_with_network(tmp_path, one_car(0.3)), confidence=0.35)
    assert detector.detect(PICTURE) == []


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 640, 3), np.uint8),
        np.zeros((360, 640), np.uint8),
        np.zeros((360, 640, 4), np.uint8),
        np.zeros((360, 640, 3), np.float32),
    ],
    ids=["empty", "grey", "with alpha", "floats"],
)
def test_picture_that_is_none(tmp_path: Path, picture: NDArray[np.uint8]) -> None:
    detector = OnnxVehicleDetector(card_with_network(tmp_path, one_car()))
    with pytest.raises(DetectorError, match="expected a BGR picture"):
        detector.detect(picture)


@pytest.mark.parametrize(
    "output",
    [np.full((1, 6, 1), np.nan, np.float32), np.zeros((1, 84, 1), np.float32)],
    ids=["not a number", "another network"],
)
def test_nonsense_of_a_network_is_an_error_of_one_frame(tmp_path: Path, output: NDArray[np.float32]) -> None:
    detector = OnnxVehicleDetector(card_with_network(tmp_path, output))
    with pytest.raises(DetectorError, match="not finite"):
        detector.detect(PICTURE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sha256": "0" * 64}, "not the file its card describes"),
        ({"file": "gone.onnx"}, "cannot read"),
        ({"colour": "red"}, "Extra inputs"),
        ({"classes": 3}, "classes"),
    ],
)
def test_wrong_card_stops_the_start(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    card = card_with_network(tmp_path, one_car(), **changes)
    with pytest.raises(ModelCardError, match=message):
        OnnxVehicleDetector(card)


def test_missing_card(tmp_path: Path) -> None:
    with pytest.raises(ModelCardError, match="cannot read model card"):
        OnnxVehicleDetector(tmp_path / "none.yaml")


def test_file_that_is_no_network(tmp_path: Path) -> None:
    content = b"not a network"
    card = card_with_network(tmp_path, one_car(), sha256=hashlib.sha256(content).hexdigest())
    (tmp_path / "net.onnx").write_bytes(content)
    with pytest.raises(DetectorError, match="can't load"):
        OnnxVehicleDetector(card)


@pytest.mark.parametrize("size", [0, -32, 333])
def test_input_size_must_fit_the_grid(tmp_path: Path, size: int) -> None:
    with pytest.raises(ValueError, match="multiple of 32"):
        OnnxVehicleDetector(card_with_network(tmp_path, one_car()), input_size=size)


def test_shipped_network_runs_and_repeats_itself() -> None:
    detector = OnnxVehicleDetector(packaged_card("vehicles"), input_size=320)
    noise = np.random.default_rng(1).integers(0, 256, (180, 320, 3), np.uint8)
    assert detector.detect(noise) == detector.detect(noise)
