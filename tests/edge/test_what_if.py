"""Another camera file over the clips a node still has: what is lost, what is gained, nothing else."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from configs.camera import CameraConfig
from contract.signing import SigningKey
from edge.camera import Rolls
from edge.replay import replay
from edge.results import Outputs
from edge.what_if import Act, Kept, acts, compare, kept_clips
from tests.edge import factories, road

OTHER = {"id": "side", "line": [[20, 235], [20, 30]]}


def camera(**changes: Any) -> CameraConfig:
    return CameraConfig.model_validate(road.ROAD | changes)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node's folder with the packages of the road, one of them damaged."""
    folder = tmp_path_factory.mktemp("node")
    outputs = Outputs(None, folder / "found", None)
    film = road.film(folder / "road.mp4")
    key = SigningKey.generate()
    replay(film, road.CONFIG, road.eyes(), outputs, key, start=factories.NOON, rolls=Rolls(1.0, 1.0))
    packages = folder / "outbox" / "packages"
    packages.mkdir(parents=True)
    for package in sorted((folder / "found").iterdir()):
        shutil.copytree(package, packages / package.name)
    damaged = packages / "damaged"
    shutil.copytree(next(packages.iterdir()), damaged)
    (damaged / "clip.mp4").write_bytes(b"")
    return folder


def test_the_clips_of_a_camera_are_found_by_their_age(data: Path) -> None:
    kept = kept_clips(data, "road", factories.NOON)
    assert len(kept) == len(road.STARTS)
    assert [one.rule for one in kept] == ["solid_line"] * len(kept)
    assert kept_clips(data, "another", factories.NOON) == []
    later = factories.NOON + timedelta(seconds=4)
    assert 0 < len(kept_clips(data, "road", later)) < len(kept)


@pytest.mark.parametrize(
    ("changes", "same", "lost", "gained"),
    [
        ({}, True, False, False),
        ({"solid_lines": [OTHER]}, False, True, False),
        ({"calibration": "cal-2"}, True, False, False),
    ],
)
def test_what_another_file_loses(
    data: Path, changes: dict[str, Any], same: bool, lost: bool, gained: bool
) -> None:
    for kept in kept_clips(data, "road", factories.NOON):
        found = compare(kept, camera(), camera(**changes), road.eyes())
        assert (bool(found.same), bool(found.lost), bool(found.gained)) == (same, lost, gained)


def test_what_another_file_gains(data: Path) -> None:
    [kept, *_] = kept_clips(data, "road", factories.NOON)
    found = compare(kept, camera(solid_lines=[OTHER]), camera(), road.eyes())
    assert [act.rule for act in found.gained] == ["solid_line"]
    assert found.same == found.lost == ()


def test_a_clip_of_another_size_is_brought_to_the_drawings(tmp_path: Path) -> None:
    film = road.film(tmp_path / "road.mp4", size=(640, 480))
    kept = Kept("event", "solid_line", factories.NOON, film)
    assert len(acts(kept, camera(), road.eyes())) == len(road.STARTS)


def test_the_same_act_is_told_by_rule_weight_and_time() -> None:
    act = Act("red_light", "violation", 5.0)
    assert act.is_same(Act("red_light", "violation", 5.9))
    assert not act.is_same(Act("red_light", "violation", 6.1))
    assert not act.is_same(Act("red_light", "borderline", 5.0))
    assert not act.is_same(Act("stop_line", "violation", 5.0))
