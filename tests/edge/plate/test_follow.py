"""Whose plate is it, and when is it read: the finder and reader stand on known answers, the logic is real."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.plate.find import PlateBox
from edge.plate.follow import PlateFollower, Sighting, owner, widened
from edge.plate.reading import Character, PlateReading

Box = tuple[float, float, float, float]
CAR: Box = (100, 100, 300, 260)
BIKE: Box = (180, 160, 240, 300)


def plate_at(x: float, y: float, score: float = 0.9) -> PlateBox:
    """A plate of 20 by 6 pixels around a point."""
    corners = ((x - 10, y - 3), (x + 10, y - 3), (x + 10, y + 3), (x - 10, y + 3))
    return PlateBox(np.array(corners, np.float32), score)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (150, 240, 1),  # on the car alone
        (210, 280, 2),  # on the motorbike, below the car
        (210, 240, 2),  # in both boxes: the motorbike stands nearer
        (50, 50, None),  # on nobody
    ],
)
def test_a_plate_belongs_to_the_nearest_vehicle_around_it(x: float, y: float, expected: int | None) -> None:
    assert owner(plate_at(x, y), {1: CAR, 2: BIKE}) == expected


@pytest.mark.parametrize(
    ("boxes", "y", "expected"),
    [
        ({2: BIKE}, 170, None),  # over the rider's shoulder: of one farther off that nobody sees
        ({1: CAR, 2: BIKE}, 170, 1),
        ({2: BIKE}, 200, 2),
        ({2: (180, 0, 240, 140)}, 10, 2),  # most of it is above the picture
    ],
)
def test_a_plate_at_the_upper_end_of_a_box_is_another_vehicles(
    boxes: dict[int, Box], y: float, expected: int | None
) -> None:
    assert owner(plate_at(210, y), boxes) == expected


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((100, 100, 200, 200), (92, 92, 209, 209)),
        ((0, 0, 50, 50), (0, 0, 55, 55)),
        ((600, 440, 640, 480), (596, 436, 640, 480)),
    ],
)
def test_the_margin_stays_inside_the_picture(box: Box, expected: tuple[int, int, int, int]) -> None:
    assert widened(box, 640, 480) == expected


class KnownFinder:
    """Finds one plate at a place given in the full picture."""

    def __init__(self, plates: list[PlateBox], corner: tuple[int, int]) -> None:
        self.plates = plates
        self.corner = np.array(corner, np.float32)

    def find(self, image: NDArray[np.uint8], wanted: Callable[[PlateBox], bool]) -> list[PlateBox]:
        return [PlateBox(plate.quad - self.corner, plate.score) for plate in self.plates]


class KnownReader:
    """Reads the texts it was given, one after the other."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.asked = 0

    def read(self, image: NDArray[np.uint8], quad: NDArray[np.float32]) -> PlateReading | None:
        text = self.texts[self.asked]
        self.asked += 1
        return PlateReading((text,), "white", 0.95, tuple(Character(c, 0.95) for c in text))


def sightings(count: int) -> list[Sighting]:
    image = np.zeros((480, 640, 3), np.uint8)
    return [Sighting(key, key / 12, image, {1: CAR}) for key in range(count)]


def test_agreement_of_frames_makes_the_plate_and_ends_the_search() -> None:
    x1, y1, _, _ = widened(CAR, 640, 480)
    reader = KnownReader(["98A12345"] * 10)
    follower = PlateFollower(KnownFinder([plate_at(200, 240)], (x1, y1)), reader)  # type: ignore[arg-type]
    result = follower.read(1, VehicleKind.CAR, sightings(10))
    assert (result.text, result.agreed, reader.asked) == ("98A12345", True, 4)


def test_a_plate_nobody_shows_is_unread() -> None:
    follower = PlateFollower(KnownFinder([], (0, 0)), KnownReader([]))  # type: ignore[arg-type]
    result = follower.read(1, VehicleKind.CAR, sightings(3))
    assert (result.text, result.agreed, result.raw_reads) == (None, False, ())


def test_frames_that_disagree_agree_on_nothing() -> None:
    x1, y1, _, _ = widened(CAR, 640, 480)
    texts = ["98A12345", "29B55501", "30F99912"]
    follower = PlateFollower(KnownFinder([plate_at(200, 240)], (x1, y1)), KnownReader(texts))  # type: ignore[arg-type]
    result = follower.read(1, VehicleKind.CAR, sightings(3))
    assert not result.agreed
    assert result.confidence < 0.9
