"""The choreography keeps what the clip promises."""

import numpy as np
import pytest

from contract.plates import parse
from sample_videos.scene.blender.cast import on_stage, to_world
from sample_videos.scene.blender.motion import time_of_crossing
from sample_videos.scene.blender.script import Vehicle, load

SCRIPT = load()
TIMES = np.arange(0.0, SCRIPT.seconds, 1 / 6)
STOPPING = ["scooter_stops", "underbone_stops", "sedan_stops", "scooter_joins", "underbone_last"]
ON_GREEN = [
    "truck",
    "underbone_red",
    "sedan_white",
    "suv_turning",
    "underbone_grey",
    "scooter_white",
    "scooter_left",
    "hatchback_red",
]
FRONT = {"sedan": 3.48, "hatchback": 3.15, "suv": 3.58, "truck": 3.53, "scooter": 1.47, "underbone": 1.51}
REAR = {"sedan": 0.98, "hatchback": 0.66, "suv": 0.90, "truck": 0.95, "scooter": 0.45, "underbone": 0.43}
HALF = {"sedan": 0.88, "hatchback": 0.84, "suv": 0.92, "truck": 0.90, "scooter": 0.40, "underbone": 0.40}


def _line_time(vehicle: Vehicle) -> float:
    return time_of_crossing(vehicle.way, vehicle.timetable, 1, SCRIPT.street.stop_line, 0.0, SCRIPT.seconds)


def _ground(vehicle: Vehicle, t: float) -> np.ndarray:
    half, rear, front = HALF[vehicle.model], REAR[vehicle.model], FRONT[vehicle.model]
    grid = [(x, y, 0.0) for x in np.linspace(-half, half, 5) for y in np.linspace(-rear, front, 9)]
    return to_world(np.array(grid), vehicle.pose(t))


@pytest.mark.parametrize("name", ["hatchback_runner", "underbone_runner"])
def test_runners_cross_a_second_into_red_after_being_seen_for_long_enough(name: str) -> None:
    vehicle = SCRIPT.vehicle(name)
    crossing = _line_time(vehicle)
    plate_seen = time_of_crossing(vehicle.way, vehicle.timetable, 1, 9.5, 0.0, SCRIPT.seconds)
    leaving = time_of_crossing(
        vehicle.way, vehicle.timetable, 1, SCRIPT.street.commit_line, 0.0, SCRIPT.seconds
    )
    assert SCRIPT.lamp.at(crossing - 1.0) == "red"
    assert crossing - plate_seen >= 1.5
    assert leaving < SCRIPT.seconds - 1.0


@pytest.mark.parametrize("name", STOPPING)
def test_stopping_vehicles_stand_before_the_line(name: str) -> None:
    vehicle = SCRIPT.vehicle(name)
    pose = vehicle.pose(SCRIPT.seconds)
    assert pose.speed == 0.0
    assert _ground(vehicle, SCRIPT.seconds)[:, 1].max() < SCRIPT.street.stop_line


@pytest.mark.parametrize(
    "name",
    [
        v.id
        for v in SCRIPT.vehicles
        if "on green" in v.does and "oncoming" not in v.does and v.id != "scooter_blue"
    ],
)
def test_those_who_go_on_green_cross_the_line_on_green(name: str) -> None:
    assert SCRIPT.lamp.at(_line_time(SCRIPT.vehicle(name)) + 0.3) == "green"


def test_only_one_vehicle_touches_the_divider_before_the_line() -> None:
    touching = {
        vehicle.id
        for t in TIMES
        for vehicle in SCRIPT.vehicles
        if vehicle.id in on_stage(SCRIPT, float(t))
        for ground in [_ground(vehicle, float(t))]
        for near in [ground[(ground[:, 1] > 0) & (ground[:, 1] < SCRIPT.street.stop_line)]]
        if len(near) and near[:, 0].min() < SCRIPT.street.divider < near[:, 0].max()
    }
    assert touching == {"hatchback_red"}


@pytest.mark.parametrize("t", TIMES)
def test_nobody_drives_through_anybody(t: float) -> None:
    grounds = [_ground(SCRIPT.vehicle(name), float(t)) for name in on_stage(SCRIPT, float(t))]
    gaps = [
        np.linalg.norm(a[:, None, :] - b[None, :, :], axis=-1).min()
        for i, a in enumerate(grounds)
        for b in grounds[:i]
    ]
    assert min(gaps, default=9.0) > 0.15


def test_motorbikes_are_the_majority() -> None:
    bikes = [vehicle for vehicle in SCRIPT.vehicles if vehicle.kind.vehicle == "motorbike"]
    assert len(bikes) > len(SCRIPT.vehicles) / 2


@pytest.mark.parametrize("vehicle", SCRIPT.vehicles, ids=lambda v: v.id)
def test_plates_follow_the_grammar(vehicle: Vehicle) -> None:
    lines = {"long": 1, "short": 2, "motorbike": 2}[vehicle.kind.plate]
    plate = parse(vehicle.plate, lines=lines, colour=vehicle.plate_colour, vehicle=vehicle.kind.vehicle)
    assert str(plate) == vehicle.plate


def test_every_plate_is_different() -> None:
    assert len({vehicle.plate for vehicle in SCRIPT.vehicles}) == len(SCRIPT.vehicles)
