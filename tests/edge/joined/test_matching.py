"""Which vehicle is which in the other camera: the right one or none, whatever the order they are told in."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.vehicles import VehicleKind
from edge.joined.matching import ALONE, SURE, cost, match
from edge.joined.offset import Offset
from edge.joined.ways import Way
from tests.edge.joined.drives import LENGTH, Drive, both, way

KNOWN, UNKNOWN = Offset(0.0, 0.04), Offset(0.0, 0.5)
CAR = VehicleKind.CAR

drives = st.lists(
    st.builds(
        Drive,
        t=st.floats(0, 6),
        x=st.floats(0, 5),
        speed=st.floats(2, 12),
        kind=st.sampled_from([VehicleKind.MOTORBIKE, VehicleKind.MOTORBIKE, CAR]),
        stands=st.sampled_from([0.0, 0.0, 3.0]),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=30, deadline=None)
@given(drives, st.floats(-2, 2), st.randoms(use_true_random=False))
def test_the_match_is_the_vehicle_itself_or_none(crowd: list[Drive], ahead: float, random: object) -> None:
    here, there = both(crowd, ahead=ahead, noise=0.1)
    for number, target in enumerate(here):
        found = match(target, here, there, Offset(ahead, 0.04))
        assert found.margin >= -1e-6
        assert (found.way is None) == (found.problem is not None)
        if found.way is not None:
            twin = crowd[found.way.track - 101]
            # Who drives through another is the same to every camera.
            assert found.way.track == number + 101 or _meet(twin, crowd[number])
            assert found.margin >= SURE
            assert 0.9 < found.probability <= 1
    random.shuffle(there)  # type: ignore[attr-defined]
    again = match(here[0], here[::-1], there, Offset(ahead, 0.04))
    first = match(here[0], here, there, Offset(ahead, 0.04))
    assert again.way == first.way
    assert again.margin == pytest.approx(first.margin)


def _meet(one: Drive, other: Drive) -> bool:
    return abs(one.x - other.x) < 0.8 and abs(one.t - other.t) < 0.5


def test_in_a_dense_crowd_each_is_found() -> None:
    crowd = [Drive(0.45 * n, 0.7 + 0.9 * (n % 5), 7.0 + 0.3 * (n % 4)) for n in range(16)]
    here, there = both(crowd, ahead=0.3, noise=0.15)
    found = [match(target, here, there, Offset(0.3, 0.05)) for target in here]
    assert [one.way.track if one.way else None for one in found] == [n + 101 for n in range(16)]


def test_while_clocks_were_never_compared_a_crowd_is_ambiguous_and_a_lonely_vehicle_is_not() -> None:
    here, there = both([Drive(0.45 * n, 1.0, 8.0) for n in range(6)])
    assert {match(target, here, there, UNKNOWN).problem for target in here[1:-1]} <= {"ambiguous", None}
    assert match(here[2], here[2:3], there, UNKNOWN).problem == "ambiguous"
    lonely, seen = both([Drive(0.0, 1.0, 8.0)], ahead=0.4)
    assert match(lonely[0], lonely, seen, UNKNOWN).way == seen[0]


@pytest.mark.parametrize(
    ("there", "problem"),
    [
        ([], "not_found"),
        ([Drive(0, 4.0, 8.0)], "not_found"),  # beside it
        ([Drive(1.5, 1.0, 8.0)], "not_found"),  # after it
        ([Drive(0, 1.0, 8.0)], None),
        ([Drive(0, 1.0, 8.0, CAR)], "ambiguous"),
        ([Drive(0, 1.05, 8.0), Drive(0, 0.95, 8.0)], "ambiguous"),
    ],
)
def test_what_is_there_decides(there: list[Drive], problem: str | None) -> None:
    target = way(Drive(0, 1.0, 8.0), 1)
    seen = [way(drive, n + 101) for n, drive in enumerate(there)]
    assert match(target, [target], seen, KNOWN).problem == problem


def test_of_two_alike_the_one_that_another_vehicle_is_was_not_it() -> None:
    """Alone the two would be the same to it; the other vehicle, which was seen too, settles it."""
    crowd = [Drive(0, 1.0, 8.0), Drive(0.06, 1.35, 8.0)]
    here, there = both(crowd)
    alone = match(here[0], here[:1], there, UNKNOWN)
    together = match(here[0], here, there, UNKNOWN)
    assert together.margin >= alone.margin


def _parts(whole: Way, at: int) -> tuple[Way, Way]:
    first, last = whole.between(whole.first, whole.t[at - 1]), whole.between(whole.t[at], whole.last)
    assert first is not None
    assert last is not None
    return first, last


def test_a_vehicle_lost_and_found_again_here_is_no_rival_of_itself() -> None:
    whole = way(Drive(0, 1.0, 4.0), 1)
    half = len(whole.t) // 2
    first, second = _parts(whole, half)
    second = replace(second, track=2)
    seen = replace(whole, track=101)
    assert match(first, [first, second], [seen], KNOWN).way == seen
    assert match(second, [first, second], [seen], KNOWN).way == seen


def test_a_piece_of_it_that_was_another_vehicle_for_a_moment_casts_no_doubt() -> None:
    target = way(Drive(0, 1.0, 6.0), 1)
    seen = replace(target, track=101)
    piece = target.between(target.t[3], target.t[5])
    assert piece is not None
    beside = replace(piece, track=2, x=piece.x + 0.45)
    assert match(target, [target, beside], [seen], KNOWN).way == seen


@pytest.mark.parametrize("end", [True, False])
def test_a_box_that_strays_for_a_moment_is_still_the_vehicle_and_for_a_second_it_is_not(end: bool) -> None:
    """For a moment a box may hold the one before too; for longer the track has become that one's."""
    target, before = way(Drive(0, 1.0, 2.0), 1), way(Drive(-1.5, 1.0, 2.0), 2)

    def strayed(seconds: float) -> Way:
        moments, long = np.arange(len(target.t)), round(10 * seconds)
        first = len(moments) - long if end else 8
        y = np.where((moments >= first) & (moments < first + long), target.y + 3.0, target.y)
        return replace(target, track=101, y=y)

    other = replace(before, track=102)
    found = [match(target, [target, before], [strayed(s), other], KNOWN).way for s in (0.4, 1.2)]
    assert [way and way.track for way in found] == [101, None]


def test_two_parts_of_one_track_are_no_rivals() -> None:
    whole = way(Drive(0, 1.0, 4.0), 1)
    half = len(whole.t) // 2
    first, second = (replace(part, track=101, part=n) for n, part in enumerate(_parts(whole, half)))
    assert match(whole, [whole], [first, second], KNOWN).way in (first, second)


@pytest.mark.parametrize("metres", [12.0, 30.0])
def test_further_down_the_road_a_vehicle_is_expected_when_its_speed_says(metres: float) -> None:
    target = way(Drive(0, 1.0, 8.0), 1)
    later = (metres, metres + LENGTH)
    it = way(Drive(0, 1.0, 8.0), 101, stretch=later)
    early = way(Drive(-6, 1.0, 8.0), 102, stretch=later)
    assert match(target, [target], [it, early], KNOWN).way == it
    close = way(Drive(0.4, 1.0, 8.0), 103, stretch=later)
    assert match(target, [target], [it, close], KNOWN).problem == "ambiguous"


def test_an_order_that_changed_on_the_way_is_told() -> None:
    later = (25.0, 25.0 + LENGTH)
    first, second = way(Drive(0, 1.0, 8.0), 1), way(Drive(2.2, 1.0, 8.0), 2)
    there = [way(Drive(2.9, 1.0, 8.0), 101, stretch=later), way(Drive(1.9, 1.0, 8.0), 102, stretch=later)]
    found = match(first, [first, second], there, KNOWN)
    assert found.way is None or found.way.track == 102


def test_what_is_hours_apart_can_not_be_one_vehicle() -> None:
    a, b = way(Drive(0, 1.0, 8.0), 1), way(Drive(3600, 1.0, 8.0), 101)
    assert cost(a, b, 0.04) == inf
    assert cost(a, replace(a, track=101), 0.04) == pytest.approx(0.0)
    car = way(Drive(0, 1.0, 8.0, CAR), 101)
    assert 0 < cost(a, car, 0.04) < 2 * ALONE
