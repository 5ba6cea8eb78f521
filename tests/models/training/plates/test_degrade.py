"""Corners as finders get them wrong, and pictures with fewer pixels than they seem to have."""

import numpy as np
import pytest

from models.training.plates.degrade import resample, upright


@pytest.mark.parametrize("lean", [-30.0, 0.0, 30.0])
def test_upright_keeps_centre_width_and_height(lean: float) -> None:
    quad = np.array(((lean, 0), (100 + lean, 0), (100 - lean, 40), (-lean, 40)), np.float32)
    box = upright(quad)
    assert box == pytest.approx(np.array(((0, 0), (100, 0), (100, 40), (0, 40)), np.float32))


@pytest.mark.parametrize("seed", range(6))
def test_resampling_keeps_size_and_brightness_but_loses_detail(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = np.repeat(rng.integers(0, 255, (40, 90, 1)).astype(np.uint8), 3, axis=2)
    image = np.ascontiguousarray(image)
    poor = resample(np.random.default_rng(seed), image, 2.6)
    assert poor.shape == image.shape
    assert poor.mean() == pytest.approx(image.mean(), abs=20)
    assert not np.array_equal(poor, image)
