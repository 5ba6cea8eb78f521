"""Thin things before a plate: they change it, stay thin, and leave the picture they were given alone."""

import numpy as np
import pytest

from models.training.plates.obstacles import DOT, KINDS, THICKEST, cover

HEIGHT, WIDTH = 60, 200
QUAD = np.array(((40, 20), (160, 20), (160, 50), (40, 50)), np.float32)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("lines", [1, 2])
def test_something_is_before_the_plate_and_most_of_it_is_seen(seed: int, lines: int) -> None:
    image = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    before = image.copy()
    seen = cover(np.random.default_rng(seed), image, QUAD, lines)
    assert np.array_equal(image, before)
    assert seen.shape == image.shape
    changed = (seen != image).any(axis=2)[20:50, 40:160]
    assert changed.mean() < 0.5


def test_what_is_before_it_is_thin() -> None:
    rng = np.random.default_rng(0)
    images = [cover(rng, np.full((HEIGHT, WIDTH, 3), 120, np.uint8), QUAD, 1).astype(int) for _ in range(200)]
    changed = [(abs(image - 120) > 8).any(axis=2)[20:50, 40:160].mean() for image in images]
    assert np.mean(changed) > 0.02  # it is there
    assert np.mean(changed) < 0.2


def test_the_kinds_are_shares_of_one() -> None:
    assert sum(chance for chance, _ in KINDS) == pytest.approx(1)
    assert THICKEST < DOT < 0.25
