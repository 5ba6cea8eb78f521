"""Settled frames become training pictures: places to ignore are grey, labels come back as they were."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from contract.vehicles import VehicleKind
from edge.detect.letterbox import GREY
from models.evaluation.poles import Frame, Labelled
from models.training.vehicles.settled import add, picture
from models.training.vehicles.start import KINDS
from models.training.vehicles.train import batches, load

BUS = Labelled(VehicleKind.BUS, (0.1, 0.1, 0.5, 0.5))
PLACE = Labelled(None, (0.4, 0.4, 0.9, 0.9))
FRAME = Frame("pole_1", "pole", np.full((400, 800, 3), 7, np.uint8), (BUS, PLACE))


def test_places_to_ignore_are_grey_but_for_the_vehicles_in_them() -> None:
    made = picture(FRAME)
    assert made.image[300, 600].tolist() == [GREY] * 3
    assert made.image[180, 380].tolist() == [7] * 3
    assert made.labels.tolist() == [[KINDS.index(VehicleKind.BUS), 80, 40, 400, 200]]


def test_a_set_gives_back_what_was_added(tmp_path: Path) -> None:
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    listing = tmp_path / "train.txt"
    listing.write_text(f"{add(tmp_path, FRAME)}\n")
    (read,) = load(listing)
    assert read.labels == pytest.approx(picture(FRAME).labels, abs=0.01)


def test_a_run_that_goes_on_draws_the_rest_of_its_batches() -> None:
    counts = [len(list(batches([picture(FRAME)], step, 5))) for step in (0, 2, 5)]
    assert counts == [5, 3, 0]
