"""Decoding and merging of the finder's answer, and the packaged network on drawn scenes."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.plate.find import (
    LEAST,
    PLACES,
    ROUGH,
    STRIDE,
    WIDEST_AGAIN,
    PlateBox,
    PlateFinder,
    decode,
    doubtful,
    joint,
    merge,
    overlap,
    union,
)
from models import load_path

FIXTURES = Path(__file__).parent / "drawn"


def box(left: float, top: float, width: float, height: float, score: float = 0.9) -> PlateBox:
    corners = ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
    return PlateBox(np.array(corners, np.float32), score)


def test_decode_gives_pixels_of_the_input() -> None:
    output = np.zeros((9, 4, 6), np.float32)
    output[0, 2, 3] = 0.8
    output[1:, 2, 3] = (-2, -1, 2, -1, 2, 1, -2, 1)
    (found,) = decode(output, 0.5)
    centre = np.array((3.5, 2.5)) * STRIDE
    assert found.score == pytest.approx(0.8)
    assert found.quad.mean(axis=0) == pytest.approx(centre)
    assert found.width == pytest.approx(4 * STRIDE)


def test_decode_keeps_nothing_below_the_threshold() -> None:
    assert decode(np.full((9, 3, 3), 0.49, np.float32), 0.5) == []


@pytest.mark.parametrize(
    ("candidates", "count"),
    [
        ([], 0),
        ([box(0, 0, 40, 10), box(1, 0, 40, 10, 0.8)], 1),
        ([box(0, 0, 40, 10), box(60, 0, 40, 10)], 2),
        ([box(0, 0, 100, 30), box(10, 5, 60, 20, 0.5)], 1),
        ([box(0, 0, 40, 10), box(0, 12, 40, 10)], 2),
    ],
)
def test_merge_leaves_one_box_a_plate(candidates: list[PlateBox], count: int) -> None:
    assert len(merge(candidates)) == count


def test_merged_corners_lie_between_those_that_agree() -> None:
    (one,) = merge([box(0, 0, 40, 10), box(2, 0, 40, 10)])
    assert one.bounds == pytest.approx((1, 0, 41, 10))


def test_overlap_is_symmetric_and_full_for_the_same() -> None:
    a, b = box(0, 0, 40, 10), box(10, 3, 40, 10)
    assert overlap(a, b) == pytest.approx(overlap(b, a))
    assert overlap(a, a) == pytest.approx(1)


def test_what_lies_inside_is_the_same_plate_only_when_looked_at_closely() -> None:
    whole, part = box(0, 0, 100, 30), box(0, 0, 40, 30, 0.8)
    assert len(merge([whole, part])) == 1
    assert len(merge([whole, part], union, 0.45)) == 2


@pytest.mark.parametrize(("x", "y", "covered"), [(15, 12, True), (9, 12, False), (15, 21, False)])
def test_a_place_is_covered_by_the_upright_box(x: float, y: float, covered: bool) -> None:
    quad = np.array(((10, 12), (30, 10), (30, 20), (10, 20)), np.float32)
    assert PlateBox(quad, 0.9).covers(x, y) is covered


@pytest.mark.parametrize(
    ("rough", "chance", "told"),
    [(ROUGH, 1.0, True), (ROUGH, 0.95, False), (0.4, 0.8, True), (0.9, 0.5, False), (0.9, 0.65, True)],
)
def test_the_closer_look_decides_what_is_a_plate(rough: float, chance: float, told: bool) -> None:
    assert (joint(rough, chance) >= LEAST) == told


def test_only_small_findings_that_came_to_nothing_are_looked_at_again() -> None:
    small, plate, wide = (
        box(0, 0, 20, 8, 0.3),
        box(200, 0, 20, 8, 0.4),
        box(0, 200, WIDEST_AGAIN + 1, 20, 0.5),
    )
    assert doubtful([wide, plate, small], [plate], 1.0) == [(10, 4)]
    assert doubtful([wide], [], 0.5) == [(24.5, 210)], "half as large in the look"


def test_places_near_each_other_are_looked_at_once_and_never_too_many() -> None:
    near = [box(10 * i, 0, 20, 8, 0.3) for i in range(3)]
    assert len(doubtful(near, [], 1.0)) == 1
    assert len(doubtful([box(60 * i, 0, 20, 8, 0.3) for i in range(2 * PLACES)], [], 1.0)) == PLACES


@pytest.fixture(scope="module")
def finder() -> PlateFinder:
    return PlateFinder(load_path("plate_finder"), load_path("plate_corners"))


@pytest.mark.parametrize("size", [(3, 5), (64, 48), (720, 1280)])
def test_an_empty_picture_of_any_size_has_no_plate(finder: PlateFinder, size: tuple[int, int]) -> None:
    assert finder.find(np.full((*size, 3), 90, np.uint8)) == []


@pytest.mark.parametrize("picture", sorted(FIXTURES.glob("*.png")), ids=lambda path: path.stem)
@pytest.mark.parametrize("width", [32, 48, 110, 300])
def test_a_drawn_plate_is_found_where_it_is(finder: PlateFinder, picture: Path, width: int) -> None:
    plate = cv2.imread(str(picture))
    plate = cv2.resize(
        plate, (width, round(plate.shape[0] * width / plate.shape[1])), interpolation=cv2.INTER_AREA
    )
    scene = np.full((480, 640, 3), 70, np.uint8)
    cv2.rectangle(scene, (60, 40), (580, 440), (40, 45, 52), -1)
    left, top = 200, 210
    scene[top : top + plate.shape[0], left : left + width] = plate
    best = finder.find(scene)[0]
    want = box(left, top, width, plate.shape[0])
    assert overlap(best, want) > 0.7


@pytest.mark.parametrize("name", ["blue_80A12345", "white_98A12345", "red_TM1234"])
@pytest.mark.parametrize("shift", [0, 3, 5])
def test_a_small_dim_plate_on_a_dark_body_is_found_wherever_it_lies(
    finder: PlateFinder, name: str, shift: int
) -> None:
    """Two of the nine were taken for half of themselves before doubtful places were looked at enlarged."""
    plate = cv2.imread(str(FIXTURES / f"{name}.png"))
    width = 16
    plate = cv2.resize(
        plate, (width, round(plate.shape[0] * width / plate.shape[1])), interpolation=cv2.INTER_AREA
    )
    scene = np.full((200, 320, 3), 60, np.uint8)
    cv2.rectangle(scene, (40, 30), (290, 180), (22, 20, 18), -1)
    cv2.rectangle(scene, (40, 96), (290, 99), (60, 60, 60), -1)
    left, top = 150 + shift, 104 + shift
    scene[top : top + plate.shape[0], left : left + width] = (plate * 0.6).astype(np.uint8)
    want = box(left, top, width, plate.shape[0])
    assert any(overlap(found, want) > 0.6 for found in finder.find(scene))


def test_doubtful_places_are_looked_at_again_only_until_the_wanted_plate_is_sure(finder: PlateFinder) -> None:
    plate = cv2.imread(str(FIXTURES / "blue_80A12345.png"))
    near, far = (
        cv2.resize(plate, (w, round(w * plate.shape[0] / plate.shape[1])), None, 0, 0, cv2.INTER_AREA)
        for w in (60, 16)
    )
    scene = np.full((200, 320, 3), 60, np.uint8)
    cv2.rectangle(scene, (40, 30), (290, 180), (22, 20, 18), -1)
    cv2.rectangle(scene, (40, 96), (290, 99), (60, 60, 60), -1)
    scene[40 : 40 + near.shape[0], 60:120] = near
    scene[107 : 107 + far.shape[0], 153:169] = (far * 0.6).astype(np.uint8)

    def widths(wanted: Callable[[PlateBox], bool] | None) -> list[int]:
        return [round(found.width, -1) for found in finder.find(scene, wanted)]

    assert sorted(widths(None)) == [20, 60]
    assert widths(lambda found: found.width > 50) == [60]
    assert sorted(widths(lambda found: found.width < 50)) == [20, 60]
