"""Cameras joined to read plates: what their files say, and what is told of a file that is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from configs.camera import CameraConfig, config_sha256
from configs.camera_check import load_camera
from configs.loading import ConfigError
from configs.node import NodeConfig
from configs.node_check import load_cameras
from configs.scene import Section

CORNERS = [[549, 510], [812, 510], [769, 408], [572, 408]]
SECTION = {"id": "S", "corners": CORNERS, "width": 5.2, "length": 7.2}
STREAM = {"url": "rtsp://127.0.0.1:1/x"}
LANE = {"id": "left", "polygon": [[500, 500], [800, 500], [800, 300], [500, 300]], "direction": [0, -1]}


def _camera(name: str, **changes: Any) -> dict[str, Any]:
    base = {"id": name, "site": {"id": "gate", "name": "Cổng"}, "size": [1280, 720], "calibration": "c1"}
    return {**base, "detect_stream": STREAM, "sections": [SECTION], **changes}


def _overview(**changes: Any) -> dict[str, Any]:
    joined = {"camera": "plates", "section": "S", "lanes": ["left"]} | changes
    return _camera("overview", lanes=[LANE], rules={"wrong_lane": {}}, plate_cameras=[joined])


def _write(folder: Path, *cameras: dict[str, Any], **node: Any) -> NodeConfig:
    files = []
    for number, camera in enumerate(cameras):
        files.append(folder / f"{number}.yaml")
        files[-1].write_text(yaml.safe_dump(camera), encoding="utf-8")
    base = {"id": "n1", "data": "d", "centre_key": "k", "broker": {"host": "h"}, "cameras": files}
    return NodeConfig.model_validate(base | node)


def test_a_plate_camera_needs_no_rules_and_is_joined(tmp_path: Path) -> None:
    overview, plates = load_cameras(_write(tmp_path, _overview(), _camera("plates")))
    assert overview.plate_cameras[0].camera == plates.id
    assert overview.plate_cameras[0].metres == 0
    assert overview.plate_cameras[0].offset is None


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"camera": "overview"}, "plate_cameras.0.camera: is this camera itself"),
        ({"section": "T"}, "plate_cameras.0.section: no section has the id 'T'; there are: S"),
        ({"lanes": ["lef"]}, "plate_cameras.0.lanes.0: no lane has the id 'lef'; there are: left"),
        ({"offset": 60}, "plate_cameras.0.offset: must be at most 10"),
    ],
)
def test_what_one_file_shows_to_be_wrong_is_told(
    tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    _write(tmp_path, _overview(**changes))
    with pytest.raises(ConfigError, match=complaint):
        load_camera(tmp_path / "0.yaml")


@pytest.mark.parametrize(
    ("plates", "node", "complaint"),
    [
        (
            _camera("others"),
            {},
            "plate_cameras.0.camera: no other camera of the node is 'plates'; .*: others",
        ),
        (
            _camera("plates", sections=[], rules={"wrong_lane": {}}, lanes=[LANE]),
            {},
            "plates lacks the section",
        ),
        (_camera("plates", site={"id": "far", "name": "x"}), {}, "plates stands at far, not at gate"),
        (_camera("plates"), {"manifest_version": 1}, "needs manifest_version 2"),
    ],
)
def test_what_only_both_files_show_is_told(
    tmp_path: Path, plates: dict[str, Any], node: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load_cameras(_write(tmp_path, _overview(), plates, **node))


def test_a_camera_is_joined_once(tmp_path: Path) -> None:
    twice = _overview()
    twice["plate_cameras"] *= 2
    _write(tmp_path, twice)
    with pytest.raises(ConfigError, match=r"plate_cameras\.1\.camera: 'plates' is named above already"):
        load_camera(tmp_path / "0.yaml")


@pytest.mark.parametrize(
    ("corners", "complaint"),
    [
        (CORNERS[::-1], "run the wrong way round"),
        (CORNERS[:3], "has four corners"),
        ([*CORNERS, [540, 450]], "at most 4"),
        ([CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]], "sides cross each other"),
        ([[549, 510], [812, 510], [600, 490], [572, 408]], "none of them inwards"),
    ],
)
def test_a_section_has_four_corners_in_order(corners: list[list[int]], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Section.model_validate(SECTION | {"corners": corners})


def test_a_camera_without_them_keeps_its_fingerprint() -> None:
    plain = _camera("one", rules={"wrong_lane": {}}, lanes=[LANE], sections=[])
    written = CameraConfig.model_validate(plain).model_dump(mode="json")
    assert "sections" not in written
    assert "plate_cameras" not in written
    joined = CameraConfig.model_validate(_overview())
    again = joined.model_dump(mode="json", exclude_unset=True)
    assert CameraConfig.model_validate(again) == joined
    assert config_sha256(joined) != config_sha256(CameraConfig.model_validate(plain))
