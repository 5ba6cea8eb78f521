"""The street behind the traffic: what drives and what waits for long is taken away."""

import cv2
import numpy as np
import pytest

from contract.vehicles import VehicleKind
from edge.rules.inputs import Box
from edge.setup.suggest.background import background
from edge.setup.suggest.model import SeenLook, SeenVehicle, Still

STREET, CAR = 90, 240


def _still(t: float, boxes: list[Box]) -> Still:
    picture = np.full((120, 160, 3), STREET, np.uint8)
    for x1, y1, x2, y2 in boxes:
        picture[int(y1) : int(y2), int(x1) : int(x2)] = CAR
    return Still(t, bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]))


@pytest.mark.parametrize("share", [0.3, 0.8], ids=["passes", "waits most of the time"])
def test_a_vehicle_is_not_part_of_the_street(share: float) -> None:
    box: Box = (40, 30, 90, 80)
    there = [t for t in range(20) if t < 20 * share]
    stills = [_still(float(t), [box] if t in there else []) for t in range(20)]
    car = SeenVehicle(VehicleKind.CAR, tuple(SeenLook(float(t), box, None) for t in there))

    street = background(stills, [car])

    assert np.abs(street.astype(int) - STREET).max() <= 6


def test_what_is_always_covered_shows_what_covers_it() -> None:
    box: Box = (40, 30, 90, 80)
    car = SeenVehicle(VehicleKind.CAR, tuple(SeenLook(float(t), box, None) for t in range(5)))

    street = background([_still(float(t), [box]) for t in range(5)], [car])

    assert street[55, 65].tolist() == pytest.approx([CAR] * 3, abs=6)
    assert street[10, 10].tolist() == pytest.approx([STREET] * 3, abs=6)
