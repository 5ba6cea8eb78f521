"""Distinguishes a node's file from a camera's by its keys, so that the error for a wrong file names its
kind."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from configs.camera import CameraConfig
from configs.loading import top_keys, whole_file
from configs.node import NodeConfig

Kind = Literal["node", "camera"]

_MODELS: dict[Kind, type[BaseModel]] = {"node": NodeConfig, "camera": CameraConfig}
_OTHER: dict[Kind, tuple[str, str]] = {
    "node": (
        "đây là tệp của nút: hãy đưa tệp của một camera của nút",
        "this is a node's file: give the file of one of its cameras",
    ),
    "camera": (
        "đây là tệp của camera: hãy đưa tệp của nút, trong đó cameras nêu tệp này",
        "this is a camera's file: give the node's file, which names it under cameras",
    ),
}


def kind_of(path: Path, content: bytes | None = None) -> Kind:
    """Kind of the file; one that fits neither counts as a camera's. Raises ConfigError if it is not YAML."""
    keys = set(top_keys(path, content))
    return max(("camera", "node"), key=lambda kind: len(keys & set(_MODELS[kind].model_fields)))


def refuse_other_than(kind: Kind, path: Path, content: bytes | None = None) -> None:
    """Raises ConfigError if the file is of the other kind."""
    if (found := kind_of(path, content)) != kind and top_keys(path, content):
        raise whole_file(path, *_OTHER[found])
