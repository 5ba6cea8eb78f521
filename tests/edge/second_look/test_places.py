"""The same place or another, on pictures of noise that stands still."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.second_look.places import FOREIGN, part_that_stays

Grey = NDArray[np.uint8]


def place(number: int, contrast: int = 130) -> Grey:
    rough = np.random.default_rng(number).integers(60, 61 + contrast, (18, 32), dtype=np.uint8)
    return np.asarray(cv2.resize(rough, (64, 36), interpolation=cv2.INTER_CUBIC), np.uint8)


def covered(number: int, columns: int) -> Grey:
    """The place with another picture before so many of its columns."""
    image = place(number)
    image[:, :columns] = place(number + 100)[:, :columns]
    return image


@pytest.mark.parametrize("number", range(5))
def test_another_place(number: int) -> None:
    assert part_that_stays(place(number), place(number + 50)) < FOREIGN


@pytest.mark.parametrize("columns", [0, 24, 40, 56])
def test_the_same_place_behind_a_vehicle(columns: int) -> None:
    assert part_that_stays(place(1), covered(1, columns)) >= FOREIGN


@pytest.mark.parametrize(("one", "other"), [(60, 61), (200, 60)])
def test_where_nothing_is_seen_nothing_is_said(one: int, other: int) -> None:
    flat = np.full((36, 64), one, np.uint8)
    assert part_that_stays(flat, np.full((36, 64), other, np.uint8)) == 1.0


def test_light_that_changes_is_no_other_place() -> None:
    darker = np.asarray(place(3) * 0.5, np.uint8)
    assert part_that_stays(place(3), darker) >= FOREIGN
