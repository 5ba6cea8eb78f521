"""Do two small pictures show the same place? Used for successive pictures, however far apart.

At a few pictures a second a near lorry changes most of a picture from one to the next, but never all of it:
the street beside it stays. Pictures of another place agree only by chance.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

BLANK = 4.0
"""Standard deviation of a grey picture (0 to 255), or a block of one, below which it has no content."""

ALIKE = 0.5
"""Correlation of the whole pictures from which no further check is needed."""

BLOCK = 6, 8
"""Rows and columns of a block."""

STAYED = 0.8
"""Correlation from which a block is unchanged."""

FOREIGN = 0.1
"""Part of the blocks with content below which it is another place. On a dozen filmed streets at three to five
pictures a second 0.2 and more stayed, between any two of them 0.05 and less."""

FEWEST = 8
"""Blocks with content needed for a decision."""

Grey = NDArray[np.uint8]


def part_that_stays(one: Grey, other: Grey) -> float:
    """The unchanged part of two grey pictures of one size, whatever their brightness; 1 if there is too
    little content to decide, or nothing much has changed."""
    if _correlation(one, other) >= ALIKE:
        return 1.0
    stays = [_correlation(a, b) >= STAYED for a, b in _blocks(one, other) if max(a.std(), b.std()) >= BLANK]
    return sum(stays) / len(stays) if len(stays) >= FEWEST else 1.0


def _blocks(one: Grey, other: Grey) -> Iterator[tuple[Grey, Grey]]:
    rows, columns = BLOCK
    for y in range(0, one.shape[0], rows):
        for x in range(0, one.shape[1], columns):
            place = np.s_[y : y + rows, x : x + columns]
            yield one[place], other[place]


def _correlation(one: Grey, other: Grey) -> float:
    """Correlation; 1 for two pictures without content, 0 if only one of them is empty."""
    a, b = (grey.astype(float).ravel() - grey.mean() for grey in (one, other))
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length else float(a.any() == b.any())
