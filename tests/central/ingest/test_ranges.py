"""Ranges against the obvious model: a set of byte numbers."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.ingest import ranges

_PIECES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=12)


@given(_PIECES)
def test_ranges_hold_exactly_the_bytes_that_came(pieces: list[tuple[int, int]]) -> None:
    came: set[int] = set()
    held: ranges.Ranges = []
    for start, length in pieces:
        came |= set(range(start, start + length))
        held = ranges.add(held, start, start + length)
    assert {n for a, b in held for n in range(a, b)} == came
    assert ranges.total(held) == len(came)
    assert all(first[1] < second[0] for first, second in itertools.pairwise(held))


@pytest.mark.parametrize(("held", "expected"), [([], 0), ([[0, 5]], 5), ([[0, 5], [7, 9]], 5), ([[3, 5]], 0)])
def test_where_the_sender_should_go_on(held: list[list[int]], expected: int) -> None:
    assert ranges.contiguous(held) == expected
