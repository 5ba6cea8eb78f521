"""The shipped clip through the whole node: every violation found, none false, twice the same bytes."""

import filecmp
import json
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import av
import pytest
import yaml

from configs.camera_check import load_camera
from contract.package import verify_packages
from contract.signing import SigningKey
from edge.camera import Eyes, open_eyes
from edge.evidence.gather import Proof
from edge.replay import replay
from edge.results import Outputs
from edge.video.frame import VideoError

CLIP = Path(str(files("sample_videos"))) / "junction.mp4"
CAMERA = Path(str(files("configs"))) / "cameras" / "junction.yaml"
KEY = SigningKey(bytes(range(32)))
TOLERANCE = 1.0
"""Seconds a violation may be reported from its true time (the scorer's default)."""


@dataclass(frozen=True)
class Run:
    """One replay of the shipped clip and what it left."""

    folder: Path
    proofs: list[Proof]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "found.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return open_eyes(threads=2)


def run_into(folder: Path, eyes: Eyes, *, annotated: bool) -> Run:
    film = folder / "annotated.mp4" if annotated else None
    outputs = Outputs(folder / "found.jsonl", folder / "packages", film)
    return Run(folder, replay(CLIP, load_camera(CAMERA), eyes, outputs, KEY).proofs)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, eyes: Eyes) -> Run:
    return run_into(tmp_path_factory.mktemp("first"), eyes, annotated=True)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, eyes: Eyes) -> Run:
    return run_into(tmp_path_factory.mktemp("second"), eyes, annotated=False)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return yaml.safe_load(CLIP.with_suffix(".truth.yaml").read_text(encoding="utf-8"))


def plain(plate: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", plate.upper().replace("Đ", "D"))


def test_every_violation_is_found_and_none_is_false(first: Run, truth: dict[str, Any]) -> None:
    expected = sorted((event["rule"], event["vehicle"], event["t"]) for event in truth["events"])
    found = sorted((line["rule"], line["vehicle"], line["t"]) for line in first.lines)
    assert [(rule, vehicle) for rule, vehicle, _ in found] == [
        (rule, vehicle) for rule, vehicle, _ in expected
    ]
    assert all(abs(f[2] - e[2]) <= TOLERANCE for f, e in zip(found, expected, strict=True))
    assert {line["decision"] for line in first.lines} == {"violation"}


def test_red_light_times_are_right_to_a_frame_and_a_half(first: Run, truth: dict[str, Any]) -> None:
    expected = sorted(event["t"] for event in truth["events"] if event["rule"] == "red_light")
    found = sorted(line["t"] for line in first.lines if line["rule"] == "red_light")
    assert found == pytest.approx(expected, abs=1.5 / truth["fps"])


def test_plates_are_right_or_honestly_unread(first: Run, truth: dict[str, Any]) -> None:
    real = {plain(vehicle["plate"]) for vehicle in truth["vehicles"]}
    sure = [line["plate"] for line in first.lines if line["plate"] and line["plate_confidence"] >= 0.9]
    assert set(sure) <= real


def test_two_replays_give_the_same_bytes(first: Run, second: Run) -> None:
    assert (first.folder / "found.jsonl").read_bytes() == (second.folder / "found.jsonl").read_bytes()
    names = sorted(str(p.relative_to(first.folder)) for p in (first.folder / "packages").rglob("*.*"))
    assert names == sorted(
        str(p.relative_to(second.folder)) for p in (second.folder / "packages").rglob("*.*")
    )
    same, different, odd = filecmp.cmpfiles(first.folder, second.folder, names, shallow=False)
    assert (different, odd) == ([], [])
    assert same == names


def test_every_package_verifies_and_the_chain_is_whole(first: Run) -> None:
    reports = verify_packages(sorted((first.folder / "packages").iterdir()), KEY.public)
    assert [report.failure for report in reports] == [None] * len(first.proofs)


def test_a_package_shows_the_violation(first: Run) -> None:
    roles = {(proof.facts.rule.name, file.role) for proof in first.proofs for file in proof.files}
    assert roles >= {
        ("red_light", role) for role in ("before", "over", "continuing", "plate", "context", "clip")
    }


def test_the_clip_covers_the_violation_and_starts_on_a_keyframe(first: Run, tmp_path: Path) -> None:
    for proof in first.proofs:
        path = tmp_path / f"{proof.event}.mp4"
        path.write_bytes(next(file.data for file in proof.files if file.role == "clip"))
        with av.open(str(path)) as container:
            packets = [packet for packet in container.demux(video=0) if packet.size]
        seconds = len(packets) / 12
        assert packets[0].is_keyframe
        assert seconds >= min(6.0, proof.incident.finding.t)


def test_the_annotated_film_has_every_frame(first: Run, truth: dict[str, Any]) -> None:
    with av.open(str(first.folder / "annotated.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == truth["frames"]


def test_a_video_of_another_size_is_refused(tmp_path: Path, eyes: Eyes) -> None:
    config = load_camera(CAMERA).model_copy(update={"size": (640, 360)})
    with pytest.raises(VideoError, match=r"1280×720.*640×360"):
        replay(CLIP, config, eyes, Outputs(), KEY)
