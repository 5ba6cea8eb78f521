"""Lanes on an invented street: between painted lines, with what drives in them and where it goes."""

from collections.abc import Sequence

import pytest

from contract.vehicles import VehicleKind
from edge.setup.suggest.flow import paths, vanishing_point
from edge.setup.suggest.lanes import lanes, trimmed
from edge.setup.suggest.model import Image, Lane, SeenVehicle, StopLine
from edge.setup.suggest.road import Carriageway, Rays, carriageways
from tests.edge.setup.suggest.street import CAMERA, SIZE, drive, paint, road, vehicle

BORDERS = (-3.5, 0.0, 3.5)
STOP = StopLine((CAMERA.pixel((-6, 22)), CAMERA.pixel((6, 22))), (0.0, -1.0), 3, painted=True, confidence=0.9)


def _road(dashed: bool) -> Image:
    """Lines along the road at `BORDERS`, 15 cm wide; the middle one dashed, 2 m in 4."""
    picture = road()
    for x in BORDERS:
        for start in range(8, 22, 4):
            end = start + (2 if dashed and x == 0 else 4)
            paint(picture, [(x - 0.08, start), (x + 0.08, start), (x + 0.08, end), (x - 0.08, end)])
    return picture


def _ways(seen: Sequence[SeenVehicle]) -> list[Carriageway]:
    driven = paths(seen, SIZE[1])
    top = vanishing_point(driven, SIZE[0])
    assert top is not None
    return carriageways(driven, Rays(top, SIZE))


def _traffic() -> list[SeenVehicle]:
    """Cars left, motorbikes right; two of these turn right beyond the line."""
    cars = [vehicle(drive(-1.8 + i * 0.1, 11, 55), kind=VehicleKind.CAR) for i in range(5)]
    bikes = [vehicle(drive(0.8 + i * 0.4, 11, 55)) for i in range(6)]
    turning = [
        vehicle([*drive(2.4 + i * 0.4, 11, 24), *((4 + step, 26 + step / 4) for step in range(10))])
        for i in range(2)
    ]
    return [*cars, *bikes, *turning]


@pytest.mark.parametrize("dashed", [False, True])
def test_a_lane_lies_between_painted_lines(dashed: bool) -> None:
    left, right = lanes(_road(dashed), _ways(_traffic()), [STOP])

    for lane, (first, last) in zip((left, right), ((-3.5, 0.0), (0.0, 3.5)), strict=True):
        xs = [x for x, y in lane.polygon if y < STOP.line[0][1] + 1]
        assert (min(xs), max(xs)) == pytest.approx(
            (CAMERA.pixel((first, 22))[0], CAMERA.pixel((last, 22))[0]), abs=8
        )
    assert left.kinds == {VehicleKind.CAR}
    assert right.kinds == {VehicleKind.MOTORBIKE}
    assert left.movements == {"straight"}
    assert right.movements == {"straight", "right"}
    assert _up(left)
    assert _up(right)


def _up(lane: Lane) -> bool:
    return lane.direction[1] < -0.8


def test_oncoming_vehicles_have_a_lane_of_their_own() -> None:
    toward = [vehicle(drive(-2.5 + i * 0.3, 55, 11), kind=VehicleKind.CAR) for i in range(5)]
    away = [vehicle(drive(0.8 + i * 0.4, 11, 55)) for i in range(6)]

    left, right = lanes(_road(False), _ways([*toward, *away]), [STOP])

    assert not _up(left)
    assert _up(right)
    assert left.movements == frozenset()


def test_an_unpainted_road_is_one_lane_as_wide_as_it_is_driven_on() -> None:
    (lane,) = lanes(road(), _ways(_traffic()), [STOP])

    xs = [x for x, y in lane.polygon if y < STOP.line[0][1] + 1]
    assert min(xs) < CAMERA.pixel((-1.8, 22))[0]
    assert max(xs) > CAMERA.pixel((2.8, 22))[0]
    assert lane.vehicles == 13


def test_nothing_driven_is_no_lane() -> None:
    assert lanes(road(), [], []) == []


def test_a_stop_line_ends_at_the_paint_beside_its_carriageway() -> None:
    """One that seems to go on over the kerb, beside a road driven on from edge to edge."""
    seen = [vehicle(drive(-3 + i, 11, 55), kind=VehicleKind.CAR) for i in range(7)]

    line = trimmed(STOP, _road(False), _ways(seen))

    assert line.line[0][0] == pytest.approx(CAMERA.pixel((-3.5, 22))[0], abs=8)
    assert line.line[1][0] == pytest.approx(CAMERA.pixel((3.5, 22))[0], abs=8)
