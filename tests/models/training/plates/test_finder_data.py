"""Targets of the finder: where it must, may and must not answer, and the corners it must give."""

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="training extra not installed")

from models.training.plates.finder_data import CELLS, IGNORED_TO, STRIDE, WIDEST, leaning, targets


def plate(width: float, height: float, centre: tuple[float, float] = (160.0, 160.0)) -> np.ndarray:
    half = np.array((width / 2, height / 2))
    return (np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) * half + centre).astype(np.float32)


@pytest.mark.parametrize("size", [(14, 5), (40, 30), (WIDEST, 30)])
def test_corners_come_back_from_every_positive_cell(size: tuple[float, float]) -> None:
    quad = plate(*size)
    score, corners, _ = targets([quad], [])
    rows, columns = np.nonzero(score > 0.5)
    assert len(rows) > 0
    for row, column in zip(rows, columns, strict=True):
        centre = (np.array((column, row)) + 0.5) * STRIDE
        assert corners[:, row, column].reshape(4, 2) * STRIDE + centre == pytest.approx(quad, abs=1e-3)


def test_a_near_plate_weighs_more_than_a_far_one_but_not_by_its_area() -> None:
    (score, _, weight), (far_score, _, far_weight) = (
        targets([plate(*size)], []) for size in ((120, 80), (16, 6))
    )
    near, far = weight[score > 0.5].sum(), far_weight[far_score > 0.5].sum()
    assert far < near < 8 * far
    assert (weight[score <= 0.5] == 1).all()


def test_a_leaning_plate_keeps_its_size() -> None:
    leans = [leaning(np.random.default_rng(seed)) for seed in range(50)]
    assert np.linalg.det(leans) == pytest.approx(np.ones(50))


def test_what_may_be_a_plate_is_neither_right_nor_wrong() -> None:
    score, _, _ = targets([], [plate(60, 40)])
    assert score.min() == -1
    assert score.max() == 0
    assert score[0, 0] == 0


@pytest.mark.parametrize(("width", "background"), [(WIDEST + 20, False), (IGNORED_TO + 20, True)])
def test_too_wide_a_plate_is_left_to_the_next_look(width: float, background: bool) -> None:
    score, _, _ = targets([plate(width, 60)], [])
    assert score.max() <= 0
    assert bool(score.min() == 0) is background


def test_a_plate_outside_the_view_asks_for_nothing() -> None:
    score, _, _ = targets([plate(60, 30, (-100.0, 400.0))], [])
    assert score.shape == (CELLS, CELLS)
    assert score.max() == 0
