"""Which bytes of a file have arrived, as sorted half-open ranges that neither overlap nor touch. Pure."""

from collections.abc import Sequence

Ranges = list[list[int]]


def add(ranges: Sequence[Sequence[int]], start: int, end: int) -> Ranges:
    """The ranges with bytes `start` to `end` (not included) added; overlaps and repeats merge.

    >>> add([[0, 4], [8, 12]], 4, 8)
    [[0, 12]]
    """
    before = [[a, b] for a, b in ranges if b < start]
    after = [[a, b] for a, b in ranges if a > end]
    touched = [(a, b) for a, b in ranges if b >= start and a <= end]
    merged = [min([start, *(a for a, _ in touched)]), max([end, *(b for _, b in touched)])]
    return [*before, merged, *after]


def total(ranges: Sequence[Sequence[int]]) -> int:
    """How many bytes have arrived."""
    return sum(end - start for start, end in ranges)


def contiguous(ranges: Sequence[Sequence[int]]) -> int:
    """How many bytes have arrived without a gap from the start: where the sender should continue."""
    return ranges[0][1] if ranges and ranges[0][0] == 0 else 0
