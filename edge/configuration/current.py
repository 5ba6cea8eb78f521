"""The camera files a node runs, for commands that work beside it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from configs.camera import CameraConfig
from configs.node import NodeConfig
from contract.signing import PublicKey
from edge.configuration.camera_file import CameraFile, Owner, OwnFile
from edge.configuration.store import Store

FOLDER = "configuration"


def own_files(node: NodeConfig, cameras: Sequence[CameraConfig]) -> dict[str, OwnFile]:
    """The node's own camera files by camera; `cameras` are those of its configuration, in its order."""
    return {
        camera.id: OwnFile(camera, path.read_text(encoding="utf-8-sig"))
        for path, camera in zip(node.cameras, cameras, strict=True)
    }


def store_of(node: NodeConfig) -> Store:
    """Where a node keeps its cameras' configurations."""
    return Store(node.data / FOLDER)


def owner_of(node: NodeConfig, centre: PublicKey) -> Owner:
    """The node as the owner whose revisions are accepted."""
    return Owner(node.id, centre, lambda: datetime.now(UTC))


def in_force(node: NodeConfig, cameras: Sequence[CameraConfig], centre: PublicKey) -> list[CameraConfig]:
    """All cameras under the configuration in force, in the node's order; nothing is changed."""
    store, owner = store_of(node), owner_of(node, centre)
    files = own_files(node, cameras)
    return [CameraFile(name, file, store, owner).in_force().config for name, file in files.items()]
