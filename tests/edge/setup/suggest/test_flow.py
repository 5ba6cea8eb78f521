"""Paths: where straight ones meet, and who stood."""

import numpy as np
import pytest

from contract.vehicles import VehicleKind
from edge.setup.suggest.flow import paths, stands, vanishing_point
from edge.setup.suggest.model import SeenLook, SeenVehicle
from tests.edge.setup.suggest.street import CAMERA, SIZE, drive, vehicle, wait


def test_straight_paths_meet_on_the_horizon_whatever_a_few_do() -> None:
    straight = [vehicle(drive(x, 12, 60)) for x in (-5, -3.5, -1, 1, 2.5, 4)]
    turning = [vehicle([*drive(x, 12, 22), *((x + i, 22 + i / 2) for i in range(12))]) for x in (1.5, 3)]

    top = vanishing_point(paths([*straight, *turning], SIZE[1]), SIZE[0])

    assert top == pytest.approx((CAMERA.centre, CAMERA.horizon), abs=3)


def test_three_paths_are_too_few_to_meet() -> None:
    assert vanishing_point(paths([vehicle(drive(x, 12, 60)) for x in (-3, 0, 3)], SIZE[1]), SIZE[0]) is None


def test_paths_beside_each_other_meet_nowhere_near() -> None:
    """Seen from straight above nothing vanishes."""
    rows = np.linspace(650, 50, 20)
    seen = [
        SeenVehicle(
            VehicleKind.CAR,
            tuple(SeenLook(i / 6, (x - 20, y - 40, x + 20, y), (x, float(y))) for i, y in enumerate(rows)),
        )
        for x in (200.0, 400.0, 600.0, 800.0, 1000.0)
    ]

    top = vanishing_point(paths(seen, SIZE[1]), SIZE[0])

    assert top is None or abs(top[1]) > 5 * SIZE[1]


def test_who_waits_stands_where_its_wheels_are() -> None:
    waiting = vehicle([*drive(1, 14, 20), *wait(1, 20, 8), *drive(1, 20, 40)], start=3.0)

    (stand,) = stands([waiting, vehicle(drive(-1, 12, 50))])

    assert stand.at == pytest.approx(CAMERA.pixel((1, 20)), abs=1)
    assert stand.end - stand.start == pytest.approx(8, abs=0.7)
