"""Which plate stays readable: the vehicle's own and no other; in doubt none."""

import numpy as np
import pytest

from edge.masking.keep import Own, Seen, may_be_own, own_plate
from edge.plate.find import PlateBox
from edge.plate.reading import Character, PlateReading

SIZE = (1000, 500)
OWN = Own(plate="99A12345", track=((0, (0.4, 0.4, 0.6, 0.8)), (200, (0.5, 0.4, 0.7, 0.8))))


def seen(x: float, y: float, text: str | None = None, width: float = 40, score: float = 0.9) -> Seen:
    """A plate with its centre at x, y (pixels)."""
    w, h = width / 2, width / 8
    quad = np.array([(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)], np.float32)
    reading = None
    if text is not None:
        characters = tuple(Character(letter, 0.9) for letter in text)
        reading = PlateReading((text,), "white", 0.9, characters)
    return Seen(PlateBox(quad, score), reading)


@pytest.mark.parametrize(
    ("t_ms", "plates", "kept"),
    [
        (0, [seen(500, 300, "99A12345")], 0),
        (0, [seen(500, 300, "98B77777")], None),
        (0, [seen(500, 300, "98B77777"), seen(510, 300, "99A12395")], 1),
        (0, [seen(500, 300)], 0),
        (0, [seen(100, 300)], None),
        (0, [seen(100, 300, "99A12345")], None),
        (100, [seen(640, 300, "99A12345")], 0),
        (0, [seen(640, 300, "99A12345")], None),
        (5000, [seen(500, 300, "99A12345")], 0),
        (5000, [seen(500, 300, "99A12346")], None),
        (5000, [seen(500, 300)], None),
        (0, [], None),
    ],
)
def test_the_own_plate(t_ms: float, plates: list[Seen], kept: int | None) -> None:
    found = own_plate(plates, OWN, t_ms, SIZE)
    assert found is (plates[kept] if kept is not None else None)
    read = [Seen(p.box, p.reading if may_be_own(p.box, OWN, t_ms, SIZE) else None) for p in plates]
    assert own_plate(read, OWN, t_ms, SIZE) == (read[kept] if kept is not None else None)


@pytest.mark.parametrize(
    ("own", "t_ms", "x", "may"),
    [
        (OWN, 0, 500, True),
        (OWN, 0, 640, False),
        (OWN, 100, 640, True),
        (OWN, 5000, 100, True),  # nobody knows where the vehicle was
        (Own(plate="99A12345", track=OWN.track, cut_out=True), 0, 100, True),
    ],
)
def test_only_a_plate_where_the_vehicle_was_is_worth_reading(
    own: Own, t_ms: float, x: float, may: bool
) -> None:
    assert may_be_own(seen(x, 300).box, own, t_ms, SIZE) is may


@pytest.mark.parametrize(
    ("plates", "kept"),
    [
        ([seen(50, 20, width=80), seen(150, 20, width=200)], 1),
        ([seen(150, 20, "98B77777", width=200), seen(50, 20, width=80)], 1),
        ([seen(150, 20, "98B77777", width=200)], None),
    ],
)
def test_a_cut_out_shows_its_largest_plate_unless_it_is_another(plates: list[Seen], kept: int | None) -> None:
    found = own_plate(plates, Own(plate="99A12345", cut_out=True), 0, (300, 60))
    assert found is (plates[kept] if kept is not None else None)
