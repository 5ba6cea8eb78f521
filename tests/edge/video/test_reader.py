"""What cameras do to the first packets of a connection, and how long a lost one is left alone."""

import random
from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.video.reader import arrivals_of, backoff, camera_utc, fill_times


@given(st.integers(0, 10_000), st.integers())
def test_backoff_grows_to_eight_seconds_and_no_further(failures: int, seed: int) -> None:
    delay = backoff(failures, random.Random(seed))
    longest = min(8.0, 0.5 * 2.0 ** min(failures, 10))
    assert longest / 2 <= delay <= longest


def test_backoff_spreads_the_cameras_of_a_junction() -> None:
    assert len({backoff(5, random.Random(seed)) for seed in range(20)}) == 20


def _packet(pts: int | None) -> av.Packet:
    packet = av.Packet(b"x")
    packet.time_base, packet.pts = Fraction(1, 90_000), pts
    return packet


@pytest.mark.parametrize(
    ("pts", "expected"),
    [
        ([None, 0, 3600], [-3600, 0, 3600]),
        ([None, None, 9000], [1800, 5400, 9000]),
        ([None], [0]),
        ([100, None, 7300], [100, 3700, 7300]),
        ([5, 3605, 7205], [5, 3605, 7205]),
    ],
)
def test_missing_times_are_counted_back_from_the_next(pts: list[int | None], expected: list[int]) -> None:
    assert fill_times([_packet(value) for value in pts], 0.04) == expected


def test_no_side_data_is_no_camera_time() -> None:
    assert camera_utc(_packet(0)) is None


@pytest.mark.parametrize("wild", [{}, {3: 100.0}, {0: -36_000.0}, {1: 7200.0, 5: -9.0}])
def test_packets_that_were_read_ahead_arrived_when_they_were_taken(wild: dict[int, float]) -> None:
    """Eight pictures of which the first six are handed over at once; a wild time says nothing of arrivals."""
    times = [0.04 * number + wild.get(number, 0.0) for number in range(8)]
    handed_over = [50.2] * 6 + [50.24, 50.28]
    for number, arrived in enumerate(arrivals_of(times, handed_over)):
        assert arrived == pytest.approx(50.2 if number in wild else 50.0 + 0.04 * number)


def test_of_two_recordings_each_picture_arrived_about_now() -> None:
    arrived = arrivals_of([0.0, 0.04, 0.08, 900.0, 900.04], [50.0] * 5)
    assert all(abs(moment - 50.0) < 1.0 for moment in arrived)
