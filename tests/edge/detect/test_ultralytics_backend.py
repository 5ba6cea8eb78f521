"""A checkpoint sees on torch what its export sees on onnxruntime."""

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from ultralytics.utils import ASSETS

from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.detect.ultralytics_backend import UltralyticsVehicleDetector
from models.training.cards import write_card
from models.training.vehicles.export import STOCK_FACTS, card_facts, export
from models.training.vehicles.official import official_weights


def test_same_vehicles_as_the_export(tmp_path: Path) -> None:
    target = tmp_path / "net.onnx"
    classes = export(official_weights(), target)
    write_card(target, **card_facts(classes), **STOCK_FACTS)
    street = cv2.imread(str(ASSETS / "bus.jpg"))
    exported = OnnxVehicleDetector(target.with_suffix(".yaml"), input_size=480, confidence=0.05)
    original = UltralyticsVehicleDetector(official_weights(), input_size=480, confidence=0.05)
    here, there = exported.detect(street), original.detect(street)
    assert len(here) == len(there) > 0
    assert [d.kind for d in here] == [d.kind for d in there]
    assert [d.confidence for d in here] == pytest.approx([d.confidence for d in there], abs=1e-4)
    assert np.array([d.box for d in here]) == pytest.approx(np.array([d.box for d in there]), abs=0.05)
