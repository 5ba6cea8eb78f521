"""Rectifying undoes perspective."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.plate.rectify import CROP_HEIGHT, CROP_WIDTH, leaning, rectify, upright

CORNERS = np.array(((40, 30), (232, 30), (232, 94), (40, 94)), np.float32)


def checkered() -> np.ndarray:
    """A crop-sized pattern of smooth blocks, distinct everywhere."""
    blocks = np.random.default_rng(3).integers(40, 216, (4, 12, 3)).astype(np.uint8)
    return cv2.resize(blocks, (CROP_WIDTH, CROP_HEIGHT), interpolation=cv2.INTER_CUBIC)


@given(shift=st.lists(st.floats(-14, 14), min_size=8, max_size=8))
def test_a_warped_pattern_comes_back(shift: list[float]) -> None:
    quad = CORNERS + np.array(shift, np.float32).reshape(4, 2)
    pattern = checkered()
    flat = np.array(((0, 0), (CROP_WIDTH, 0), (CROP_WIDTH, CROP_HEIGHT), (0, CROP_HEIGHT)), np.float32)
    scene = cv2.warpPerspective(pattern, cv2.getPerspectiveTransform(flat, quad), (280, 130))
    back = rectify(scene, quad, margin=0.0).astype(float)
    inner = np.abs(back - pattern)[6:-6, 6:-6]
    assert inner.mean() < 6


def test_margin_shows_the_surroundings() -> None:
    scene = np.zeros((130, 280, 3), np.uint8)
    cv2.fillConvexPoly(scene, CORNERS.astype(np.int32), (255, 255, 255))
    crop = rectify(scene, CORNERS, margin=0.1)
    assert crop.shape == (CROP_HEIGHT, CROP_WIDTH, 3)
    assert crop[2, 3].max() < 60
    assert crop[CROP_HEIGHT // 2, CROP_WIDTH // 2].min() == 255


def test_a_huge_plate_is_smoothed_not_sampled() -> None:
    stripes = np.zeros((900, 2700, 3), np.uint8)
    stripes[:, ::2] = 255
    quad = np.array(((0, 0), (2700, 0), (2700, 900), (0, 900)), np.float32)
    assert np.abs(rectify(stripes, quad, margin=0.0)[10:-10, 10:-10].astype(int) - 127).max() < 30


@pytest.mark.parametrize("lean", [-0.75, 0.0, 0.75])
def test_a_sheared_plate_set_upright_keeps_its_centre_width_and_height(lean: float) -> None:
    flat = np.array(((0, 0), (100, 0), (100, 40), (0, 40)), np.float32)
    sheared = leaning(flat, lean)
    assert sheared[2:, 0].mean() - sheared[:2, 0].mean() == pytest.approx(40 * lean)
    assert sheared[:, 1] == pytest.approx(flat[:, 1])
    assert upright(sheared) == pytest.approx(flat, abs=1e-4)


def test_leaning_back_undoes_leaning() -> None:
    tilted = np.array(((10, 0), (110, 20), (102, 60), (2, 40)), np.float32)
    assert leaning(leaning(tilted, 0.3), -0.3) == pytest.approx(tilted, abs=0.5)
