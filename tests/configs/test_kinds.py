"""A node's file and a camera's are told apart by their keys, not by a word in them."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from configs.camera_check import load_camera
from configs.kinds import kind_of
from configs.loading import ConfigError
from configs.node_check import load_node

CONFIGS = Path(str(files("configs")))
CAMERA = (CONFIGS / "cameras" / "junction.yaml").read_text(encoding="utf-8")
NODE = (CONFIGS / "node.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (CAMERA, "camera"),
        ("# MQTT broker: see node.yaml\n" + CAMERA, "camera"),
        (NODE, "node"),
        (NODE.replace("broker:", "mqtt:"), "node"),
        ("id: a\n", "camera"),
        ("[]", "camera"),
    ],
)
def test_kinds(tmp_path: Path, text: str, kind: str) -> None:
    (tmp_path / "some.yaml").write_text(text, encoding="utf-8")
    assert kind_of(tmp_path / "some.yaml") == kind


@pytest.mark.parametrize(
    ("text", "load", "words"),
    [
        (NODE, load_camera, "this is a node's file: give the file of one of its cameras"),
        (CAMERA, load_node, "this is a camera's file: give the node's file"),
        (NODE.replace("broker:", "mqtt:"), load_node, "mqtt: unknown key"),
    ],
)
def test_the_wrong_one_is_called_what_it_is(
    tmp_path: Path, text: str, load: Callable[[Path], object], words: str
) -> None:
    (tmp_path / "some.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        load(tmp_path / "some.yaml")
