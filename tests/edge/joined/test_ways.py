"""From a picture to metres on the road, and the ways of vehicles over it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.scene import Section
from contract.vehicles import VehicleKind
from edge.joined.road import Stretch
from edge.joined.ways import ways
from edge.rules.inputs import Track, TrackPoint

SECTION = Section(id="S", corners=((549, 510), (812, 510), (769, 408), (572, 408)), width=5.2, length=7.2)


def test_the_corners_are_where_the_file_says() -> None:
    corners = Stretch(SECTION).metres(SECTION.corners)
    assert corners == pytest.approx(np.array([(0, 0), (5.2, 0), (5.2, 7.2), (0, 7.2)]), abs=1e-3)
    further = Stretch(SECTION, start=30.0).metres(SECTION.corners[:1])
    assert further[0] == pytest.approx((0, 30), abs=1e-3)


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_lies_between_the_corners_lies_on_the_stretch(across: float, along: float) -> None:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = SECTION.corners
    near, far = (ax + across * (bx - ax), ay), (dx + across * (cx - dx), dy)
    assert ay == by
    assert cy == dy
    point = (near[0] + along * (far[0] - near[0]), near[1] + along * (far[1] - near[1]))
    stretch = Stretch(SECTION)
    place = stretch.metres([point])
    assert stretch.holds(place, 0.01, 0.01).all()
    assert place[0, 0] == pytest.approx(5.2 * across, abs=0.02)


def test_the_sky_is_nowhere() -> None:
    stretch = Stretch(SECTION)
    sky = stretch.metres([(640, 10), (640, -4000)])
    assert not stretch.holds(sky, 1, 1).any()


def _point(t: float, y: float, **more: object) -> TrackPoint:
    return TrackPoint(t, (650, y - 80, 690, y), int(t * 10), **more)  # type: ignore[arg-type]


def _track(*points: TrackPoint, number: int = 1) -> Track:
    return Track(number, VehicleKind.MOTORBIKE, 0.9, points)


def test_a_way_is_what_was_seen_on_the_stretch() -> None:
    track = _track(*(_point(0.1 * n, 700 - 20 * n) for n in range(25)))
    (way,) = ways([track], Stretch(SECTION))
    assert way.speed > 0
    assert -1.5 <= way.y.min() < way.y.max() <= 8.7
    assert way.first > 0.5


def test_where_it_may_be_another_vehicle_the_way_is_parted() -> None:
    points = [_point(0.1 * n, 505 - 6 * n, breaks=n == 8) for n in range(16)]
    parts = ways([_track(*points)], Stretch(SECTION))
    assert [(way.part, len(way.t)) for way in parts] == [(0, 8), (1, 8)]


def test_wheels_that_nobody_saw_say_less_of_where_it_was() -> None:
    plain = [_point(0.1 * n, 505 - 6 * n) for n in range(16)]
    hidden = [_point(0.1 * n, 505 - 6 * n, wheels="hidden", sigma=20.0) for n in range(16)]
    seen, unseen = ways([_track(*plain), _track(*hidden, number=2)], Stretch(SECTION))
    assert (seen.sigma == 0).all()
    assert 0.5 < unseen.sigma.min() < unseen.sigma.max() <= 5


def test_a_few_looks_make_no_way_and_a_gap_makes_two() -> None:
    assert ways([_track(_point(0.0, 500), _point(0.1, 490))], Stretch(SECTION)) == ()
    gap = [_point(t, 500 - 20 * t) for t in (0.0, 0.1, 0.2, 2.0, 2.1, 2.2)]
    assert [len(way.t) for way in ways([_track(*gap)], Stretch(SECTION))] == [3, 3]


def test_a_part_of_a_way_is_what_was_seen_in_that_time() -> None:
    (way,) = ways([_track(*(_point(0.1 * n, 505 - 6 * n) for n in range(16)))], Stretch(SECTION))
    part = way.between(0.35, 1.0)
    assert part is not None
    assert (part.first, part.last) == pytest.approx((0.4, 1.0))
    assert way.between(0.35, 0.45) is None
