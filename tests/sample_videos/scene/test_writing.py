"""A short clip's files: sights become rows, acts become events, and the loader reads them back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from configs.camera import CameraConfig
from configs.loading import load_yaml
from sample_videos.scene.looks import look, to_world
from sample_videos.scene.picture.optics import Camera
from sample_videos.scene.production import play
from sample_videos.scene.scenario import Scenario
from sample_videos.scene.scenarios import names
from sample_videos.scene.scenarios.script import Script, crossroads, phases
from sample_videos.scene.ways import up
from sample_videos.scene.writing import red_was_seen, write_truth
from sample_videos.truth import Truth


class NothingHides:
    """Draws every thing as a solid rectangle somewhere: shares become 1, whatever stands before it."""

    def ids(self, camera: Camera, things: object) -> np.ndarray:
        return self._all(things)

    def alone(self, camera: Camera, things: object, tiles: object, sheet: object) -> np.ndarray:
        return self._all(things)

    def _all(self, things: object) -> np.ndarray:
        ids = sorted({thing.id for thing in things})  # type: ignore[attr-defined]
        return np.repeat(np.array(ids, np.uint16) * 32 + 1, 40).reshape(len(ids), 40)


def tiny(seconds: float = 3.0) -> Scenario:
    s = Script(4)
    s.bike(up(2.0), -6.2, 8.0, group="main", runs=((-9, 99),))
    s.car(up(5.2), -6.0, group="main", past=-0.8)
    return Scenario(
        name="tiny",
        says="one runs, one waits",
        seed=4,
        light="day",
        street=crossroads(),
        camera=Camera((2.6, -2.5, 7.6), 0.0, 0.27, 1180, (1280, 720)),
        programs=phases((-1000, "green"), (-3, "amber"), (-1, "red"), (60, "green")),
        drivers=s.drivers,
        seconds=seconds,
    )


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    scenario, folder = tiny(), tmp_path_factory.mktemp("tiny")
    stage, acts = play(scenario)
    seen = [look(stage, scenario.camera, NothingHides(), n / 12.5) for n in range(scenario.frames)]  # type: ignore[arg-type]
    write_truth(folder, scenario, stage.cast, acts, seen)
    return Truth(folder)


def test_the_runner_is_an_event_at_the_moment_its_rear_axle_is_on_the_line(clip: Truth) -> None:
    (event,) = clip.events("red_light", "violation")
    looks = {look.frame: look for look in clip.looks if look.vehicle == event.vehicle}
    before, after = looks[int(event.t * 12.5)], looks[int(event.t * 12.5) + 1]
    assert before.metres[1] < 20.0 <= after.metres[1]
    assert event.elapsed_red == pytest.approx(event.t + 1.0, abs=0.002)


def test_places_in_metres_and_pixels_agree(clip: Truth) -> None:
    for seen in clip.looks[::7]:
        assert clip.project([(*seen.metres, 0.0)])[0] == pytest.approx(seen.ground, abs=0.3)


def test_the_camera_file_is_one_the_product_takes(clip: Truth) -> None:
    config = load_yaml(clip.camera_file, CameraConfig)
    (line,) = config.stop_lines
    assert np.allclose(line.line[0], clip.project([(0.0, 20.0, 0.0)])[0], atol=1.0)
    assert {exit_.movement for exit_ in line.exits} == {"straight", "right", "left", "u_turn"}


def test_the_same_seed_gives_the_same_bytes(clip: Truth, tmp_path: Path) -> None:
    scenario = tiny()
    stage, acts = play(scenario)
    seen = [look(stage, scenario.camera, NothingHides(), n / 12.5) for n in range(scenario.frames)]  # type: ignore[arg-type]
    write_truth(tmp_path, scenario, stage.cast, acts, seen)
    for name in ("truth.yaml", "camera.yaml", "frames.csv.gz", "heads.csv.gz"):
        assert (tmp_path / name).read_bytes() == (clip.folder / name).read_bytes()


def test_turning_goes_as_the_shaders_turn() -> None:
    assert to_world(np.array([[1.0, 0.0, 0.0]]), (0, 0, 0, np.pi / 2, 0)) == pytest.approx(
        np.array([[0, 1, 0]])
    )
    assert to_world(np.array([[0.0, 0.0, 1.0]]), (0, 0, 0, 0, np.pi / 2)) == pytest.approx(
        np.array([[1, 0, 0]])
    )


def test_nobody_drives_through_the_car_ahead() -> None:
    scenario = replace(tiny(), seconds=6.0)
    stage, _ = play(scenario)
    car = next(d for d in scenario.drivers if d.looks.body not in ("underbone", "scooter"))
    assert stage.cast.traces[car.id].table[-1, 1] + 2.8 < 20.0


def test_scenarios_are_found_by_name() -> None:
    assert "crowd_day" in names()
    assert "script" not in names()


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [((), True), (((4.0, 9.0),), False), (((6.0, 9.0),), True), (((4.0, 7.0),), True)],
)
def test_an_act_on_red_can_be_proved_only_if_the_red_was_seen(
    clip: Truth, hidden: tuple[tuple[float, float], ...], expected: bool
) -> None:
    (event,) = clip.events("red_light", "violation")
    crossed = event.model_copy(update={"t": 8.0, "elapsed_red": 3.0})
    assert red_was_seen(crossed, hidden) is expected
