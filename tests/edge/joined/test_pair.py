"""A rendered pair of clips through the whole node: the overview proves the act, the plate camera reads the
plate, and the package proves both."""

from dataclasses import dataclass

import pytest

from configs.camera_check import load_camera
from contract.manifest import ViolationManifest
from contract.package import Report, verify_packages
from contract.plates import normalise
from contract.signing import SigningKey
from edge.camera import open_eyes
from edge.replay import replay
from edge.results import Outputs
from sample_videos.truth import CLIPS, Truth

KEY = SigningKey(bytes(range(32)))
FOLDER = CLIPS / "joined_few"
PLATES = "joined-few-plate"


@dataclass(frozen=True)
class Run:
    truth: Truth
    reports: list[Report]

    def found(self, rule: str) -> list[ViolationManifest]:
        every = [report.manifest for report in self.reports if report.manifest is not None]
        return sorted((m for m in every if m.rule.name == rule), key=lambda m: m.occurred_at)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    packages = tmp_path_factory.mktemp("pair") / "packages"
    truth, beside = Truth(FOLDER), Truth(FOLDER / "plate")
    replay(
        truth.video,
        load_camera(truth.camera_file),
        open_eyes(threads=2),
        Outputs(packages=packages),
        KEY,
        beside=[(load_camera(beside.camera_file), FOLDER / "plate" / "record.mp4")],
    )
    return Run(truth, verify_packages(sorted(packages.iterdir()), KEY.public))


def test_the_plate_is_the_one_of_who_did_it(run: Run) -> None:
    events = sorted(run.truth.events("red_light", "violation"), key=lambda event: event.t)
    true = [normalise(run.truth.vehicles[event.vehicle].plate or "") for event in events]
    found = run.found("red_light")
    assert [manifest.plate.text for manifest in found] == true
    assert {manifest.plate.camera for manifest in found} == {PLATES}
    assert all(manifest.plate.agreed for manifest in found)


def test_its_pictures_are_in_the_package_and_prove_themselves(run: Run) -> None:
    assert [report.failure for report in run.reports] == [None] * len(run.reports)
    for manifest in run.found("red_light"):
        (view,) = manifest.companions
        assert view.camera == PLATES
        assert 0.9 < view.score < 1
        files = manifest.of_camera(PLATES)
        assert [file.role for file in files] == ["plate", "context", "clip"]
        assert tuple(file.name for file in files) == view.files
        assert all(file.frame is not None for file in files if file.role != "clip")
        assert manifest.shown("plate") == files[0]
        assert "plate_camera.matched" in [doubt.code for doubt in manifest.doubts]
