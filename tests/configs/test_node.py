"""Node files: the shipped one loads, wrong ones are told where they are wrong."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from configs.loading import ConfigError
from configs.node import NodeConfig
from configs.node_check import load_cameras, load_node

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
