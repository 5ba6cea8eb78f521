"""Heads of stills belong to one motorbike each."""

from dataclasses import dataclass

import numpy as np

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.riders.heads import Image, SeenHead
from edge.riders.stills import riders_in_picture
from edge.rules.inputs import Box

PICTURE = np.zeros((300, 400, 3), np.uint8)
LEFT, RIGHT = (50.0, 50.0, 150.0, 250.0), (120.0, 60.0, 220.0, 260.0)


def head(x: float, *, score: float = 0.9, bare: float = 0.02, size: float = 30) -> SeenHead:
    return SeenHead((x, 60, x + size, 60 + size), score, bare)


@dataclass
class Street:
    """Two motorbikes and a car; `heads` are what the finder sees on each."""

    heads: dict[Box, tuple[SeenHead, ...]]
    confidence: float = 0.8

    def detect(self, image: Image) -> list[Detection]:
        kinds = (
            (VehicleKind.MOTORBIKE, LEFT),
            (VehicleKind.CAR, (0, 0, 40, 40)),
            (VehicleKind.MOTORBIKE, RIGHT),
        )
        return [Detection(kind, self.confidence, box) for kind, box in kinds]

    def find(self, image: Image, motorbike: Box) -> tuple[SeenHead, ...]:
        return self.heads.get(motorbike, ())


def told(street: Street) -> list[tuple[int, int, int]]:
    found = riders_in_picture(PICTURE, [street, street], street)
    return [(len(bike.heads), bike.count("bare"), bike.count("helmet")) for bike in found]


def test_each_motorbike_has_its_heads_and_a_car_has_none() -> None:
    assert told(Street({LEFT: (head(80, bare=0.99), head(110)), RIGHT: (head(180),)})) == [
        (2, 1, 1),
        (1, 0, 1),
    ]


def test_one_head_counts_for_the_motorbike_it_is_surest_on() -> None:
    assert told(Street({LEFT: (head(130, score=0.6),), RIGHT: (head(133, score=0.9),)})) == [
        (0, 0, 0),
        (1, 0, 1),
    ]


def test_doubtful_candidates_and_small_heads_are_not_told() -> None:
    assert told(Street({LEFT: (head(80, score=0.4), head(110, size=10, bare=0.99))})) == [
        (1, 0, 0),
        (0, 0, 0),
    ]


def test_a_weak_motorbike_is_one_if_somebody_sits_on_it() -> None:
    assert told(Street({LEFT: (head(80),)}, confidence=0.1)) == [(1, 0, 1)]
