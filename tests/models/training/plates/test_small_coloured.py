"""The development set of small coloured plates."""

import numpy as np
import pytest

from models.training.plates.crops import Crop

pytest.importorskip("torch", reason="extra training not installed")

from models.training.plates.small_coloured import MEASURED, WIDEST, recoloured, reduced, tinted


def white_plate() -> tuple[np.ndarray, np.ndarray]:
    image = np.full((60, 100, 3), 60, np.uint8)
    image[10:50, 10:90] = 225
    image[20:40, 25:35] = 25
    return image, np.array(((10, 10), (90, 10), (90, 50), (10, 50)), np.float32)


@pytest.mark.parametrize(
    ("colour", "strongest", "white_ink"), [("red", 2, True), ("yellow", 2, False), ("blue", 0, True)]
)
def test_ground_and_ink_have_their_colours(colour: str, strongest: int, white_ink: bool) -> None:
    image, quad = white_plate()
    seen = tinted(np.random.default_rng(1), image, quad, colour)
    assert int(seen[30, 70].argmax()) == strongest
    assert bool(seen[30, 30].astype(int).sum() > seen[30, 70].astype(int).sum()) == white_ink


@pytest.mark.parametrize("width", [30.0, 45.0, 64.0])
def test_reduced_to_the_width(width: float) -> None:
    image, quad = white_plate()
    small, outline = reduced(np.random.default_rng(2), image, quad, width)
    assert float(np.linalg.norm(outline[1] - outline[0])) == pytest.approx(width, abs=0.1)
    assert small.shape[1] == pytest.approx(100 * width / 80, abs=2)


def test_each_colour_equally_often_and_small() -> None:
    image, quad = white_plate()
    crops = [Crop("anywhere/a.jpg", image, quad, "29H112345", False)]
    plates = list(recoloured(np.random.default_rng(3), crops, 4))
    assert [plate.kind for plate in plates] == [colour for colour in MEASURED for _ in range(4)]
    assert max(plate.width for plate in plates) <= WIDEST
    assert all(plate.rows == (("29H1", "12345"),) for plate in plates)
