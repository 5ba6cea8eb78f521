"""Labelling by a teacher: wholes over parts, two bikes over one box around both, nobody on foot."""

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.rules.inputs import Box
from models.training.vehicles.clips import held_back
from models.training.vehicles.teacher import Seen, label, without_pedestrians


def seen(*rows: tuple[str, float, Box]) -> Seen:
    boxes = np.array([box for _, _, box in rows], np.float32).reshape(-1, 4)
    return Seen(boxes, np.array([score for _, score, _ in rows], np.float32), [name for name, _, _ in rows])


WITH_RIDER: Box = (100, 100, 140, 200)
BIKE_ONLY: Box = (102, 150, 138, 199)
LEFT: Box = (100, 100, 140, 200)
RIGHT: Box = (150, 102, 190, 198)
AROUND_BOTH: Box = (98, 99, 192, 201)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # the part goes, its confidence stays
        (
            [("motorcycle", 0.4, WITH_RIDER), ("motorcycle", 0.7, BIKE_ONLY)],
            [(VehicleKind.MOTORBIKE, 0.7, WITH_RIDER)],
        ),
        # a rider found in another view than the bike
        (
            [("motorcycle", 0.7, BIKE_ONLY), ("person", 0.6, (100, 100, 140, 190))],
            [(VehicleKind.MOTORBIKE, 0.7, (100, 100, 140, 199))],
        ),
        # two bikes side by side that a coarse view took for one
        (
            [("motorcycle", 0.6, LEFT), ("motorcycle", 0.6, RIGHT), ("motorcycle", 0.5, AROUND_BOTH)],
            [(VehicleKind.MOTORBIKE, 0.6, LEFT), (VehicleKind.MOTORBIKE, 0.6, RIGHT)],
        ),
        # a bike before a car is no part of it
        (
            [("car", 0.9, (50, 80, 250, 210)), ("motorcycle", 0.6, LEFT)],
            [(VehicleKind.CAR, 0.9, (50, 80, 250, 210)), (VehicleKind.MOTORBIKE, 0.6, LEFT)],
        ),
        ([], []),
    ],
    ids=["part", "rider of another view", "two for one", "before a car", "nothing"],
)
def test_label(rows: list[tuple[str, float, Box]], expected: list[tuple[VehicleKind, float, Box]]) -> None:
    found = [(d.kind, round(d.confidence, 3), d.box) for d in label(seen(*rows))]
    assert found == expected


@pytest.mark.parametrize(
    ("stock", "kept"),
    [
        ([("person", 0.6, (101, 101, 139, 199))], 0),  # stands there
        ([("person", 0.6, (101, 101, 139, 199)), ("motorcycle", 0.2, BIKE_ONLY)], 1),
        ([("person", 0.2, (101, 101, 139, 199))], 1),  # hardly a person
        ([], 1),
    ],
)
def test_people_on_foot_are_no_bikes(stock: list[tuple[str, float, Box]], kept: int) -> None:
    labels = [Detection(VehicleKind.MOTORBIKE, 0.5, WITH_RIDER)]
    assert len(without_pedestrians(labels, seen(*stock))) == kept


@pytest.mark.parametrize(
    ("seconds", "kept_for_testing"),
    [(0, False), (21.9, False), (22, True), (34, True), (40, False), (52, True)],
)
def test_held_back(seconds: float, kept_for_testing: bool) -> None:
    assert held_back(seconds) is kept_for_testing
