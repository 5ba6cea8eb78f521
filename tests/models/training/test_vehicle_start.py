"""The weights of an export are taken back to the last digit but rounding."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

import onnxruntime
import torch

from models.card import load_card, packaged_card
from models.training.vehicles.start import network, take_exported


def test_the_shipped_network_is_taken_back() -> None:
    card = packaged_card("vehicles")
    exported = card.parent / load_card(card).file
    picture = np.random.default_rng(0).random((1, 3, 96, 160), np.float32)
    with torch.inference_mode():
        ours = network(exported).eval()(torch.from_numpy(picture))[0].numpy()
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    (theirs,) = session.run(None, {"images": picture})
    assert ours == pytest.approx(theirs, abs=2e-3)


def test_another_network_is_refused() -> None:
    lamps = Path(packaged_card("lamps").parent / "lamps.onnx")
    with pytest.raises(ValueError, match="no layer"):
        take_exported(network(None), lamps)
