"""Truth from the geometry alone: box-shaped vehicles, nothing hidden."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sample_videos.scene.blender.cast import Outline, on_stage, sample, shadow, to_world
from sample_videos.scene.blender.ground import clip_polygon, ground_truth
from sample_videos.scene.blender.motion import Pose
from sample_videos.scene.blender.script import Vehicle, load
from sample_videos.scene.blender.truth import truth_of, write
from sample_videos.scene.plates import SIZES_MM

SCRIPT = load()


def _outline(vehicle: Vehicle) -> Outline:
    half, length = vehicle.kind.half_track + 0.3, vehicle.kind.wheelbase
    surface = np.array([(x, y, z) for x in (-half, half) for y in (0.0, length) for z in (0.0, 1.5)])
    width, height = (side / 2000 for side in SIZES_MM[vehicle.kind.plate])
    corners = [
        (-width, -0.4, 0.6 + height),
        (width, -0.4, 0.6 + height),
        (width, -0.4, 0.6 - height),
        (-width, -0.4, 0.6 - height),
    ]
    return Outline(surface, np.array(corners))


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("facts")
    facts = [folder / f"{index}.json" for index in range(SCRIPT.frames)]
    for index, file in enumerate(facts):
        seen = {name: {"vehicle": 1.0, "plate": 1.0} for name in on_stage(SCRIPT, index / SCRIPT.fps)}
        file.write_text(json.dumps(seen))
    return truth_of(SCRIPT, {vehicle.id: _outline(vehicle) for vehicle in SCRIPT.vehicles}, facts)


def test_the_events_are_the_script_s_violations_in_time_order(truth: dict[str, Any]) -> None:
    assert [(e["rule"], e["id"]) for e in truth["events"]] == [
        ("solid_line", "hatchback_red"),
        ("red_light", "hatchback_runner"),
        ("red_light", "underbone_runner"),
    ]


@pytest.mark.parametrize(
    ("name", "t", "elapsed"), [("hatchback_runner", 10.7, 1.5), ("underbone_runner", 12.8, 3.6)]
)
def test_red_light_times_are_those_of_the_timetable(
    truth: dict[str, Any], name: str, t: float, elapsed: float
) -> None:
    event = next(e for e in truth["events"] if e["id"] == name)
    assert (event["t"], event["elapsed_red"]) == pytest.approx((t, elapsed), abs=2e-3)
    assert event["ground_point_off_px"] < 2.0


def test_the_car_is_astride_while_it_crosses_the_solid_line(truth: dict[str, Any]) -> None:
    event = truth["events"][0]
    assert event["during"][0] < event["t"] < event["during"][1]


def test_the_written_file_reads_back_with_one_line_a_box(truth: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "clip.truth.yaml"
    write(truth, file)
    back = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert back["vehicles"] == truth["vehicles"]
    first = next(iter(back["vehicles"][0]["boxes"].items()))
    assert f"    {first[0]}: {first[1]}" in file.read_text(encoding="utf-8").splitlines()


def test_ground_lines_lie_in_the_picture() -> None:
    ground = ground_truth(SCRIPT)
    lines = [
        e["line"] for key in ("stop_lines", "commit_lines", "exit_lines", "solid_lines") for e in ground[key]
    ]
    points = np.array([point for line in lines for point in line])
    areas = np.array([point for lane in ground["lanes"] for point in lane["polygon"]])
    for cloud in (points, areas):
        assert cloud.min() >= 0.0
        assert (cloud <= (1280, 720)).all()


SQUARE = np.array([(-10.0, -10.0), (50.0, -10.0), (50.0, 50.0), (-10.0, 50.0)])


@pytest.mark.parametrize(
    ("size", "area"), [((100.0, 100.0), 2500.0), ((20.0, 30.0), 600.0), ((60.0, 10.0), 500.0)]
)
def test_a_polygon_is_cut_to_the_picture(size: tuple[float, float], area: float) -> None:
    x, y = clip_polygon(SQUARE, *size).T
    assert abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2 == pytest.approx(area)


@given(st.floats(-3.1, 3.1), st.floats(-20, 20), st.floats(0, 60))
def test_a_vehicle_s_frame_is_turned_not_stretched(heading: float, x: float, y: float) -> None:
    points = np.array([(0.0, 0.0, 0.0), (0.0, 2.0, 0.0), (1.0, 0.0, 1.0)])
    world = to_world(points, Pose(x, y, heading, 0.0, False))
    assert world[0] == pytest.approx((x, y, 0.0))
    assert np.linalg.norm(world[1:] - world[0], axis=1) == pytest.approx([2.0, 2.0**0.5])


def test_a_shadow_lies_on_the_ground_where_the_sun_throws_it() -> None:
    assert shadow(np.array([(1.0, 2.0, 3.0)]), np.array([0.5, 0.5, -1.0])) == pytest.approx(
        np.array([(2.5, 3.5, 0.0)])
    )


def test_a_sample_keeps_the_extremes() -> None:
    cloud = np.random.default_rng(1).normal(size=(5000, 3))
    kept = sample(cloud, 60)
    assert len(kept) <= 60
    assert kept.max(axis=0) == pytest.approx(cloud.max(axis=0))
