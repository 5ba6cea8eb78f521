"""Samples of the corner network: the shift asked for leads to the true corners."""

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="training extra not installed")

from edge.plate.corners import FRAME_HEIGHT, FRAME_WIDTH, FURTHEST, moved
from models.training.plates.corner_data import CornerMaker, guess, posture, shift_of
from models.training.plates.finder_data import Scene
from models.training.plates.glyphs import FACES, FOLDER, GlyphBook


@pytest.mark.parametrize("seed", range(20))
def test_the_shift_asked_for_leads_from_the_guess_to_the_plate(seed: int) -> None:
    rng = np.random.default_rng(seed)
    quad = posture(rng, 1.4) * np.float32(80) + np.float32(200)
    guessed = guess(rng, quad)
    assert moved(guessed, shift_of(guessed, quad)) == pytest.approx(quad, abs=0.05)


@pytest.mark.parametrize("seed", range(20))
def test_a_posture_is_of_unit_width_and_keeps_the_order_of_the_corners(seed: int) -> None:
    quad = posture(np.random.default_rng(seed), 4.3)
    edges = np.roll(quad, -1, axis=0) - quad
    turns = edges[:, 0] * np.roll(edges, -1, axis=0)[:, 1] - edges[:, 1] * np.roll(edges, -1, axis=0)[:, 0]
    assert np.linalg.norm(edges[0]) == pytest.approx(1)
    assert (turns > 0).all()


@pytest.mark.skipif(not all((FOLDER / face).exists() for face in FACES), reason="fonts not installed")
def test_samples_are_frames_with_corners_in_reach() -> None:
    street = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    quad = np.array(((100, 80), (200, 80), (200, 130), (100, 130)), np.float32)
    maker = CornerMaker(GlyphBook(), [Scene(street, (quad,), (), False)], [street], [(street, quad)])
    rng = np.random.default_rng(1)
    samples = [maker.make(rng) for _ in range(60)]
    assert {sample.image.shape for sample in samples} == {(FRAME_HEIGHT, FRAME_WIDTH, 3)}
    assert {sample.plate for sample in samples} == {True, False}
    assert max(float(np.abs(sample.shift).max()) for sample in samples) <= FURTHEST
