"""Geometry of the closer look, and the packaged corner network on drawn plates."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.plate.corners import (
    AROUND,
    CORNERS,
    FRAME_HEIGHT,
    FRAME_WIDTH,
    CornerFinder,
    Quad,
    frame,
    in_frame,
    moved,
)
from models import load_path

FIXTURES = Path(__file__).parent / "drawn"
STEEP = np.array(((60, 40), (250, 90), (230, 190), (45, 120)), np.float32)


def test_the_plate_has_its_place_in_the_frame() -> None:
    placed = in_frame(CORNERS)
    share = AROUND / (1 + 2 * AROUND)
    assert placed[0] == pytest.approx((share * FRAME_WIDTH, share * FRAME_HEIGHT))
    assert placed[2] == pytest.approx(((1 - share) * FRAME_WIDTH, (1 - share) * FRAME_HEIGHT))


@pytest.mark.parametrize("factor", [1, 4])
def test_a_frame_shows_the_plate_upright_at_any_size(factor: int) -> None:
    image = np.full((240 * factor, 300 * factor, 3), 60, np.uint8)
    quad = STEEP * np.float32(factor)
    cv2.fillConvexPoly(image, quad.round().astype(np.int32), (250, 250, 250))
    seen = frame(image, quad)
    left, top = in_frame(CORNERS)[0].astype(int)
    assert seen.shape == (FRAME_HEIGHT, FRAME_WIDTH, 3)
    assert seen[top + 3 : -top - 3, left + 3 : -left - 3].mean() > 240
    assert seen[: top - 3].mean() < 120
    assert seen[:, : left - 3].mean() < 120


@pytest.mark.parametrize("quad", [STEEP + np.float32(5000), STEEP - np.float32(5000)])
def test_a_plate_beside_the_picture_is_an_empty_frame(quad: Quad) -> None:
    assert np.ptp(frame(np.zeros((20, 30, 3), np.uint8), quad)) == 0


def test_no_shift_leaves_the_corners() -> None:
    assert moved(STEEP, np.zeros((4, 2), np.float32)) == pytest.approx(STEEP, abs=1e-2)


def test_a_shift_goes_along_the_edges_of_the_plate() -> None:
    square = np.array(((10, 10), (110, 10), (110, 60), (10, 60)), np.float32)
    shift = np.array(((0.1, 0), (0, 0), (0, 0.2), (0, 0)), np.float32)
    assert moved(square, shift) == pytest.approx(
        np.array(((20, 10), (110, 10), (110, 70), (10, 60))), abs=1e-3
    )


@pytest.fixture(scope="module")
def corners() -> CornerFinder:
    return CornerFinder(load_path("plate_corners"))


def test_no_plates_need_no_look(corners: CornerFinder) -> None:
    assert corners.refine(np.zeros((20, 30, 3), np.uint8), []) == []


@pytest.mark.parametrize("picture", sorted(FIXTURES.glob("*.png")), ids=lambda path: path.stem)
def test_wrong_corners_of_a_drawn_plate_are_put_right(corners: CornerFinder, picture: Path) -> None:
    plate = cv2.imread(str(picture))
    width, height = 140, round(plate.shape[0] * 140 / plate.shape[1])
    scene = np.full((300, 400, 3), 70, np.uint8)
    scene[100 : 100 + height, 130 : 130 + width] = cv2.resize(
        plate, (width, height), interpolation=cv2.INTER_AREA
    )
    size = np.array((width, height), np.float32)
    true = np.array((130, 100), np.float32) + CORNERS * size
    wrong = true + size * np.array(((0.08, 0), (-0.07, 0.08), (0.03, -0.07), (-0.04, 0.06)), np.float32)
    (first, _), (_, beside) = corners.refine(scene, [wrong, true + np.float32((-60, 150))])
    ((second, chance),) = corners.refine(scene, [first])
    assert chance > 0.8
    assert beside < 0.3
    assert (np.abs(second - true) / size).mean() < 0.04
