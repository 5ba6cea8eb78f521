"""What each cell is told to say: by labels, and by two networks that know different things."""

import csv
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

import torch

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, Image
from models.training.vehicles import few, learn, taught
from models.training.vehicles.augment import ON_FOOT, Picture
from models.training.vehicles.prepare import frames
from models.training.vehicles.start import KINDS, network

CELLS = [
    # own network: car, motorbike, bus, truck, bicycle; stock the same; what is taught
    ("a car both see", [0.8, 0, 0, 0.1, 0], [0.6, 0, 0, 0.1, 0], [0.7, 0, 0, 0.1, 0]),
    ("a car only ours sees", [0.8, 0, 0, 0, 0], [0.1, 0, 0, 0, 0], [0.8, 0, 0, 0, 0]),
    ("a bus we call a car", [0.9, 0, 0, 0, 0], [0.1, 0, 0.7, 0.2, 0], [0.1, 0, 0.7, 0.2, 0]),
    ("a bus stock doubts", [0.9, 0, 0, 0, 0], [0.1, 0, 0.32, 0.2, 0], [0.5, 0, 0.16, 0.1, 0]),
    ("a motorbike only we see", [0, 0.9, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0.9, 0, 0, 0]),
    ("a bicycle only stock sees", [0, 0.2, 0, 0, 0], [0, 0.1, 0, 0, 0.5], [0, 0.2, 0, 0, 0.5]),
    ("nothing to speak of", [0.2, 0.2, 0, 0, 0], [0.2, 0, 0, 0, 0], [0, 0, 0, 0, 0]),
]


@pytest.mark.parametrize(
    ("own", "stock", "expected"), [row[1:] for row in CELLS], ids=[row[0] for row in CELLS]
)
def test_teachers(own: list[float], stock: list[float], expected: list[float]) -> None:
    told = taught.by_teachers(torch.tensor([[own]]), torch.tensor([[stock]]))
    assert told[0, 0].tolist() == pytest.approx(expected, abs=1e-6)


BOXES = [
    ("a car only stock is sure of", [0.1, 0, 0, 0, 0], [0.6, 0, 0, 0, 0], True),
    ("a car both see", [0.8, 0, 0, 0, 0], [0.6, 0, 0, 0, 0], True),
    ("a car only ours sees", [0.8, 0, 0, 0, 0], [0.1, 0, 0, 0, 0], False),
    ("a motorbike before a car", [0.1, 0.9, 0, 0, 0], [0.6, 0, 0, 0, 0], False),
]


@pytest.mark.parametrize(
    ("own", "stock", "expected"), [row[1:] for row in BOXES], ids=[row[0] for row in BOXES]
)
def test_whose_box_is_taught(own: list[float], stock: list[float], expected: bool) -> None:
    assert taught.stocks_box(torch.tensor([[own]]), torch.tensor([[stock]])).tolist() == [[expected]]


def test_the_backbone_and_the_rest_say_what_the_network_says() -> None:
    model = network(None).eval()
    images = torch.randint(0, 256, (1, 3, 64, 96), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        said = taught.ask(model, taught.seen_by_backbone(model, images))
        whole = model(images / 255)[0].transpose(1, 2)
    assert torch.allclose(said.kinds.sigmoid(), whole[:, :, 4:], atol=0.02)
    corners = taught.boxes(said.sides, said.middles) * said.strides
    assert torch.allclose(corners[:, :, 2:] - corners[:, :, :2], whole[:, :, 2:4], atol=2.0)


@pytest.fixture(scope="module")
def junction() -> Image:
    """Part of a frame of the sample clip, with motorbikes (`models/golden.yaml`)."""
    (_, _), (_, image) = islice(frames(Path("sample_videos/junction.mp4"), 62), 2)
    return image[:320, 256:768]


def view_of(image: Image, labels: list[list[float]], *, whole: bool = False) -> taught.View:
    made = Picture(image, np.array(labels, np.float32).reshape(-1, 5))
    own, stock = network(Path("models/vehicles.onnx")).eval(), network(None).eval()
    return taught.told([made], own, stock, own, whole=whole)


def test_no_bike_is_taught_where_somebody_walks(junction: Image) -> None:
    everywhere: list[float] = [ON_FOOT, 0, 0, 512, 320]
    assert view_of(junction, []).target[:, :, taught.TWO].max() > 0.5
    assert view_of(junction, [everywhere]).target[:, :, taught.TWO].max() == 0


def test_where_all_is_labelled_the_teachers_add_nothing(junction: Image) -> None:
    assert view_of(junction, [], whole=True).target.max() == 0


def test_a_view_is_read_as_it_was_written_and_its_loss_is_learnt(junction: Image, tmp_path: Path) -> None:
    view = view_of(junction, [])
    taught.write(view, tmp_path / "0.pt")
    again = taught.read(tmp_path / "0.pt")
    assert torch.equal(view.target, again.target)
    run = learn.begin(Path("models/vehicles.onnx"))
    run.optimizer.param_groups[0]["lr"] = 1e-5
    first = learn.loss(taught.ask(run.model, again.levels), again)
    for _ in range(3):
        value = learn.loss(taught.ask(run.model, again.levels), again)
        run.optimizer.zero_grad()
        value.backward()
        run.optimizer.step()
    assert value < first


def test_a_bus_that_is_called_a_car_keeps_its_cells_and_an_unsure_one_has_none() -> None:
    middles = torch.tensor([[4.5, 4.5]] * 10 + [[20.5, 4.5]] * 10)
    sides = torch.full((1, 20, 64), -20.0)
    sides[:, :, 4::16] = 20.0  # four cells in every direction
    kinds = torch.tensor([[[2.0, -4, -4, -4, -4]] * 20])
    said = taught.Said(sides, kinds, middles, torch.full((20, 1), 8.0))
    bus = [KINDS.index(VehicleKind.BUS), 4.0, 4.0, 68.0, 68.0]
    unsure = [few.UNSURE, 132.0, 4.0, 196.0, 68.0]
    labels = torch.tensor([bus, unsure]).numpy()
    wanted, labelled = taught.by_labels([labels], said)
    assert labelled.tolist() == [[True] * 10 + [False] * 10]
    assert wanted[0, 0].argmax() == KINDS.index(VehicleKind.BUS)
    assert wanted[0, 0].max() > 0.9
    assert wanted[0, 10].tolist() == [0] * len(KINDS)


def car(kind: VehicleKind = VehicleKind.CAR) -> Detection:
    return Detection(kind, 0.9, (0, 0, 100, 60))


@pytest.mark.parametrize(
    ("own", "theirs", "close", "expected"),
    [
        (VehicleKind.CAR, [VehicleKind.CAR], False, KINDS.index(VehicleKind.CAR)),
        (VehicleKind.CAR, [VehicleKind.BUS], False, KINDS.index(VehicleKind.BUS)),
        (VehicleKind.CAR, [VehicleKind.TRUCK], False, few.UNSURE),
        (VehicleKind.CAR, [VehicleKind.TRUCK], True, KINDS.index(VehicleKind.CAR)),
        (VehicleKind.TRUCK, [], False, few.UNSURE),
        (VehicleKind.MOTORBIKE, [VehicleKind.CAR], False, KINDS.index(VehicleKind.MOTORBIKE)),
    ],
)
def test_kind_of_what_two_networks_saw(
    own: VehicleKind, theirs: list[VehicleKind], close: bool, expected: int
) -> None:
    assert few.kind_of(car(own), [car(kind) for kind in theirs], close) == expected


def test_kinds_of_the_street_are_those_seen_by_eye() -> None:
    first = next(csv.DictReader(few.STREETS.open(encoding="utf-8")))
    x, y = float(first["x"]) * 1000, float(first["y"]) * 1000
    boxes = [(x - 50, y - 50, x + 50, y + 50), (890, 590, 940, 610), (10, 10, 40, 40)]
    rows = [(few.UNSURE, Detection(VehicleKind.CAR, 0.9, box)) for box in boxes]
    named = list(few.named(rows, first["picture"], 1000, 1000))
    assert [kind for kind, _ in named] == [KINDS.index(VehicleKind(first["kind"])), few.UNSURE]


def test_labels_of_what_two_networks_saw() -> None:
    far = Detection(VehicleKind.BUS, 0.9, (300, 0, 400, 60))
    faint = Detection(VehicleKind.MOTORBIKE, 0.3, (500, 0, 520, 40))
    rows = few.looked([car(), faint], [car(), far], close=False)
    assert rows == [(KINDS.index(VehicleKind.CAR), car()), (KINDS.index(VehicleKind.BUS), far)]
