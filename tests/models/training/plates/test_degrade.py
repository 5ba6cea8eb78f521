"""Pictures with fewer pixels than they seem to have."""

import numpy as np
import pytest

from models.training.plates.degrade import resample


@pytest.mark.parametrize("seed", range(6))
def test_resampling_keeps_size_and_brightness_but_loses_detail(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = np.repeat(rng.integers(0, 255, (40, 90, 1)).astype(np.uint8), 3, axis=2)
    image = np.ascontiguousarray(image)
    poor = resample(np.random.default_rng(seed), image, 2.6)
    assert poor.shape == image.shape
    assert poor.mean() == pytest.approx(image.mean(), abs=20)
    assert not np.array_equal(poor, image)
