"""What a network says of each cell, how wrong it is, and that learning makes it less wrong."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

import torch

from models.evaluation.poles import POLES
from models.training.vehicles import learn
from models.training.vehicles.augment import IGNORED, Picture
from models.training.vehicles.clips import frames
from models.training.vehicles.said import ask, found, inside, loss, parted, side_error
from models.training.vehicles.start import KINDS, network
from models.training.vehicles.store import Stored
from models.training.vehicles.yolov7 import _Unpickler

SHIPPED = Path("models/vehicles.onnx")


@pytest.fixture(scope="module")
def junction() -> torch.Tensor:
    """Part of a frame of the sample clip, with motorbikes (`models/golden.yaml`)."""
    (_, _), (_, image) = islice(frames(Path("sample_videos/junction.mp4"), 62), 2)
    shown = np.ascontiguousarray(image[:320, 256:768, ::-1].transpose(2, 0, 1))
    return torch.from_numpy(shown)[None].float() / 255


def test_cells_say_what_the_network_says(junction: torch.Tensor) -> None:
    model = network(SHIPPED).eval()
    with torch.no_grad():
        told = found(model, junction)
        whole = model(junction)[0].transpose(1, 2)
    assert torch.allclose(told, whole, atol=1e-3)


def labels(*rows: list[float]) -> list[torch.Tensor]:
    return [torch.tensor(rows, dtype=torch.float32).reshape(-1, 5)]


def test_a_place_to_ignore_costs_nothing(junction: torch.Tensor) -> None:
    said = ask(network(SHIPPED).eval(), junction)
    nothing = loss(said, *parted(labels()))
    ignored = loss(said, *parted(labels([IGNORED, 0, 0, 512, 320])))
    assert nothing > 1
    assert ignored == 0


def test_a_labelled_vehicle_in_a_place_to_ignore_counts(junction: torch.Tensor) -> None:
    said = ask(network(SHIPPED).eval(), junction)
    made = labels([IGNORED, 0, 0, 512, 320], [KINDS.index("bus"), 100, 100, 200, 200])
    assert loss(said, *parted(made)) > 1


def test_sides_that_are_right_are_the_least_wrong() -> None:
    middles, goal = torch.tensor([[8.5, 8.5]]), torch.tensor([[5.5, 4.5, 13.5, 12.5]])
    right = torch.full((1, 4, 16), -10.0)
    for side, distance in enumerate((3, 4, 5, 4)):
        right[0, side, distance] = 10
    wrong = right.roll(1, dims=2)
    assert side_error(right.flatten(1), middles, goal) < 0.01
    assert side_error(wrong.flatten(1), middles, goal) > 5


def test_cells_in_a_place() -> None:
    places = torch.tensor([[[IGNORED, 0, 0, 10, 10], [0, 0, 0, 0, 0]]], dtype=torch.float32)
    middles = torch.tensor([[4.0, 4], [12, 4], [4, 12]])
    assert inside(middles, places).tolist() == [[True, False, False]]


def stored(pole: str) -> Stored:
    import cv2

    image = np.full((240, 320, 3), 100, np.uint8)
    made = np.array([[0, 50, 50, 150, 120]], np.float32)
    return Stored(np.asarray(cv2.imencode(".png", image)[1]).ravel(), made, pole, 1.0)


def test_a_batch_tells_which_poles_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "BATCH", 12)
    pictures = [stored(""), stored("thd")]
    made = learn.draw(pictures, np.array([0.5, 0.5]), np.random.default_rng(0), plain=True)
    assert made.images.shape[0] == 12
    assert {frozenset(poles) for poles in made.poles} == {frozenset(), frozenset({"thd"})}


def test_each_pole_has_a_network_that_never_sees_it() -> None:
    assert {name: {name} for name in POLES} == {n: set(p) for n, p in learn.LEFT_OUT.items() if len(p) == 1}
    assert learn.LEFT_OUT["all"] == ()


def test_learning_leaves_out_the_pole_and_makes_the_rest_less_wrong(junction: torch.Tensor) -> None:
    pupil = learn.begin("thd", SHIPPED)
    images = junction.to(learn.device()).repeat(2, 1, 1, 1)
    row = np.array([[KINDS.index("bus"), 100, 100, 300, 300]], np.float32)
    wrong = np.array([[KINDS.index("truck"), 0, 0, 400, 300]], np.float32)
    pictures = np.zeros((2, 320, 512, 3), np.uint8)
    given = learn.Batch(pictures, [row, wrong], [set(), {"thd"}])
    values = [float(learn.learn(pupil, images, given, step, 10)) for step in range(6)]
    alone = learn.begin("thd", SHIPPED)
    only = learn.Batch(pictures[:1], [row], [set()])
    assert float(learn.learn(alone, images[:1], only, 0, 10)) == pytest.approx(values[0], rel=1e-3)
    assert values[-1] < values[0]


def test_the_rate_rises_and_falls_to_nothing() -> None:
    rates = [learn.rate_at(step, 1000) for step in range(1000)]
    assert rates[0] < learn.RATE / 50
    assert max(rates) == pytest.approx(learn.RATE)
    assert rates[-1] < learn.RATE / 1e4


def test_a_file_of_weights_may_not_bring_anything_else(tmp_path: Path) -> None:
    import io
    import pickle

    with pytest.raises(pickle.UnpicklingError, match="no business"):
        _Unpickler(io.BytesIO(pickle.dumps(print))).load()


def test_shown_pictures_are_made_of_what_is_stored() -> None:
    assert isinstance(stored("").picture(), Picture)
