"""Close pictures: what is doubtful is no longer to be seen, unless a sure vehicle is in it."""

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.letterbox import GREY
from edge.rules.inputs import Box
from models.training.vehicles.closeup import greyed

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
