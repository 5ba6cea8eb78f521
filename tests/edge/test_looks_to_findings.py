"""From looks to findings on recorded and on exact boxes: what irregular or bad looks cost, and never make."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.camera_check import load_camera
from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.tracker import Tracker
from edge.rules.inputs import Finding, Phase, SignalHistory
from edge.rules.rulebook import Rulebook

ROOT = Path(__file__).parents[2]
CAMERA = load_camera(ROOT / "configs" / "cameras" / "junction.yaml")
RED_FROM = 9.2
Look = tuple[float, int, Sequence[Detection]]
"""Seconds, frame, and what was seen in it."""


def findings(looks: Iterable[Look]) -> list[Finding]:
    """What tracker and rules make of the looks; the lamp turns red at 9.2 s."""
    tracker, book = Tracker(bounds=(0, 0, *CAMERA.size)), Rulebook(CAMERA.rules, CAMERA)
    found: dict[tuple[str, int, str], Finding] = {}
    now = 0.0
    for t, frame, detections in looks:
        now = t
        for ended, tracks in ((False, tracker.update(t, frame, detections)), (True, tracker.take_ended())):
            for track in tracks:
                for one in book.judge(track, lamp(now), now, track_ended=ended):
                    found.setdefault((one.rule, one.track, one.episode), one)
    for track in tracker.end_all():
        for one in book.judge(track, lamp(now), now, track_ended=True):
            found.setdefault((one.rule, one.track, one.episode), one)
    return sorted(found.values(), key=lambda one: one.t)


def lamp(now: float) -> Mapping[str, SignalHistory]:
    phases = (("green", 0.0, 6.2), ("amber", 6.2, RED_FROM), ("red", RED_FROM, 20.0))
    seen = tuple(Phase(c, a, min(b, now), a > 0, 0.08) for c, a, b in phases if a <= now)  # type: ignore[arg-type]
    return {"near_right": SignalHistory("near_right", "vision", seen, armed=True)}


def said(found: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.decision) for one in found]


def recorded(name: str) -> list[Look]:
    document = json.loads((Path(__file__).parent / "recorded" / f"{name}.json").read_text("utf-8"))
    return [
        (
            int(frame) / document["fps"],
            int(frame),
            [Detection(VehicleKind(kind), sure, tuple(box)) for kind, sure, box in seen],
        )
        for frame, seen in document["frames"].items()
    ]


@pytest.mark.parametrize("name", ["night_noise_lorry", "night_dark_lorry"])
def test_a_lorrys_shadow_on_the_line_accuses_nobody(name: str) -> None:
    assert [one for one in said(findings(recorded(name))) if one[1] == "violation"] == []


def test_a_vehicle_that_left_is_not_joined_to_one_that_comes() -> None:
    """The red light of 99A62548 was missed at 5 looks a second: its track began as the car that had left."""
    runners = [one for one in findings(recorded("leaves_left_enters_below")) if one.rule == "red_light"]
    assert [(round(one.t, 1), one.decision) for one in runners] == [(10.8, "violation")]


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    text = (ROOT / "sample_videos" / "junction.truth.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def exact(truth: dict[str, Any], frames: Iterable[int], *, jitter: float, seed: int) -> list[Look]:
    """Boxes of the truth, trembling by `jitter` of their height; what is mostly hidden is not seen."""
    noise = random.Random(seed)
    looks = []
    for frame in frames:
        seen = []
        for vehicle in truth["vehicles"]:
            x1, y1, x2, y2, visible = vehicle["boxes"].get(frame, (0, 0, 0, 0, 0))
            if visible < 50 or x2 - x1 < 8 or y2 - y1 < 8:
                continue
            shake = [noise.gauss(0, jitter * (y2 - y1)) for _ in range(4)]
            box = (x1 + shake[0], y1 + shake[1], x2 + shake[2], y2 + shake[3])
            seen.append(Detection(VehicleKind(vehicle["class"]), 0.85, box))
        looks.append((frame / truth["fps"], frame, seen))
    return looks


def at_rate(rate: float) -> list[int]:
    return [
        frame for frame in range(240) if frame == 0 or int(frame * rate / 12) != int((frame - 1) * rate / 12)
    ]


def dropped(share: float, seed: int) -> list[int]:
    chance = random.Random(seed)
    return [frame for frame in range(240) if chance.random() >= share]


ALL = [("solid_line", "violation"), ("red_light", "violation"), ("red_light", "violation")]


@pytest.mark.parametrize("rate", [5, 6, 7, 8, 9, 10, 11, 12])
def test_any_rate_finds_the_same(truth: dict[str, Any], rate: float) -> None:
    found = findings(exact(truth, at_rate(rate), jitter=0.01, seed=rate))
    assert [one for one in said(found) if one[1] == "violation"] == ALL


@pytest.mark.parametrize("share", [0.5, 0.8])
@pytest.mark.parametrize("seed", range(4))
def test_dropped_looks_may_cost_findings_but_never_make_them(
    truth: dict[str, Any], share: float, seed: int
) -> None:
    found = findings(exact(truth, dropped(share, seed), jitter=0.01, seed=seed))
    violations = [one for one in said(found) if one[1] == "violation"]
    missing = list(ALL)
    for one in violations:
        assert one in missing
        missing.remove(one)
    assert {round(one.t) for one in found if one.decision == "violation"} <= {4, 5, 11, 13}
