"""Crisp glyphs of the police's face: letters that look alike must still differ where it matters."""

import numpy as np
import pytest

pytest.importorskip("PIL", reason="extra training not installed")

from models.training.plates.glyphs import HEIGHT, STRAIGHT, crisp, straight_glyph

FULLEST = {"M": 0.8, "N": 0.8}
"""Heavy ones are all but filled in, as on real plates."""


def shape(symbol: str, seed: int = 0) -> np.ndarray:
    return straight_glyph(np.random.default_rng(seed), symbol, 0.55, 0.13)


@pytest.mark.parametrize("symbol", STRAIGHT)
def test_a_straight_letter_fills_its_box_without_filling_up(symbol: str) -> None:
    mask = shape(symbol)
    assert mask.shape[0] == HEIGHT
    assert mask[:3].max() > 0.5
    assert mask[-3:].max() > 0.5
    assert 0.1 < mask.mean() < FULLEST.get(symbol, 0.65)


@pytest.mark.parametrize(("one", "other"), ["MH", "NH", "MN", "VY", "KX", "14", "EF"])
def test_letters_that_look_alike_differ_over_an_area(one: str, other: str) -> None:
    a, b = shape(one), shape(other)
    width = min(a.shape[1], b.shape[1])
    assert np.abs(a[:, :width] - b[:, :width]).mean() > 0.05


def test_the_middle_of_m_is_open_at_the_top() -> None:
    mask = shape("M")
    middle = mask.shape[1] // 2
    assert mask[: HEIGHT // 6, middle - 2 : middle + 2].max() < 0.5


def test_common_shape_of_noisy_masks_is_sharp() -> None:
    rng = np.random.default_rng(1)
    ring = np.zeros((HEIGHT, 36), np.float32)
    ring[:, :8] = ring[:, -8:] = ring[:8] = ring[-8:] = 1
    masks = [np.clip(ring * 0.8 + rng.normal(0, 0.2, ring.shape), 0, 1).astype(np.float32) for _ in range(9)]
    mask = crisp(masks)
    assert mask[HEIGHT // 2, 18] < 0.05
    assert mask[HEIGHT // 2, 3] > 0.95
