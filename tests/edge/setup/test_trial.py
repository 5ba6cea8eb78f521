"""The recorded minute through the drawn lines: it finds what a replay finds, and shows what it saw."""

import json
from pathlib import Path

import pytest

from configs.camera_check import load_camera
from contract.signing import SigningKey
from edge.detect.detector import Detection
from edge.replay import replay
from edge.results import Outputs
from edge.rules.inputs import Phase
from edge.setup.sight import RememberingDetector, Sight
from edge.setup.trial import Trial, lamps_seen, run_trial
from edge.tally import Summary
from tests.edge.setup.page import CAMERAS, CLIP


@pytest.fixture(scope="module")
def sight() -> Sight:
    return Sight()


@pytest.fixture(scope="module")
def trial(sight: Sight) -> Trial:
    told: list[float] = []
    made = run_trial(CLIP, load_camera(CAMERAS / "junction.yaml"), sight.eyes, told.append)
    assert told == sorted(told)
    assert told[-1] > 0.99
    return made


def test_it_finds_what_a_replay_finds(trial: Trial, sight: Sight, tmp_path: Path) -> None:
    lines = tmp_path / "found.jsonl"
    config = load_camera(CAMERAS / "junction.yaml")
    replay(CLIP, config, sight.eyes, Outputs(lines), SigningKey.generate())
    replayed = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    violations = [(one["t"], one["track"]) for one in replayed if one["decision"] == "violation"]
    assert violations
    assert sorted((f.t, f.track) for f in trial.found if f.decision == "violation") == sorted(violations)


def test_every_frame_says_where_vehicles_and_wheels_are_and_what_the_lamp_shows(trial: Trial) -> None:
    assert [frame["t"] for frame in trial.frames] == sorted(frame["t"] for frame in trial.frames)
    seen = [vehicle for frame in trial.frames for vehicle in frame["vehicles"]]
    assert {vehicle["wheels"] for vehicle in seen} >= {"seen"}
    assert {frame["lamps"].get("near_right") for frame in trial.frames} >= {"red", "green"}
    assert json.loads(json.dumps(trial.as_json()))["config"] == trial.config


def test_it_is_said_in_both_languages(trial: Trial) -> None:
    assert len(trial.said["vi"]) == len(trial.said["en"])
    assert any("xe qua theo hướng" in line for line in trial.said["vi"])
    assert trial.found[0].rule["vi"] != trial.found[0].rule["en"]


def test_ambers_and_rounds_count_only_whole() -> None:
    def phases(*lengths: tuple[str, float]) -> tuple[Phase, ...]:
        made, t = [], 0.0
        for colour, seconds in lengths:
            made.append(Phase(colour, t, t + seconds, t > 0, 0.05))  # type: ignore[arg-type]
            t += seconds
        return tuple(made)

    cut = phases(("amber", 1.0), ("red", 20.0), ("green", 20.0), ("amber", 3.1), ("red", 5.0))
    summary = Summary(1, 1.0, {}, (), {"D1": cut, "D2": phases(("red", 9.0))}, (), {})
    one, other = lamps_seen(summary)
    assert (one.amber, one.cycle) == (3.1, 43.1)
    assert (other.amber, other.cycle) == (None, None)


def test_a_picture_is_looked_at_once() -> None:
    import numpy as np

    class Counting:
        looks = 0

        def detect(self, image: object) -> list[Detection]:
            self.looks += 1
            return []

    detector = Counting()
    remembering = RememberingDetector(detector)
    dark, light = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 9, np.uint8)
    for image in (dark, light, dark):
        remembering.detect(image)
    assert detector.looks == 2
