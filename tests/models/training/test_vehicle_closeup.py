"""Close pictures: what is doubtful is no longer to be seen, unless a sure vehicle is in it; boxes by eye."""

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.letterbox import GREY
from edge.rules.inputs import Box
from models.training.vehicles.closeup import drawn, greyed, looked_at

CAR: Box = (20, 20, 80, 80)


@pytest.mark.parametrize(
    ("doubtful", "grey"),
    [
        ((100, 10, 120, 30), 400),  # elsewhere
        ((60, 60, 100, 100), 0),  # around a part of the car
        ((78, 20, 118, 80), 38 * 60),  # beside it: the car itself stays as it is
    ],
)
def test_doubtful_vehicles_are_painted_over(doubtful: Box, grey: int) -> None:
    image = np.full((120, 160, 3), 200, np.uint8)
    seen = [Detection(VehicleKind.CAR, 0.9, CAR), Detection(VehicleKind.CAR, 0.2, doubtful)]
    clean, sure = greyed(image, seen)
    assert sure == seen[:1]
    assert (clean[20:80, 20:80] == 200).all()
    assert (clean == GREY).all(axis=2).sum() == grey


def test_boxes_by_eye_are_shares_of_the_picture() -> None:
    image = np.full((100, 200, 3), 200, np.uint8)
    clean, known = drawn(image, {"motorbike": [[0.5, 0, 1, 0.5]], "grey": [[0.25, 0, 0.75, 0.5]]})
    assert known == [Detection(VehicleKind.MOTORBIKE, 1.0, (100, 0, 200, 50))]
    assert (clean[:50, 50:100] == GREY).all()
    assert (clean == GREY).all(axis=2).sum() == 50 * 50


def test_every_drawn_box_is_one_in_its_picture() -> None:
    boxes = looked_at()
    corners = np.array([box for kinds in boxes.values() for found in kinds.values() for box in found])
    assert (corners >= 0).all()
    assert (corners <= 1).all()
    assert (corners[:, 2:] > corners[:, :2]).all()
