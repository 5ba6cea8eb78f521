"""Camera and node files: the shipped ones load, wrong ones are told where they are wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from configs.loading import ConfigError
from contract.vehicles import VehicleKind
from edge.config import CameraConfig, NodeConfig, StreamConfig, config_sha256, scene
from edge.config_check import load_camera, load_cameras, load_node

CONFIGS = Path(__file__).parents[2] / "configs"
CROSSROADS = CONFIGS / "cameras" / "crossroads.yaml"


@pytest.mark.parametrize("path", sorted((CONFIGS / "cameras").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_camera_loads(path: Path) -> None:
    camera = load_camera(path)
    made = scene(camera, datetime(2026, 11, 20, tzinfo=UTC))
    assert made.size == camera.size
    assert len(made.lanes) == len(camera.lanes)


def test_the_shipped_node_loads_with_its_cameras() -> None:
    node = load_node(CONFIGS / "node.yaml")
    assert node.broker.ca == CONFIGS / "../var/node/broker-ca.pem"
    assert [camera.id for camera in load_cameras(node)] == ["crossroads-north"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "[900, 535]]",
            "[1300, 535]]",
            "stop_lines.0.line: point [1300, 535] is outside the picture of 1280×720",
        ),
        ("[905, 60, 935, 140]", "[905, 60, 905, 140]", "heads.0.box: box of no size"),
        ("[905, 60, 935, 140]", "[905, 60, 935, 1400]", "heads.0.box: point [935, 1400] is outside"),
        ("    head: main\n", "    head: mian\n", "stop_lines.0.head: no lamp head has the id 'mian'"),
        ("{left: left-arrow,", "{left: arrow,", "stop_lines.0.heads.left: no lamp head has the id 'arrow'"),
        (
            "[[400, 300], [880, 305], [930, 420], [380, 410]]",
            "[[400, 300], [880, 305]]",
            "zones.0.polygon: Tuple",
        ),
        (
            "[[400, 300], [880, 305], [930, 420], [380, 410]]",
            "[[400, 300], [930, 420], [880, 305], [380, 410]]",
            "zones.0.polygon: the polygon's sides cross each other",
        ),
        ("[[415, 520], [262, 719]]", "[[415, 520], [415, 520]]", "solid_lines.0.line: the same point twice"),
        ("direction: [0, -1] #", "direction: [0, 0] #", "stop_lines.0.direction: a direction of no length"),
        ("- id: left-arrow", "- id: main", "heads.1.id: 'main' is already the id of another of the heads"),
        ("  no_stopping: {}", "  wrong_way: {}", "rules.wrong_way: needs a one_way lane with a direction"),
        ("  no_stopping: {}", "  no_stopping:", "rules.no_stopping: empty: write {} to turn the rule on"),
        ("grace: 0.3", "grase: 0.3", "rules.red_light.grase: unknown key; did you mean 'grace'?"),
        ("amber: borderline", "amber: maybe", "rules.red_light.amber: Input should be 'off'"),
        (
            "url: rtsp://10.20.0.11:554/stream2",
            "url: rtsp://u:pw@h/1",
            "detect_stream.url: take the password out",
        ),
        ("url: rtsp://10.20.0.11:554/stream2", "url: file:///x", "detect_stream.url: must be rtsp://HOST"),
        ("kinds: [car,", "kinds: [cart,", "lanes.1.kinds.0: Input should be 'car'"),
        ("end: 2026-11-20T08", "end: 2026-11-20T06", "exemptions.0.end: must be after start"),
        ("    source: controller\n", "", "heads.1: source: controller needs the key controller"),
    ],
)
def test_a_mistake_is_told_with_its_key(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = CROSSROADS.read_text(encoding="utf-8")
    file = tmp_path / "camera.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert text.count(old) >= 1
    with pytest.raises(ConfigError) as caught:
        load_camera(file)
    assert complaint in str(caught.value)
    assert all(problem.line > 1 for problem in caught.value.problems)


def test_no_secret_is_in_a_message(tmp_path: Path) -> None:
    text = CROSSROADS.read_text(encoding="utf-8").replace("rtsp://10", "rtsp://u:hunter2@10")
    (tmp_path / "camera.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="password_file") as caught:
        load_camera(tmp_path / "camera.yaml")
    assert "hunter2" not in str(caught.value)


def test_a_password_needs_a_user() -> None:
    with pytest.raises(ValidationError, match="password_file without username"):
        StreamConfig(url="rtsp://host/1", password_file=Path("x"))


def _node(**changes: object) -> dict[str, object]:
    base = {"id": "n1", "data": "d", "centre_key": "k", "broker": {"host": "h"}, "cameras": ["a.yaml"]}
    return base | changes


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"cameras": []}, "at least 1 item"),
        ({"id": "Node 1"}, "should match pattern"),
        ({"ring_seconds": 10}, "ring_seconds must be at least clip_before"),
        ({"broker": {"host": "h", "port": 0}}, "greater than or equal to 1"),
        ({"broker": {"host": "h", "password": "x"}}, "Extra inputs"),
    ],
)
def test_a_node_that_cannot_work_is_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        NodeConfig.model_validate(_node(**changes))


def test_a_node_needs_cameras_it_can_open(tmp_path: Path) -> None:
    node = NodeConfig.model_validate(_node(cameras=[CONFIGS / "cameras/us_night.yaml"]))
    with pytest.raises(ConfigError, match="detect_stream: is missing"):
        load_cameras(node)
    twice = NodeConfig.model_validate(_node(cameras=[CROSSROADS, CROSSROADS]))
    with pytest.raises(ConfigError, match="is also another camera of this node"):
        load_cameras(twice)


def test_a_camera_listed_twice_is_told(tmp_path: Path) -> None:
    file = tmp_path / "node.yaml"
    file.write_text(
        "id: n1\ndata: d\ncentre_key: k\nbroker: {host: h}\ncameras: [a.yaml, a.yaml]\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"node\.yaml:5: cameras\.1: a\.yaml is listed twice"):
        load_node(file)


def test_the_digest_follows_the_meaning_not_the_text(tmp_path: Path) -> None:
    text = CROSSROADS.read_text(encoding="utf-8")
    reordered, changed = tmp_path / "reordered.yaml", tmp_path / "changed.yaml"
    reordered.write_text(
        "# a comment\n" + text.replace("[car, bus, truck]", "[truck, car, bus]"), encoding="utf-8"
    )
    changed.write_text(text.replace("grace: 0.3", "grace: 0.4"), encoding="utf-8")
    digest = config_sha256(load_camera(CROSSROADS))
    assert config_sha256(load_camera(reordered)) == digest
    assert config_sha256(load_camera(changed)) != digest


def test_the_scene_places_exemptions_on_the_stream_clock() -> None:
    camera = load_camera(CROSSROADS)
    made = scene(camera, datetime(2026, 11, 20, 0, 0, 0, tzinfo=UTC))
    assert (made.exemptions[0].start, made.exemptions[0].end) == (0.0, 5400.0)
    assert made.lanes[1].kinds == {VehicleKind.CAR, VehicleKind.BUS, VehicleKind.TRUCK}
    assert made.stop_lines[0].heads == {"left": "left-arrow", "u_turn": "left-arrow"}
    with pytest.raises(ValueError, match="say what UTC stream time 0 is"):
        scene(camera)


def test_a_camera_without_anything_is_a_camera() -> None:
    camera = CameraConfig.model_validate(
        {"id": "a", "site": {"id": "s", "name": "S"}, "size": [640, 480], "calibration": "c"}
    )
    assert scene(camera).stop_lines == ()


def test_a_password_file_is_named_by_its_absolute_path() -> None:
    with pytest.raises(ValidationError, match="absolute path"):
        StreamConfig(url="rtsp://host/1", username="admin", password_file=Path("camera.password"))
