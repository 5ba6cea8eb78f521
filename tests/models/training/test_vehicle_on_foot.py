"""People on foot: only those away from every vehicle, once each, in windows that keep the vehicles' boxes."""

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from edge.rules.inputs import Box
from models.training.vehicles.augment import Picture
from models.training.vehicles.on_foot import NARROWEST, around, walkers
from models.training.vehicles.teacher import Seen

WALKER: Box = (300, 100, 330, 180)
LARGER: Box = (400, 100, 440, 200)


def seen(*rows: tuple[Box, float, str]) -> Seen:
    boxes = np.array([box for box, _, _ in rows], np.float32).reshape(-1, 4)
    return Seen(boxes, np.array([score for _, score, _ in rows], np.float32), [name for *_, name in rows])


@pytest.mark.parametrize(
    ("rows", "vehicles", "expected"),
    [
        ([(WALKER, 0.9, "person")], [], [WALKER]),
        ([(WALKER, 0.9, "person"), (LARGER, 0.6, "person")], [], [LARGER, WALKER]),
        ([(WALKER, 0.4, "person")], [], []),  # nobody can be sure
        ([((300, 100, 310, 130), 0.9, "person")], [], []),  # too low
        ([(WALKER, 0.9, "person"), ((301, 101, 331, 181), 0.8, "person")], [], [WALKER]),  # one person
        ([(WALKER, 0.9, "person")], [(310, 150, 360, 190)], []),  # a labelled vehicle beside them
        ([(WALKER, 0.9, "person"), ((295, 140, 340, 190), 0.15, "bicycle")], [], []),  # a faint bike
        ([(WALKER, 0.9, "person"), ((500, 140, 540, 190), 0.9, "bicycle")], [], [WALKER]),
    ],
)
def test_a_walker_is_away_from_every_vehicle(
    rows: list[tuple[Box, float, str]], vehicles: list[Box], expected: list[Box]
) -> None:
    assert walkers(seen(*rows), vehicles) == expected


@pytest.mark.parametrize("walker", [WALKER, LARGER, (0.0, 0.0, 20.0, 60.0), (600.0, 300.0, 640.0, 360.0)])
def test_a_window_holds_the_walker_and_the_vehicles_that_are_in_it(walker: Box) -> None:
    image = np.zeros((360, 640, 3), np.uint8)
    x1, y1, x2, y2 = (int(v) for v in walker)
    image[y1:y2, x1:x2] = 200
    made = around(Picture(image, np.array([[2, *walker]], np.float32)), walker)
    height, width = made.image.shape[:2]
    assert width >= NARROWEST
    assert (made.image == 200).all(axis=2).sum() == (y2 - y1) * (x2 - x1)
    kind, left, top, right, bottom = (int(v) for v in made.labels[0])
    assert kind == 2
    assert (made.image[top:bottom, left:right] == 200).all()
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
