"""Reads a node's file and the files of its cameras, and finds what no one field shows."""

from collections.abc import Iterator
from pathlib import Path

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from configs.kinds import refuse_other_than
from configs.loading import ConfigError, Location, Problem, load_yaml
from configs.node import NodeConfig


def load_node(path: Path) -> NodeConfig:
    """Reads and checks a node's file; relative paths in it are taken from the file's folder.

    Raises ConfigError listing every problem.
    """
    refuse_other_than("node", path)
    node = load_yaml(path, NodeConfig, node_problems)
    folder = path.parent
    broker = node.broker.model_copy(
        update={
            name: folder / value
            for name in ("ca", "password_file")
            if (value := getattr(node.broker, name)) is not None
        }
    )
    return node.model_copy(
        update={
            "data": folder / node.data,
            "centre_key": folder / node.centre_key,
            "cameras": tuple(folder / camera for camera in node.cameras),
            "broker": broker,
        }
    )


def load_cameras(node: NodeConfig) -> tuple[CameraConfig, ...]:
    """The cameras of a node, in its order.

    Raises ConfigError for the first file that is wrong, repeats an id, or names no stream to look at.
    """
    cameras: dict[str, CameraConfig] = {}
    for path in node.cameras:
        camera = load_camera(path)
        if camera.id in cameras:
            raise ConfigError(path, [Problem(1, "id", f"{camera.id!r} is also another camera of this node")])
        if camera.detect_stream is None:
            raise ConfigError(
                path, [Problem(1, "detect_stream", "is missing: a node needs an address to open")]
            )
        cameras[camera.id] = camera
    return tuple(cameras.values())


def node_problems(node: NodeConfig) -> Iterator[tuple[Location, str]]:
    """What no single field of a node's file shows."""
    for index, camera in enumerate(node.cameras):
        if camera in node.cameras[:index]:
            yield ("cameras", index), f"{camera} is listed twice"
