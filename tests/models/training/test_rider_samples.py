"""Crops to learn from: where the heads are after all that is done to a picture."""

import cv2
import numpy as np
import pytest

from edge.riders.network import SIDE, STRIDE, crop, decode, place
from models.evaluation.riders.labels import LabelledHead, Ridden
from models.training.riders.samples import CELLS, KEPT, Sample, sample, target, varied

BIKE = (200.0, 100.0, 290.0, 300.0)
HEAD = LabelledHead(245, 125, 30, "bare")
RIDDEN = Ridden("campus", "p", "d", 640, BIKE, 1, (HEAD,))


def picture() -> np.ndarray:
    """A white dot where the head is."""
    image = np.full((400, 640, 3), 60, np.uint8)
    cv2.circle(image, (245, 125), 15, (255, 255, 255), cv2.FILLED)
    return image


def dot(image: np.ndarray) -> tuple[float, float]:
    """The middle of what is bright."""
    ys, xs = np.nonzero(image.max(2) > 0.5 * (int(image.max()) + int(np.median(image.max(2)))))
    return float(xs.mean()), float(ys.mean())


def test_a_head_stays_on_its_place() -> None:
    one = sample(picture(), RIDDEN)
    assert one.image.shape == (KEPT, KEPT, 3)
    assert tuple(one.heads[0, :2]) == pytest.approx(dot(one.image), abs=1.5)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_to_the_picture_is_done_to_the_head(seed: int) -> None:
    one = sample(picture(), RIDDEN)
    plain = Sample(one.image, one.heads, one.ridden)
    image, heads = varied(np.random.default_rng(seed), plain)
    assert image.shape == (SIDE, SIDE, 3)
    assert tuple(heads[0, :2]) == pytest.approx(dot(image[: int(0.6 * SIDE)]), abs=8)


def test_what_is_wanted_decodes_to_the_heads() -> None:
    left, top, side = place(BIKE)
    scale = SIDE / side
    heads = np.array([((HEAD.x - left) * scale, (HEAD.y - top) * scale, HEAD.width * scale, 1.0)])
    wanted = target(heads)
    assert wanted.shape == (6, CELLS, CELLS)
    answer = np.zeros((5, CELLS, CELLS), np.float32)
    answer[0] = np.where(wanted[0] == 1, 6, -6)
    answer[1] = np.where(wanted[1] > 0, 6, -6)
    answer[2] = wanted[3]
    answer[3:] = np.log((wanted[4:] + 1e-6) / (1 - wanted[4:] + 1e-6))
    (head,) = decode(answer)
    assert head.bare > 0.9
    assert ((head.box[0] + head.box[2]) / 2, (head.box[1] + head.box[3]) / 2) == pytest.approx(
        heads[0, :2], abs=0.1
    )
    assert head.box[2] - head.box[0] == pytest.approx(heads[0, 2], rel=1e-3)
    x, y = dot(crop(picture(), BIKE))
    assert (x, y) == pytest.approx(heads[0, :2], abs=1.5)
    assert int(x) // STRIDE < CELLS


def test_an_unsure_head_is_a_head_whose_state_is_not_taught() -> None:
    wanted = target(np.array([(80.0, 40.0, 24.0, 2.0)]))
    assert wanted[0].max() == 1
    assert wanted[2].max() == 0
