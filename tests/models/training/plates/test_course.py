"""A run learns, writes its files, goes on where it stopped, and stops when the loss is no number."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="extra training not installed")

import torch
from torch import Tensor, nn

from models.training.plates.course import Batch, Course, Task, add_options, train


class Brightness(nn.Module):
    """Guesses one number from a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Linear(1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.scale(x.mean(dim=(1, 2, 3))[:, None])[:, 0]


def draw(rng: np.random.Generator) -> int:
    return int(rng.integers(256))


def collate(samples: list[int]) -> Batch:
    levels = torch.tensor(samples)
    return {"image": levels[:, None, None, None].expand(-1, 3, 4, 4).to(torch.uint8), "want": levels / 255}


def error(said: Tensor, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    loss = (said.float() - batch["want"]).square().mean()
    return loss, {"error": loss}


def broken(said: Tensor, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    loss, _ = error(said, batch)
    return loss * float("inf"), {"error": loss * float("inf")}


def task(net: nn.Module, loss=error) -> Task[int]:
    groups = [{"params": net.parameters(), "lr": 0.5}]
    measure = {"weights": 2.0}
    return Task(net, groups, draw, collate, loss, lambda _: measure, decay=0.9)


def course(out: Path, *more: str) -> Course:
    ask = argparse.ArgumentParser()
    add_options(ask, steps=60, batch=16, rate=0.1, every=20)
    return Course.told("net", ask.parse_args(["--out", str(out), *more]))


def test_it_learns_and_says_how_it_went(tmp_path: Path) -> None:
    torch.manual_seed(1)
    train(task(Brightness()), course(tmp_path))
    rows = json.loads((tmp_path / "net_curve.json").read_text())
    assert [row["step"] for row in rows] == [20, 40, 60]
    assert rows[-1]["error"] < 0.3 * rows[0]["error"]
    assert rows[-1]["weights"] == 2.0
    trained = Brightness()
    trained.load_state_dict(torch.load(tmp_path / "net.pt", weights_only=True))
    assert float(trained(torch.full((1, 3, 4, 4), 0.5))) == pytest.approx(0.5, abs=0.1)


def test_it_goes_on_from_the_averaged_weights(tmp_path: Path) -> None:
    train(task(Brightness()), course(tmp_path))
    train(task(Brightness()), course(tmp_path, "--resume", "--steps", "10", "--rate", "1e-9"))
    rows = json.loads((tmp_path / "net_curve.json").read_text())
    assert [row["step"] for row in rows] == [20, 40, 60, 70]
    assert rows[-1]["error"] < 0.02


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    weights = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        settings = course(tmp_path / name)
        train(task(Brightness()), settings)
        weights.append(torch.load(tmp_path / name / "net.pt", weights_only=True)["scale.weight"])
    assert torch.equal(*weights)


def test_a_loss_that_is_no_number_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(FloatingPointError, match="lower --rate"):
        train(task(Brightness(), broken), course(tmp_path))
    assert not (tmp_path / "net.pt").exists()
