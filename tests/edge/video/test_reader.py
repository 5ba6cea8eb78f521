"""What cameras do to the first packets of a connection, and how long a lost one is left alone."""

import random
from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.video.reader import backoff, camera_utc, fill_times


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
