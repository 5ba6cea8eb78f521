"""The scale of a street whose geometry is known, from plates and vehicles of usual sizes, with outliers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.vehicles import VehicleKind
from edge.rules.inputs import Point
from edge.setup.suggest.model import Scale, SeenPlate, SeenVehicle
from edge.setup.suggest.scale import PLATE_ABOVE, scale
from tests.edge.setup.suggest.street import CAMERA, SIZE, drive, minute, vehicle

TOP = (CAMERA.centre, CAMERA.horizon + 4)
"""Where paths meet, as it is measured: a little off."""


def _plate(place: Point, metres: float = 0.19, kind: VehicleKind = VehicleKind.MOTORBIKE) -> SeenPlate:
    """A plate on a vehicle there, at the height plates hang."""
    x, y = CAMERA.pixel(place)
    row = CAMERA.horizon + (y - CAMERA.horizon) * (1 - PLATE_ABOVE / CAMERA.height)
    width = metres * (row - CAMERA.horizon) / (CAMERA.height - PLATE_ABOVE)
    return SeenPlate(1.0, (x, row), width, width / 1.4, kind)


def _error(found: Scale | None) -> float:
    """Largest error at three rows, in parts."""
    assert found is not None
    rows = (200, 400, 700)
    return max(abs(found.metres_per_pixel(y) / CAMERA.metres_per_pixel(y) - 1) for y in rows)


def _bikes(count: int = 12) -> list[SeenVehicle]:
    return [vehicle(drive(-4 + i * 0.7, 12, 45)) for i in range(count)]


def test_plates_and_vehicles_tell_the_scale() -> None:
    plates = [_plate((x, away)) for x in (-2, 0, 2) for away in (12, 14, 16, 18)]

    found = scale(minute(_bikes(), plates), TOP)

    assert _error(found) < 0.03
    assert found is not None
    assert found.residual_cm < 5


def test_plates_of_another_size_do_not_pull() -> None:
    """A fifth of what was taken for motorbikes' plates is something twice as wide."""
    right = [_plate((x, away)) for x in (-2, -1, 0, 1, 2) for away in (12, 14, 16, 18)]
    wrong = [_plate((0, away), metres=0.4) for away in (12, 13, 14, 15, 16)]

    assert _error(scale(minute(_bikes(), [*right, *wrong]), TOP)) < 0.04


def test_plates_count_more_than_vehicles_of_an_unusual_size() -> None:
    """All cars are a fifth narrower than usual."""
    narrow = [_narrowed(vehicle(drive(-4 + i, 12, 45), kind=VehicleKind.CAR), 0.8) for i in range(6)]
    plates = [_plate((x, away), metres=0.33, kind=VehicleKind.CAR) for x in (-2, 2) for away in range(12, 20)]

    assert _error(scale(minute(narrow, plates), TOP)) < 0.12
    assert _error(scale(minute(narrow), TOP)) > 0.15


def _narrowed(seen: SeenVehicle, part: float) -> SeenVehicle:
    looks = []
    for look in seen.looks:
        x1, y1, x2, y2 = look.box
        half, middle = part * (x2 - x1) / 2, (x1 + x2) / 2
        looks.append(replace(look, box=(middle - half, y1, middle + half, y2)))
    return replace(seen, looks=tuple(looks))


def test_few_sizes_tell_no_scale() -> None:
    assert scale(minute([], [_plate((0, 14))] * 5), TOP) is None


def test_the_error_is_told_as_centimetres() -> None:
    rng = np.random.default_rng(3)
    rough = [
        SeenPlate(p.t, p.at, p.width * float(rng.normal(1, 0.15)), p.height, p.kind)
        for p in (_plate((x, away)) for x in (-2, -1, 0, 1, 2) for away in range(11, 16))
    ]
    exact = scale(minute([], [_plate((x, a)) for x in (-2, 0, 2) for a in range(11, 16)]), TOP)
    spread = scale(minute([], rough), TOP)

    assert exact is not None
    assert spread is not None
    assert exact.residual_cm < spread.residual_cm < 5


@given(right=st.floats(-20, 20), away=st.floats(5, 200))
def test_ground_and_picture_are_each_other_turned_round(right: float, away: float) -> None:
    assert CAMERA.ground(CAMERA.pixel((right, away))) == pytest.approx((right, away), abs=1e-6)


def test_what_is_above_the_horizon_is_not_on_the_road() -> None:
    with pytest.raises(ValueError, match="above the horizon"):
        CAMERA.ground((SIZE[0] / 2, CAMERA.horizon - 1))
