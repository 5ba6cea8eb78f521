"""The rules on the exact tracks of the shipped clip: all its events, nothing else, at the right time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.camera_check import load_camera
from contract.vehicles import VehicleKind
from edge.rules.inputs import Finding, Phase, SignalHistory, Track, TrackPoint
from tests.edge.rules.tracks import codes, replay

ROOT = Path(__file__).parents[3]
COLOURS = ("green", "amber", "red")


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    text = (ROOT / "sample_videos" / "junction.truth.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def _tracks(truth: dict[str, Any]) -> Iterator[tuple[str, Track]]:
    for number, vehicle in enumerate(truth["vehicles"], start=1):
        boxes = sorted((int(frame), tuple(box[:4])) for frame, box in vehicle["boxes"].items())
        points = tuple(TrackPoint(frame / truth["fps"], box, frame) for frame, box in boxes)
        yield vehicle["id"], Track(number, VehicleKind(vehicle["class"]), 0.9, points)


@pytest.fixture(scope="module")
def found(truth: dict[str, Any]) -> list[tuple[str, Finding]]:
    camera = load_camera(ROOT / "configs" / "cameras" / "junction.yaml")
    (light,) = truth["lights"]
    phases = tuple(Phase(colour, start, end, start > 0, 0.08) for start, end, colour in light["states"])
    signals = {light["id"]: SignalHistory(light["id"], "vision", phases, armed=True)}
    return [
        (name, finding)
        for name, track in _tracks(truth)
        for finding in replay(track, camera, camera.rules, signals)
    ]


def test_all_its_violations_and_no_other(truth: dict[str, Any], found: list[tuple[str, Finding]]) -> None:
    expected = sorted((event["id"], event["rule"]) for event in truth["events"])
    assert sorted((name, f.rule) for name, f in found if f.decision == "violation") == expected
    assert [codes(f) for _, f in found if f.decision != "violation"] == []


def test_each_at_the_right_time(truth: dict[str, Any], found: list[tuple[str, Finding]]) -> None:
    """The truth tells when the wheel is over the line; a box shows that to within two frames."""
    spans = {(e["id"], e["rule"]): e.get("during", (e["t"], e["t"])) for e in truth["events"]}
    late = [
        max(spans[name, f.rule][0] - f.t, f.t - spans[name, f.rule][1])
        for name, f in found
        if f.decision == "violation"
    ]
    assert max(late) <= 2 / truth["fps"]
