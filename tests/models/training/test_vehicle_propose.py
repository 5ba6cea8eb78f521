"""Labels that two networks agree on, what is settled by eye, and sets read back as they were written."""

import csv
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.rules.inputs import Box
from models.training.vehicles.augment import IGNORED
from models.training.vehicles.gather import Gathered, gather, labels_of, smaller
from models.training.vehicles.propose import completed, look, proposed, settle
from models.training.vehicles.start import KINDS
from models.training.vehicles.store import lines, read_labels, read_set
from models.training.vehicles.streets import STREETS, named
from models.training.vehicles.teacher import Seen

CAR, MOTORBIKE, BUS, TRUCK, BICYCLE = range(len(KINDS))
THERE: Box = (100, 100, 200, 160)
BIKE: Box = (100, 100, 140, 200)


def seen(*rows: tuple[str, float, Box]) -> Seen:
    boxes = np.array([box for _, _, box in rows], np.float32).reshape(-1, 4)
    return Seen(boxes, np.array([score for _, score, _ in rows], np.float32), [name for name, _, _ in rows])


@pytest.mark.parametrize(
    ("own", "larger", "expected"),
    [
        ([], [("car", 0.8, THERE)], [CAR]),
        ([], [("car", 0.4, THERE)], [IGNORED]),  # the larger network alone, and not sure
        ([("car", 0.5, THERE)], [("car", 0.45, THERE)], [CAR]),  # both say it
        ([("truck", 0.5, THERE)], [("car", 0.45, THERE)], [IGNORED]),
        ([("car", 0.9, THERE)], [], [IGNORED]),  # ours alone is not believed about four wheels
        ([], [("bus", 0.6, THERE)], [IGNORED]),  # hoardings look like lorries: more is asked
        ([("car", 0.9, THERE)], [("bus", 0.9, THERE)], [BUS]),
        ([], [("truck", 0.9, THERE), ("car", 0.85, (101, 101, 201, 161))], [IGNORED]),  # which?
        ([("motorbike", 0.8, BIKE)], [], [MOTORBIKE]),
        ([("motorbike", 0.5, BIKE)], [], [IGNORED]),
        ([("motorbike", 0.5, BIKE)], [("motorcycle", 0.5, BIKE)], [MOTORBIKE]),
        ([], [("motorcycle", 0.65, BIKE)], [IGNORED]),
        ([], [("motorcycle", 0.8, BIKE)], [MOTORBIKE]),
        ([("motorbike", 0.8, BIKE)], [("bicycle", 0.7, BIKE)], [BICYCLE]),
        ([("motorbike", 0.8, BIKE)], [("bicycle", 0.5, BIKE)], [IGNORED]),
        ([("motorbike", 0.9, BIKE)], [("person", 0.8, BIKE)], []),  # on foot: taught as nothing
        ([("motorbike", 0.1, BIKE)], [("car", 0.1, THERE)], []),
    ],
)
def test_labels_that_two_networks_agree_on(
    own: list[tuple[str, float, Box]], larger: list[tuple[str, float, Box]], expected: list[int]
) -> None:
    assert [kind for kind, _ in proposed(seen(*own), seen(*larger))] == expected


def test_what_is_known_stays_and_what_was_found_beside_it_is_added() -> None:
    known = np.array([[TRUCK, *THERE]], np.float32)
    same = Detection(VehicleKind.CAR, 0.9, (102, 98, 203, 161))
    part = Detection(VehicleKind.CAR, 0.9, (110, 110, 140, 150))
    other = Detection(VehicleKind.CAR, 0.9, (300, 100, 400, 160))
    made = completed(known, [(CAR, same), (CAR, part), (CAR, other)])
    assert made.tolist() == [[TRUCK, *THERE], [CAR, *other.box]]


def test_kinds_of_the_street_are_those_seen_by_eye() -> None:
    first = next(csv.DictReader(STREETS.open(encoding="utf-8")))
    x, y = float(first["x"]) * 1000, float(first["y"]) * 1000
    boxes: list[Box] = [(x - 50, y - 50, x + 50, y + 50), (890, 590, 940, 610), (10, 10, 40, 40)]
    rows = [(IGNORED, Detection(VehicleKind.CAR, 0.9, box)) for box in boxes]
    made = list(named(rows, first["picture"], 1000, 1000))
    assert [kind for kind, _ in made] == [KINDS.index(VehicleKind(first["kind"])), IGNORED]


class Fixed:
    """A network that always sees the same."""

    def __init__(self, shown: Seen) -> None:
        self.shown = shown
        self.looks = 0

    def see(self, image: np.ndarray) -> Seen:
        self.looks += 1
        return self.shown


def test_a_set_is_gathered_looked_at_once_and_labelled(tmp_path: Path) -> None:
    image = np.full((540, 1920, 3), 90, np.uint8)
    bus = labels_of([Detection(VehicleKind.BUS, 1.0, (1000, 100, 1400, 400))])
    given = [Gathered("a", "clip", image, bus[:0]), Gathered("b c", "settled", image, bus, "whole", "thd")]
    gather(given, tmp_path)
    own, larger = Fixed(seen(("motorbike", 0.9, BIKE))), Fixed(seen(("car", 0.8, (300, 20, 400, 80))))
    for _ in range(2):
        look(tmp_path, own, tmp_path / "own")
        look(tmp_path, larger, tmp_path / "larger")
    assert (own.looks, larger.looks) == (2, 2)
    settle(tmp_path, tmp_path / "own", tmp_path / "larger")
    a, b = read_set(tmp_path)
    assert sorted(a.labels[:, 0].tolist()) == [CAR, MOTORBIKE]
    assert b.labels[0] == pytest.approx([BUS, 500, 50, 700, 200], abs=0.1)
    assert (a.pole, b.pole) == ("", "thd")
    assert a.picture().image.shape == (270, 960, 3)
    assert b.weight > a.weight


def test_labels_are_read_as_they_were_written(tmp_path: Path) -> None:
    labels = np.array([[IGNORED, 10, 20, 300, 200], [CAR, 0, 0, 640, 360]], np.float32)
    (tmp_path / "a.txt").write_text(lines(labels, 640, 360))
    assert read_labels(tmp_path / "a.txt", 640, 360) == pytest.approx(labels, abs=0.01)


def test_small_pictures_stay_as_they_are() -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    labels = np.array([[CAR, 1, 2, 3, 4]], np.float32)
    assert smaller(image, labels) == (image, labels)
