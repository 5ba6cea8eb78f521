"""Node files: the shipped one loads, wrong ones are told where they are wrong."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from configs.loading import ConfigError
from configs.node import NodeConfig
from configs.node_check import load_cameras, load_node, unreadable

CONFIGS = Path(__file__).parents[2] / "configs"
CROSSROADS = CONFIGS / "cameras" / "crossroads.yaml"


def test_the_shipped_node_loads_with_its_cameras() -> None:
    node = load_node(CONFIGS / "node.yaml")
    assert node.broker.ca == CONFIGS / "../var/node/broker-ca.pem"
    assert [camera.id for camera in load_cameras(node)] == ["crossroads-north"]


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
        ({"broker": {"host": ""}}, "name or address alone"),
        ({"broker": {"host": " "}}, "name or address alone"),
        ({"broker": {"host": "mqtt://h"}}, "name or address alone"),
        ({"broker": {"host": "h\n"}}, "name or address alone"),
        ({"broker": {"host": "h:1883"}}, "its port is a key of its own"),
        ({"broker": {"host": "h", "username": ""}}, "at least 1 character"),
        ({"metrics": {"host": ""}}, "name or address alone"),
        ({"ntp_server": "h:99999"}, "port 99999 is none"),
        ({"centre_key": ""}, "name of a file"),
        ({"cameras": ["a\0b"]}, "name of a file"),
        ({"data": "a\0b"}, "name of a folder"),
    ],
)
def test_a_node_that_cannot_work_is_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        NodeConfig.model_validate(_node(**changes))


@pytest.mark.parametrize("host", ["centre.gov.vn", "10.0.0.5", "::1", "fe80::1%eth0", "máy-chủ.vn"])
def test_a_broker_is_named_by_its_host(host: str) -> None:
    assert NodeConfig.model_validate(_node(broker={"host": host})).broker.host == host


def test_a_node_needs_cameras_it_can_open(tmp_path: Path) -> None:
    node = NodeConfig.model_validate(_node(cameras=[CONFIGS / "cameras/us_night.yaml"]))
    with pytest.raises(ConfigError, match="detect_stream: is missing"):
        load_cameras(node)
    twice = NodeConfig.model_validate(_node(cameras=[CROSSROADS, CROSSROADS]))
    with pytest.raises(ConfigError, match="is also another camera of this node"):
        load_cameras(twice)


def test_files_that_can_t_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x", encoding="utf-8")
    broker = {"host": "h", "ca": tmp_path / "there", "password_file": tmp_path / "gone"}
    node = NodeConfig.model_validate(_node(centre_key=tmp_path / "k", broker=broker, cameras=[CROSSROADS]))
    told = dict(unreadable(node, load_cameras(node)))
    assert told["centre_key"] == tmp_path / "k"
    assert told["broker.password_file"] == tmp_path / "gone"
    assert "broker.ca" not in told
    assert {key for key in told if key.startswith("crossroads-north: ")} <= {
        "crossroads-north: detect_stream.password_file",
        "crossroads-north: record_stream.password_file",
    }


def test_a_camera_listed_twice_is_told(tmp_path: Path) -> None:
    file = tmp_path / "node.yaml"
    file.write_text(
        "id: n1\ndata: d\ncentre_key: k\nbroker: {host: h}\ncameras: [a.yaml, a.yaml]\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"node\.yaml:5: cameras\.1: a\.yaml is listed twice"):
        load_node(file)
