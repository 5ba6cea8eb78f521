"""Each variant changes the picture as it says, the same way each time, and keeps its size."""

import numpy as np
import pytest

from sample_videos.scene.picture.textures import Bytes
from sample_videos.scene.variants import CHANGES

PICTURE = np.random.default_rng(1).integers(60, 200, (90, 160, 3), dtype=np.uint8)


def changed(name: str, t: float = 2.2) -> Bytes:
    return CHANGES[name](PICTURE, t, np.random.default_rng(3))


@pytest.mark.parametrize("name", CHANGES)
def test_size_stays_and_the_same_seed_gives_the_same(name: str) -> None:
    first, again = changed(name), changed(name)
    assert (first.shape, first.dtype) == (PICTURE.shape, np.uint8)
    assert (first == again).all()
    assert (first != PICTURE).any()


def test_what_each_does() -> None:
    assert np.ptp(changed("grey"), axis=2).max() == 0
    assert changed("dark").mean() < 0.5 * PICTURE.mean()
    assert changed("defocus").std() < 0.3 * PICTURE.std()
    assert (changed("defocus", 0.5) == PICTURE).all()
