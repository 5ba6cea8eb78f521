"""From a YOLO head's numbers to vehicles."""

import numpy as np
import pytest
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.detect.decode import candidates, vehicles

CLASSES = ["person", "bicycle", "car", "motorcycle", "boat", "bus", "truck"]


def head(*anchors: tuple[tuple[float, float, float, float], dict[str, float]]) -> NDArray[np.float32]:
    """Output of a head: one column per anchor from (centre x, y, width, height) and scores by class."""
    columns = [[*box, *(scores.get(name, 0.0) for name in CLASSES)] for box, scores in anchors]
    return np.array(columns, np.float32).T


def test_threshold_and_corners() -> None:
    output = head(((50, 40, 20, 10), {"car": 0.9}), ((10, 10, 4, 4), {"car": 0.2}))
    boxes, scores, labels = candidates(output, CLASSES, 0.25)
    assert boxes.tolist() == [[40, 35, 60, 45]]
    assert scores.tolist() == [pytest.approx(0.9)]
    assert [CLASSES[i] for i in labels] == ["car"]


def test_classes_nobody_asked_for_are_ignored() -> None:
    """A boat with a little of a car in it is as much of a car as the car's score says."""
    _, scores, labels = candidates(head(((50, 40, 20, 10), {"boat": 0.9, "car": 0.3})), CLASSES, 0.25)
    assert ([CLASSES[i] for i in labels], scores.tolist()) == (["car"], [pytest.approx(0.3)])


A = (10.0, 10.0, 110.0, 60.0)
NEAR_A = (14.0, 12.0, 112.0, 62.0)
HALF_A = (60.0, 10.0, 160.0, 60.0)


@pytest.mark.parametrize(
    ("found", "left"),
    [
        ([("car", 0.9, A), ("car", 0.6, NEAR_A)], ["car"]),
        ([("truck", 0.5, A), ("car", 0.6, NEAR_A)], ["car"]),  # one vehicle, two names
        ([("car", 0.9, A), ("car", 0.6, HALF_A)], ["car", "car"]),  # a queue
        ([("car", 0.9, A), ("motorcycle", 0.6, NEAR_A)], ["car", "motorbike"]),  # a bike hides a car
        ([("bicycle", 0.5, A), ("motorcycle", 0.6, NEAR_A)], ["motorbike"]),
        ([("person", 0.9, A)], []),
        ([("car", 0.9, (5.0, 5.0, 5.0, 60.0))], []),  # wholly in the padding
        ([], []),
    ],
)
def test_doubles(found: list[tuple[str, float, tuple[float, float, float, float]]], left: list[str]) -> None:
    boxes = np.array([box for _, _, box in found], np.float32).reshape(-1, 4)
    scores = np.array([score for _, score, _ in found], np.float32)
    result = vehicles(boxes, scores, [name for name, _, _ in found], 0.6)
    assert [d.kind.value for d in result] == left
    assert [d.confidence for d in result] == sorted((d.confidence for d in result), reverse=True)


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        ([("car", 0.9, A)], {"car": 0.9}),
        ([("truck", 0.5, A), ("bus", 0.6, NEAR_A)], {"bus": 0.6, "truck": 0.5}),
        ([("bus", 0.6, A), ("truck", 0.3, NEAR_A), ("truck", 0.5, A)], {"bus": 0.6, "truck": 0.5}),
        ([("car", 0.9, A), ("truck", 0.6, (100, 10, 200, 60))], {"car": 0.9}),  # another vehicle
        ([("car", 0.9, A), ("motorcycle", 0.6, NEAR_A), ("person", 0.5, A)], {"car": 0.9}),
        ([("bicycle", 0.5, A), ("motorcycle", 0.6, NEAR_A)], {"motorbike": 0.6, "bicycle": 0.5}),
    ],
)
def test_doubles_tell_what_else_it_may_be(
    found: list[tuple[str, float, tuple[float, float, float, float]]], kinds: dict[str, float]
) -> None:
    boxes = np.array([box for _, _, box in found], np.float32)
    scores = np.array([score for _, score, _ in found], np.float32)
    surest = vehicles(boxes, scores, [name for name, _, _ in found], 0.6)[0]
    assert {kind.value: score for kind, score in surest.kinds.items()} == pytest.approx(kinds)


def test_rider_joins_after_doubles_are_gone() -> None:
    boxes = np.array([[100, 150, 140, 200], [102, 100, 138, 190]], np.float32)
    (bike,) = vehicles(boxes, np.array([0.8, 0.9], np.float32), ["motorcycle", "person"], 0.6)
    assert (bike.kind, bike.box) == (VehicleKind.MOTORBIKE, (100, 100, 140, 200))
