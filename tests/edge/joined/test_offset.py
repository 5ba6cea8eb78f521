"""How far one clock is ahead of another: measured from vehicles both see, or honestly unknown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.vehicles import VehicleKind
from edge.joined.offset import ENOUGH, KEPT, UNMEASURED, Drift, difference, estimate
from tests.edge.joined.drives import Drive, both, way

CROWD = [
    Drive(t, x, v)
    for t, x, v in [
        (0.0, 0.8, 7.0),
        (0.5, 2.1, 8.2),
        (1.3, 3.3, 6.1),
        (1.6, 0.9, 9.0),
        (2.9, 2.2, 7.4),
        (3.3, 4.4, 8.8),
        (4.6, 1.2, 6.6),
        (5.1, 3.0, 7.9),
    ]
]


@settings(max_examples=40, deadline=None)
@given(st.floats(-2.5, 2.5), st.floats(0, 0.2))
def test_the_difference_is_found_from_a_crowd(ahead: float, noise: float) -> None:
    measured = estimate(*both(CROWD, ahead=ahead, noise=noise))
    assert len(measured) >= ENOUGH
    drift = Drift(None)
    drift.take(measured)
    assert drift.now.seconds == pytest.approx(ahead, abs=0.08)
    assert drift.now.sigma < 0.15


def test_too_few_or_too_regular_vehicles_tell_nothing() -> None:
    assert estimate(*both(CROWD[: ENOUGH - 1])) == []
    assert estimate([], []) == []
    # One like the other, evenly: any of several differences would do.
    assert estimate(*both([Drive(0.5 * n, 1.0, 8.0) for n in range(10)], ahead=0.2)) == []


@pytest.mark.parametrize(
    "other",
    [
        Drive(0, 3.0, 8.0),  # beside it
        Drive(0, 1.0, 1.0),  # hardly moves
        Drive(0, 1.0, 8.0, VehicleKind.CAR),
        Drive(10, 1.0, 8.0),  # too long after
    ],
)
def test_pairs_that_tell_nothing(other: Drive) -> None:
    assert difference(way(Drive(0, 1.0, 8.0), 1), way(other, 2)) is None


def test_a_vehicle_that_stood_tells_the_same_difference() -> None:
    stood = Drive(0, 1.0, 6.0, stands=2.0)
    lag = difference(way(stood, 1), way(stood, 2, ahead=0.7))
    assert lag == pytest.approx(0.7, abs=0.12)


def test_a_drift_is_followed_and_disagreement_makes_it_unsure() -> None:
    drift = Drift(None)
    assert (drift.now.sigma, drift.known) == (UNMEASURED, False)
    drift.take([0.2] * KEPT)
    assert (drift.now.seconds, drift.known) == (0.2, True)
    drift.take([0.35] * KEPT)
    assert drift.now.seconds == 0.35
    drift.take([0.35 + 0.4 * (n % 2) for n in range(KEPT)])
    assert drift.now.sigma > 0.2


def test_what_the_file_says_holds_until_it_is_measured() -> None:
    drift = Drift(0.5)
    assert drift.known
    assert (drift.now.seconds, drift.now.measured) == (0.5, 0)
    drift.take([0.6] * ENOUGH)
    assert (drift.now.seconds, drift.now.measured) == (0.6, ENOUGH)
