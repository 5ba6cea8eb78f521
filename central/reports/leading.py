"""The largest lines of a figure with very many lines."""

from collections.abc import Iterable
from itertools import groupby

from central.reports.values import Figure

MOST_ON_PAPER, MOST_ON_PAGE = 20, 10


def leading(figures: Iterable[Figure], most: int) -> tuple[list[Figure], list[Figure]]:
    """The lines to show, `most` of each figure but all of an hourly one, and the rest; in their original
    order.
    """
    shown, rest = [], []
    for key, lines in groupby(figures, lambda figure: figure.key):
        some = list(lines)
        largest = some if key.endswith("_by_hour") else sorted(some, key=_size)[:most]
        kept = {line.name for line in largest}
        shown += [line for line in some if line.name in kept]
        rest += [line for line in some if line.name not in kept]
    return shown, rest


def _size(figure: Figure) -> float:
    return -(figure.this or 0)
