"""A bike and its people are one vehicle; passers-by are nobody's riders."""

import pytest

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.riders import join_riders
from edge.rules.inputs import Box

BIKE: Box = (100, 150, 140, 200)


@pytest.mark.parametrize(
    ("person", "joined"),
    [
        ((102, 100, 138, 190), (100, 100, 140, 200)),  # rider seen from behind
        ((95, 110, 130, 202), (95, 110, 140, 202)),  # a foot on the road beside the tyre
        ((105, 120, 135, 160), (100, 120, 140, 200)),  # only the upper body was seen
        ((150, 100, 190, 200), BIKE),  # stands beside it
        ((130, 100, 170, 195), BIKE),  # walks past, a quarter overlapping
        ((102, 60, 138, 152), BIKE),  # far behind: feet where the bike's top is
        ((102, 150, 138, 260), BIKE),  # crosses in front
    ],
)
def test_one_person(person: Box, joined: Box) -> None:
    bike = Detection(VehicleKind.MOTORBIKE, 0.8, BIKE)
    assert join_riders([bike], [person]) == [Detection(VehicleKind.MOTORBIKE, 0.8, joined)]


def test_driver_and_passenger() -> None:
    bike = Detection(VehicleKind.MOTORBIKE, 0.8, BIKE)
    joined = join_riders([bike], [(102, 100, 138, 190), (108, 90, 139, 180)])
    assert [d.box for d in joined] == [(100, 90, 140, 200)]


def test_person_rides_the_bike_they_share_most_with() -> None:
    left = Detection(VehicleKind.MOTORBIKE, 0.8, BIKE)
    right = Detection(VehicleKind.BICYCLE, 0.7, (125, 150, 165, 200))
    joined = join_riders([left, right], [(101, 100, 137, 190)])
    assert [d.box for d in joined] == [(100, 100, 140, 200), right.box]


def test_nobody_rides_a_car() -> None:
    car = Detection(VehicleKind.CAR, 0.8, BIKE)
    assert join_riders([car], [(102, 100, 138, 190)]) == [car]
