"""What is hidden is gone; the rest of the picture is as it was; what moves is hidden on its way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.masking.hide import BLOCKS, hide
from edge.masking.paths import Box, swept

edge = st.floats(-50, 350, allow_nan=False)


@given(x=edge, y=edge, w=st.floats(0, 200), h=st.floats(0, 200))
def test_no_box_is_too_odd(x: float, y: float, w: float, h: float) -> None:
    image = np.full((200, 300, 3), 7, np.uint8)
    hide(image, [(x, y, x + w, y + h)])
    assert (image == 7).all()


def test_what_was_there_can_not_be_told_any_more() -> None:
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (100, 200, 3)).astype(np.uint8) for _ in range(2)]
    box = (60.0, 40.0, 120.0, 60.0)
    before = [picture.copy() for picture in pictures]
    for picture in pictures:
        hide(picture, [box])
    inside = [picture[40:60, 60:120] for picture in pictures]
    assert all(np.std(place.astype(float)) < 20 for place in inside)
    for was, now in zip(before, pictures, strict=True):
        changed = (was != now).any(axis=2)
        rows, columns = np.nonzero(changed)
        assert rows.min() >= 30
        assert rows.max() < 70
        assert columns.min() >= 48
        assert columns.max() < 132


def test_two_plates_with_the_same_mean_colours_are_one_when_hidden() -> None:
    left: NDArray[np.uint8] = np.zeros((16, 64, 3), np.uint8)
    left[:, ::2] = 200
    right: NDArray[np.uint8] = np.roll(left, 1, axis=1)
    for plate in (left, right):
        hide(plate, [(0, 0, 64, 16)])
    assert np.abs(left.astype(int) - right).max() <= 200 // (64 // BLOCKS[0]) + 1


@pytest.mark.parametrize(
    ("looks", "between"),
    [
        ([[(0, 0, 40, 20)], [(60, 0, 100, 20)]], (45, 5, 55, 15)),
        ([[(0, 0, 40, 20)], [], [(60, 0, 100, 20)]], (45, 5, 55, 15)),
    ],
)
def test_the_way_between_two_looks_is_hidden(looks: list[list[Box]], between: Box) -> None:
    assert any(
        box[0] <= between[0] and box[1] <= between[1] and box[2] >= between[2] and box[3] >= between[3]
        for box in swept(looks)
    )


def test_far_places_are_two() -> None:
    assert len(swept([[(0, 0, 40, 20)], [(500, 0, 540, 20)]])) == 2
