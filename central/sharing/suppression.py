"""Small cells hidden (che ô nhỏ): nobody sees a count below the smallest allowed, nor can compute it.

For each rule every count below the smallest allowed is hidden. Somebody who knows the rule's total from
another table could subtract: so at least two cells are hidden, together at least that smallest count, or all
of them.
"""

from collections.abc import Mapping
from typing import TypeVar

from central.sharing.events import SMALLEST, Cell

Key = TypeVar("Key", bound=tuple[object, ...])


def told(counts: Mapping[tuple[str, str], int]) -> tuple[Cell, ...]:
    """Cells of (where, rule), in their order; zeros are left out."""
    hidden = {key for rule in {rule for _, rule in counts} for key in small_cells(_of(counts, rule))}
    return tuple(
        Cell(where=where, rule=rule, count=None if (where, rule) in hidden else count)
        for (where, rule), count in sorted(counts.items())
        if count
    )


def _of(counts: Mapping[tuple[str, str], int], rule: str) -> dict[tuple[str, str], int]:
    return {key: count for key, count in counts.items() if key[1] == rule and count}


def small_cells(cells: Mapping[Key, int]) -> set[Key]:
    """The hidden cells of counts that add up to a known total: the smallest first, until the rest reveals
    nothing.
    """
    hidden: set[Key] = set()
    ordered = sorted(cells, key=lambda key: (cells[key], key))
    for key in ordered:
        safe = not hidden or (len(hidden) >= 2 and sum(cells[each] for each in hidden) >= SMALLEST)
        if cells[key] >= SMALLEST and safe:
            break
        hidden.add(key)
    return hidden
