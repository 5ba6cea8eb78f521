"""The crop, and what is made of the network's numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.riders.network import SIDE, STRIDE, crop, decode, place

CELLS = SIDE // STRIDE


def answer(*heads: tuple[int, int, float, float]) -> np.ndarray:
    """An answer with heads (cell x, cell y, logit of a head, logit of bare), 24 pixels wide."""
    output = np.zeros((5, CELLS, CELLS), np.float32)
    output[0] = -8
    for x, y, score, bare in heads:
        output[0, y, x], output[1, y, x] = score, bare
    return output


def test_a_head_lies_where_its_cell_is() -> None:
    (head,) = decode(answer((4, 3, 3.0, -2.0)))
    assert head.score == pytest.approx(0.953, abs=1e-3)
    assert head.bare == pytest.approx(0.119, abs=1e-3)
    assert (head.box[0] + head.box[2]) / 2 == pytest.approx(36)
    assert (head.box[1] + head.box[3]) / 2 == pytest.approx(28)
    assert head.box[2] - head.box[0] == pytest.approx(24)


@pytest.mark.parametrize(
    ("heads", "found"),
    [
        ((), 0),
        (((4, 3, -3.0, 0.0),), 0),
        (((4, 3, 3.0, 0.0), (5, 3, 2.0, 0.0)), 1),
        (((4, 3, 3.0, 0.0), (5, 4, 3.0, 0.0)), 1),
        (((4, 3, 3.0, 0.0), (8, 3, 2.0, 0.0)), 2),
        (tuple((2 * n, 3, 3.0, 0.0) for n in range(1, 9)), 8),
    ],
    ids=["none", "too unsure", "neighbours", "neighbours as sure", "two", "at most eight"],
)
def test_neighbouring_cells_are_one_head(
    heads: tuple[tuple[int, int, float, float], ...], found: int
) -> None:
    told = decode(answer(*heads))
    assert len(told) == found
    assert [head.score for head in told] == sorted((head.score for head in told), reverse=True)


@given(
    st.floats(0, 500),
    st.floats(0, 500),
    st.floats(10, 400),
    st.floats(10, 400),
    st.floats(0.2, 5),
    st.floats(-50, 50),
)
def test_the_square_goes_with_the_box(
    x: float, y: float, width: float, height: float, times: float, shift: float
) -> None:
    left, top, side = place((x, y, x + width, y + height))
    moved = place(tuple(times * v + shift for v in (x, y, x + width, y + height)))  # type: ignore[arg-type]
    assert moved == pytest.approx(
        (times * left + shift, times * top + shift, times * side), rel=1e-6, abs=1e-6
    )
    assert left <= x + width / 2 <= left + side
    assert top <= y


def test_what_lies_outside_the_picture_is_grey() -> None:
    seen = crop(np.full((100, 100, 3), 255, np.uint8), (0, 0, 40, 90))
    assert seen.shape == (SIDE, SIDE, 3)
    assert seen[0, 0].tolist() == [114, 114, 114]
    assert seen[SIDE // 2, SIDE // 2].tolist() == [255, 255, 255]
