"""Pictures with fewer pixels than they seem to have, street cameras, and plates in other colours."""

import numpy as np
import pytest

from models.training.plates.degrade import (
    GROUNDS,
    corners_of,
    ground_colour,
    place,
    recolour,
    resample,
    street,
)


@pytest.mark.parametrize("seed", range(6))
def test_resampling_keeps_size_and_brightness_but_loses_detail(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = np.repeat(rng.integers(0, 255, (40, 90, 1)).astype(np.uint8), 3, axis=2)
    image = np.ascontiguousarray(image)
    poor = resample(np.random.default_rng(seed), image, 2.6)
    assert poor.shape == image.shape
    assert poor.mean() == pytest.approx(image.mean(), abs=20)
    assert not np.array_equal(poor, image)


def white_plate() -> np.ndarray:
    image = np.full((40, 120, 3), 220, np.uint8)
    image[10:30, 20:30] = 25
    return image


def red_plate() -> np.ndarray:
    image = np.zeros((24, 60, 3), np.uint8)
    image[:, :, 2] = 200
    image[8:16, 20:24] = 235
    return image


@pytest.mark.parametrize("seed", range(6))
def test_a_street_camera_keeps_the_size(seed: int) -> None:
    image = red_plate()
    seen = street(np.random.default_rng(seed), image, 24.0)
    assert seen.shape == image.shape
    assert seen.dtype == np.uint8
    assert np.ptp(seen[12].astype(int).sum(axis=1)) < np.ptp(image[12].astype(int).sum(axis=1)) + 250


def test_white_ink_mostly_takes_on_some_of_the_ground_s_colour() -> None:
    inks = np.array([street(np.random.default_rng(seed), red_plate(), 24.0)[12, 22] for seed in range(80)])
    redness = inks[:, 2].astype(int) - inks[:, 1]
    assert np.median(redness) > 5
    assert (redness > 0).mean() > 0.6


@pytest.mark.parametrize("colour", sorted(GROUNDS))
def test_ground_colours_stay_near_their_range(colour: str) -> None:
    rng = np.random.default_rng(1)
    low, high = np.array(GROUNDS[colour])
    shades = np.array([ground_colour(rng, colour) for _ in range(200)])
    assert (shades > low - 40).all()
    assert (shades < high + 40).all()


@pytest.mark.parametrize(("colour", "strongest"), [("red", 2), ("yellow", 2), ("blue", 0)])
def test_recoloured_ground_has_the_colour(colour: str, strongest: int) -> None:
    seen = recolour(np.random.default_rng(2), white_plate(), colour)
    assert int(seen[5, 60].argmax()) == strongest


@pytest.mark.parametrize(("colour", "lighter"), [("red", True), ("blue", True), ("yellow", False)])
def test_ink_is_white_on_red_and_blue_and_black_on_yellow(colour: str, lighter: bool) -> None:
    seen = recolour(np.random.default_rng(2), white_plate(), colour).astype(int).sum(axis=2)
    assert bool(seen[20, 25] > seen[5, 60]) == lighter


def test_some_cameras_squeeze_the_picture() -> None:
    flat, backdrop = np.full((110, 520, 3), 200, np.uint8), np.zeros((50, 50, 3), np.uint8)
    quads = [place(np.random.default_rng(seed), flat, 80.0, backdrop)[1] for seed in range(60)]
    ratios = [np.linalg.norm(q[1] - q[0]) / np.linalg.norm(q[3] - q[0]) for q in quads]
    assert min(ratios) < 4.0
    assert max(ratios) > 4.7
    assert corners_of(flat).shape == quads[0].shape
