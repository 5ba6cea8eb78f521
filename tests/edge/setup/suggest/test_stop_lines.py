"""Stop lines on an invented street: painted, worn, absent; a zebra and the far side's line are not taken."""

import pytest

from edge.setup.suggest.flow import paths, stands, vanishing_point
from edge.setup.suggest.model import Image, LampHead, LampPhase, SeenVehicle, StopLine
from edge.setup.suggest.road import Rays, carriageways
from edge.setup.suggest.stop_lines import stop_lines
from tests.edge.setup.suggest.street import CAMERA, SIZE, drive, paint, road, vehicle, wait

LINE = 20.0
"""Metres away of the edge vehicles come to; the road is driven on from -1 to 6 m."""

RED = LampHead((900, 100, 920, 150), "vertical", (LampPhase("red", 0, 60),), None, None, 0.8)


def _traffic() -> list[SeenVehicle]:
    """Three lanes of bikes: some drive through, the rest wait with their rear wheels 2 m before the line."""
    lanes = [-0.5 + i * 0.6 for i in range(11)]
    through = [vehicle(drive(x, 11, 60)) for x in lanes]
    waiting = [vehicle([*drive(x, 11, LINE - 2), *wait(x, LINE - 2, 6)]) for x in lanes[::2]]
    return [*through, *waiting]


def _found(picture: Image, seen: list[SeenVehicle], heads: tuple[LampHead, ...] = (RED,)) -> list[StopLine]:
    driven = paths(seen, SIZE[1])
    top = vanishing_point(driven, SIZE[0])
    assert top is not None
    return stop_lines(picture, carriageways(driven, Rays(top, SIZE)), stands(seen), heads)


def _painted(left: float = -1.2, right: float = 6.2) -> Image:
    picture = road()
    paint(picture, [(left, LINE), (right, LINE), (right, LINE + 0.4), (left, LINE + 0.4)])
    for i in range(10):
        x = -2 + i
        paint(picture, [(x, LINE + 2), (x + 0.5, LINE + 2), (x + 0.5, LINE + 5), (x, LINE + 5)])
    return picture


def test_the_painted_line_is_found_at_its_near_edge_and_not_the_zebra() -> None:
    (line,) = _found(_painted(), _traffic())

    (x1, y1), (x2, y2) = line.line
    true = CAMERA.pixel((0, LINE))[1]
    assert (y1, y2) == pytest.approx((true, true), abs=2)
    assert x1 == pytest.approx(CAMERA.pixel((-1.2, LINE))[0], abs=12)
    assert x2 == pytest.approx(CAMERA.pixel((6.2, LINE))[0], abs=12)
    assert line.painted
    assert line.stood >= 5
    assert line.direction[1] < -0.9


def test_a_worn_line_is_found_where_half_of_it_is_left() -> None:
    picture = _painted()
    for x in (0.5, 3.0, 4.6):
        paint(
            picture,
            [(x, LINE - 0.2), (x + 0.8, LINE - 0.2), (x + 0.8, LINE + 0.6), (x, LINE + 0.6)],
            (90,) * 3,
        )

    (line,) = _found(picture, _traffic())

    assert line.line[0][1] == pytest.approx(CAMERA.pixel((0, LINE))[1], abs=3)


def test_without_paint_the_foremost_that_waited_tell_it_roughly() -> None:
    (line,) = _found(road(), _traffic())

    assert not line.painted
    assert line.confidence < 0.5
    assert line.line[0][1] == pytest.approx(CAMERA.pixel((0, LINE))[1], abs=0.05 * SIZE[1])


def test_without_paint_and_without_a_red_lamp_there_is_none() -> None:
    assert _found(road(), _traffic(), heads=()) == []


def test_a_line_where_nobody_waits_is_doubtful() -> None:
    through = [vehicle(drive(-0.5 + i * 0.6, 11, 60)) for i in range(11)]

    (line,) = _found(_painted(), through)

    assert line.stood == 0
    assert line.confidence < 0.5


def test_oncoming_traffic_has_its_line_turned_round() -> None:
    """The camera looks at the faces of those who wait."""
    seen = [vehicle(drive(-0.5 + i * 0.6, 60, 11)) for i in range(11)]
    seen += [
        vehicle([*drive(-0.5 + i * 1.2, 60, LINE + 2), *wait(-0.5 + i * 1.2, LINE + 2, 6)]) for i in range(5)
    ]
    picture = road()
    paint(picture, [(-1.2, LINE), (6.2, LINE), (6.2, LINE + 0.4), (-1.2, LINE + 0.4)])

    (line,) = _found(picture, seen)

    assert line.direction[1] > 0.9
    assert line.line[0][0] > line.line[1][0]
    assert line.line[0][1] == pytest.approx(CAMERA.pixel((0, LINE + 0.4))[1], abs=2)
