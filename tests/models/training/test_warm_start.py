"""A committed network's folded weights come back as the same function."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="extra training not installed")

import torch
from torch import nn

from models.card import load_card
from models.training.cards import write_card
from models.training.quantise import quantise
from models.training.warm_start import load_folded


class Small(nn.Module):
    """Convolution and normalisation twice, in two and one dimensions, then a dense layer."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.flat = nn.Sequential(nn.Conv2d(3, width, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.row = nn.Sequential(nn.Conv1d(width, 6, 3, bias=False), nn.BatchNorm1d(6))
        self.added = nn.Conv1d(6, 6, 1)
        self.dense = nn.Linear(6, 4)
        nn.init.zeros_(self.added.weight)
        nn.init.zeros_(self.added.bias)

    def forward(self, x):
        row = self.row(self.flat(x).mean(dim=2))
        return self.dense((row + self.added(row)).mean(dim=2))


class WithoutAdded(Small):
    def forward(self, x):
        return self.dense(self.row(self.flat(x).mean(dim=2)).mean(dim=2))


def exported(net: nn.Module, file: Path) -> Path:
    torch.onnx.export(
        net.eval(), (torch.zeros(1, 3, 12, 16),), str(file), dynamic_axes={"x": {0: "n"}}, dynamo=False,
        input_names=["x"],
    )  # fmt: skip
    return file


@pytest.fixture
def trained() -> nn.Module:
    torch.manual_seed(3)
    net = WithoutAdded()
    net.train()
    for _ in range(5):
        net(torch.rand(32, 3, 12, 16) * 3 - 1)
    return net


@pytest.mark.parametrize("training", [False, True])
def test_the_function_is_the_same_in_use_and_in_training(
    tmp_path: Path, trained: nn.Module, training: bool
) -> None:
    torch.manual_seed(4)
    sample, net = torch.rand(24, 3, 12, 16), Small()
    load_folded(net, exported(trained, tmp_path / "net.onnx"), sample, new=("added",))
    with torch.no_grad():
        assert torch.allclose(net.train(training)(sample), trained.eval()(sample), atol=1e-4)


def test_from_integers_the_function_is_nearly_the_same(tmp_path: Path, trained: nn.Module) -> None:
    torch.manual_seed(4)
    sample, net = torch.rand(24, 3, 12, 16), WithoutAdded()
    file = exported(trained, tmp_path / "net.onnx")
    card = write_card(
        file, task="test", data=[], licence="none", recipe="none", seed=1, metrics={}, input="x", output="y",
        classes=[],
    )  # fmt: skip
    whole = tmp_path / "whole.onnx"
    quantise(file.with_suffix(".yaml"), whole, [sample.numpy()], lambda node: node.op_type == "Gemm")
    load_folded(net, whole, sample, new=("added",))
    with torch.no_grad():
        wanted, said = trained.eval()(sample), net.eval()(sample)
    assert card.sha256 != load_card(whole.with_suffix(".yaml")).sha256
    assert float((said - wanted).abs().mean()) < 0.05 * float(wanted.abs().mean())


@pytest.mark.parametrize(("net", "new"), [(Small(10), ("added",)), (Small(), ())])
def test_another_network_is_refused(
    tmp_path: Path, trained: nn.Module, net: nn.Module, new: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="layer"):
        load_folded(net, exported(trained, tmp_path / "net.onnx"), torch.rand(4, 3, 12, 16), new=new)


def test_layers_left_over_are_refused(tmp_path: Path, trained: nn.Module) -> None:
    with pytest.raises(ValueError, match="not in the network"):
        load_folded(
            Small(), exported(trained, tmp_path / "net.onnx"), torch.rand(4, 3, 12, 16), ("added", "dense")
        )
