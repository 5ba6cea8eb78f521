"""Replays of files that are not what one would wish: what is proved is shown, and nothing is lost."""

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from contract.package import verify_packages
from edge.evidence.gather import Proof
from edge.pipeline import Incident
from edge.proving import Prover
from edge.replay import replay
from edge.results import Outputs
from edge.summary import told
from edge.video.ring import RingMiss
from tests.edge import factories, road
from tests.edge.test_worker_live import frozen_film
from tests.edge.video import clips

KEY = factories.KEY


def joined(folder: Path, parts: list[tuple[float, range]], **changes: object) -> Path:
    """Parts of the road's film in one transport stream: when each begins and its numbers."""
    path = folder / "joined.ts"
    with path.open("wb") as whole:
        for index, (start, numbers) in enumerate(parts):
            times = [start + n / road.FPS for n in range(len(numbers))]
            part = clips.make_clip(
                folder / f"{index}.ts", times, size=road.SIZE, first=numbers.start, **changes
            )
            whole.write(part.read_bytes())
    return path


def numbers_shown(package: Path) -> dict[str, list[int]]:
    """The numbers on the pictures of a package's stills and clip."""
    shown = {
        still.stem: [clips.number_of(np.asarray(cv2.imread(str(still)), np.uint8))]
        for still in sorted(package.glob("*.jpg"))
        if still.stem in ("before", "over", "continuing")
    }
    with av.open(str(package / "clip.mp4")) as container:
        shown["clip"] = [clips.number_of(p.to_ndarray(format="bgr24")) for p in container.decode(video=0)]
    return shown


@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([(10.0, range(0, 25)), (10.0, range(30, 90))], id="time from the start again"),
        pytest.param([(10.0, range(0, 25)), (12.0, range(30, 90))], id="half a second twice"),
        pytest.param([(1000.0, range(0, 25)), (10.0, range(30, 90))], id="far back"),
        pytest.param([(10.0, range(0, 25)), (25_210.0, range(30, 90))], id="seven hours later"),
        pytest.param([(10.0, range(0, 25)), (17.0, range(30, 90))], id="five seconds missing"),
    ],
)
def test_no_still_and_no_clip_is_of_another_recording(
    tmp_path: Path, parts: list[tuple[float, range]], b_frames: int
) -> None:
    video = joined(tmp_path, parts, b_frames=b_frames)
    outputs = Outputs(tmp_path / "found.jsonl", tmp_path / "packages", tmp_path / "film.mp4")
    replay(video, road.CONFIG, road.eyes(), outputs, KEY)
    packages = sorted((tmp_path / "packages").iterdir())
    lines = [json.loads(line) for line in outputs.jsonl.read_text().splitlines()]  # type: ignore[union-attr]
    assert [line["rule"] for line in lines] == ["solid_line"] * 3
    assert [report.failure for report in verify_packages(packages, KEY.public)] == [None] * 3
    recordings = [set(numbers) for _, numbers in parts]
    for package, line in zip(packages, lines, strict=True):
        shown = numbers_shown(package)
        at_the_time = shown["over"][0]
        (car,) = road.boxes(at_the_time / road.FPS)
        assert line["box"] == pytest.approx(list(car), abs=30.0)
        home = next(numbers for numbers in recordings if at_the_time in numbers)
        assert {number for numbers in shown.values() for number in numbers} <= home
        assert shown["clip"] == sorted(set(shown["clip"]))
        assert set(shown["over"]) <= set(shown["clip"])


@pytest.mark.parametrize(("away", "b_frames"), [(5.0, 0), (600.0, 2)])
def test_what_a_camera_shows_after_a_gap_amid_its_group_is_proved(
    tmp_path: Path, away: float, b_frames: int
) -> None:
    """With a keyframe every ten seconds the pictures after a gap lean on those before it for long."""
    times = [number / road.FPS + away * (number >= 28) for number in range(90)]
    video = clips.make_clip(tmp_path / "long.mp4", times, size=road.SIZE, keyint=250, b_frames=b_frames)
    found = replay(video, road.CONFIG, road.eyes(), Outputs(packages=tmp_path / "packages"), KEY)
    assert len(found.proofs) == 3
    packages = sorted((tmp_path / "packages").iterdir())
    assert [report.failure for report in verify_packages(packages, KEY.public)] == [None] * 3
    for package in packages:
        shown = numbers_shown(package)
        assert shown["clip"] == list(range(min(shown["clip"]), max(shown["clip"]) + 1))
        assert shown["over"][0] in shown["clip"]
        assert len({number < 28 for numbers in shown.values() for number in numbers}) == 1


def test_what_can_not_be_proved_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove, calls = Prover.prove, []

    def first_is_gone(prover: Prover, incident: Incident) -> Proof:
        calls.append(incident)
        if len(calls) == 1:
            raise RingMiss("1.000 s is not in the ring")
        return prove(prover, incident)

    monkeypatch.setattr(Prover, "prove", first_is_gone)
    video = clips.make_clip(tmp_path / "road.mp4", clips.steady(90, road.FPS), size=road.SIZE)
    found = replay(video, road.CONFIG, road.eyes(), Outputs(), KEY)
    assert (len(found.proofs), found.summary.counts["findings_not_proved"]) == (2, 1)
    assert any("1 finding could not be proved" in line for line in told(found.summary))


def test_pictures_of_another_size_are_passed_over(tmp_path: Path) -> None:
    """The middle of the film is smaller; the car that drives there can't be judged, the others are."""
    video = tmp_path / "joined.ts"
    with video.open("wb") as whole:
        for index, (size, numbers) in enumerate(
            [(road.SIZE, range(0, 32)), ((160, 120), range(32, 58)), (road.SIZE, range(58, 100))]
        ):
            times = [10.0 + n / road.FPS for n in numbers]
            part = clips.make_clip(tmp_path / f"{index}.ts", times, size=size, first=numbers.start)
            whole.write(part.read_bytes())
    outputs = Outputs(packages=tmp_path / "packages", annotated=tmp_path / "film.mp4")
    found = replay(video, road.CONFIG, road.eyes(), outputs, KEY)
    assert [proof.incident.finding.t for proof in found.proofs] == pytest.approx([1.0, 6.0], abs=0.2)
    assert [(reason.code, round(t, 1)) for t, reason in found.troubles] == [("camera.wrong_size", 3.2)]
    for package in sorted((tmp_path / "packages").iterdir()):
        with av.open(str(package / "clip.mp4")) as container:
            assert {(p.width, p.height) for p in container.decode(video=0)} == {road.SIZE}
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 100


def test_a_recording_that_freezes_is_told_and_accuses_nobody(tmp_path: Path) -> None:
    """The picture stops while the second car would come: only the first, before that, is found."""
    found = replay(frozen_film(tmp_path / "frozen.mp4"), road.CONFIG, road.eyes(), Outputs(), KEY)
    assert [proof.incident.finding.t for proof in found.proofs] == pytest.approx([1.0], abs=0.2)
    ((t, reason),) = found.troubles
    assert (reason.code, t) == ("camera.frozen", pytest.approx(13.1, abs=0.5))
