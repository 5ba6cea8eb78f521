"""The second look with its real networks on the shipped clip: its three violations, and tracks made wrong."""

from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.camera_check import load_camera
from contract.vehicles import VehicleKind
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.pipeline import Incident
from edge.rules.inputs import Finding, Phase, SignalHistory, Track, TrackPoint
from edge.rules.rulebook import Rulebook
from edge.second_look.examine import Examined, SecondLooks
from edge.second_look.window import window
from edge.signal.lamp import LampReader
from edge.video.file import FileSource
from models.card import packaged_card
from tests.edge.second_look import street

CLIP = Path(str(files("sample_videos"))) / "junction.mp4"
CONFIG = load_camera(Path(str(files("configs"))) / "cameras" / "junction.yaml")
TRUTH: dict[str, Any] = yaml.safe_load(CLIP.with_suffix(".truth.yaml").read_text(encoding="utf-8"))
FPS = float(TRUTH["fps"])
SHOWN = 40
"""Percent of a vehicle that a live tracker would still see."""


@dataclass(frozen=True)
class Junction:
    """The clip in its ring, and who examines it."""

    source: FileSource
    looks: SecondLooks

    def examined(self, suspect: Incident) -> Examined:
        t = suspect.finding.t
        film = self.source.ring.film(*window(suspect.finding), around=t)
        return self.looks.examine(suspect, film, street.UNREAD)


@pytest.fixture(scope="module")
def junction() -> Junction:
    source = FileSource(CLIP, street.NOON, ring_seconds=60)
    for _ in source.frames():
        pass
    close = OnnxVehicleDetector(packaged_card("vehicles"), confidence=0.1)
    return Junction(source, SecondLooks(CONFIG, close, LampReader(), street.NOON))


def points(name: str, first: float = 0.0, last: float = 20.0, right: float = 0.0) -> tuple[TrackPoint, ...]:
    """A vehicle's way as the truth has it, between two moments, moved to the right by so many pixels."""
    vehicle = next(vehicle for vehicle in TRUTH["vehicles"] if vehicle["id"] == name)
    return tuple(
        TrackPoint(frame / FPS, (x1 + right, y1, x2 + right, y2), frame, 0.9)
        for frame, (x1, y1, x2, y2, shown) in vehicle["boxes"].items()
        if first <= frame / FPS <= last and shown >= SHOWN
    )


def signal() -> SignalHistory:
    phases = [Phase(colour, start, end, True, 0.05) for start, end, colour in TRUTH["lights"][0]["states"]]
    return SignalHistory("near_right", "vision", tuple(phases), True)


def incident(kind: str, way: tuple[TrackPoint, ...], rule: str = "red_light") -> Incident:
    """What the rules find of a live track that went this way."""
    track = Track(1, VehicleKind(kind), 0.9, way)
    rulebook, lamps = Rulebook(CONFIG.rules, CONFIG, street.NOON), {"near_right": signal()}
    found: list[Finding] = []
    for end in range(1, len(way) + 1):
        found += rulebook.judge(replace(track, points=way[:end]), lamps, way[end - 1].t)
    finding = next(one for one in found if one.rule == rule)
    return Incident(finding, track, signal() if finding.head else None, {})


@pytest.mark.parametrize("event", TRUTH["events"], ids=lambda event: f"{event['rule']} {event['id']}")
def test_a_violation_is_confirmed(junction: Junction, event: dict[str, Any]) -> None:
    suspect = incident(event["vehicle"], points(event["id"]), event["rule"])
    found = junction.examined(suspect)
    assert found.facts is not None
    assert (found.facts.verdict, found.finding.decision) == ("confirmed", suspect.finding.decision)


WAITS = points("scooter_stops", last=12.6)
LEAVES = points("underbone_runner", first=12.9)


@pytest.mark.parametrize(
    "way",
    [
        pytest.param((*WAITS, *LEAVES), id="from one that waits to the runner"),
        pytest.param(points("underbone_runner", right=-330), id="beside the vehicle"),
        pytest.param((*points("sedan_stops", last=12.6), *LEAVES), id="from a car that waits to a motorbike"),
    ],
)
def test_a_track_that_is_not_one_vehicle_s_way_accuses_nobody(
    junction: Junction, way: tuple[TrackPoint, ...]
) -> None:
    found = junction.examined(incident("motorbike", way))
    assert found.finding.decision != "violation"
    assert found.facts is not None
    assert found.facts.verdict in ("doubted", "disproved")
