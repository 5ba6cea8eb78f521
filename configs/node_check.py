"""Reads a node's file and the files of its cameras, and checks beyond single fields."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from configs.kinds import refuse_other_than
from configs.loading import ConfigError, Location, Problem, load_yaml
from configs.node import NodeConfig
from configs.wording import Words, plain
from contract.manifest import NEWEST


def load_node(path: Path) -> NodeConfig:
    """Reads and checks a node's file; relative paths in it start from the file's folder.

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

    Raises ConfigError for the first file that is invalid, repeats an id, names no stream to analyse, or a
    plate camera that can't be used.
    """
    cameras: dict[str, CameraConfig] = {}
    for path in node.cameras:
        camera = load_camera(path)
        if camera.id in cameras:
            what = plain(
                f"{camera.id!r} đã là mã của camera khác trong nút này",
                f"{camera.id!r} is also another camera of this node",
            )
            raise ConfigError(path, [Problem(1, "id", what)])
        if camera.detect_stream is None:
            what = plain(
                "còn thiếu: nút cần địa chỉ để mở camera", "is missing: a node needs an address to open"
            )
            raise ConfigError(path, [Problem(1, "detect_stream", what)])
        cameras[camera.id] = camera
    for path, camera in zip(node.cameras, cameras.values(), strict=True):
        if problems := list(joining_problems(camera, cameras, node.manifest_version)):
            raise ConfigError(path, [Problem(1, where, what) for where, what in problems])
    return tuple(cameras.values())


def joining_problems(
    camera: CameraConfig, cameras: Mapping[str, CameraConfig], manifest_version: int = NEWEST
) -> Iterator[tuple[str, Words]]:
    """Errors that prevent `camera` from using its plate cameras, each with the key.

    Args:
        cameras: all cameras, by id.
    """
    for index, joined in enumerate(camera.plate_cameras):
        where, there = f"plate_cameras.{index}", cameras.get(joined.camera)
        if there is None:
            others = ", ".join(name for name in cameras if name != camera.id) or "none"
            yield (
                f"{where}.camera",
                plain(
                    f"nút không có camera nào khác tên {joined.camera!r}; đang có: {others}",
                    f"no other camera of the node is {joined.camera!r}; there are: {others}",
                ),
            )
            continue
        if joined.section not in [section.id for section in there.sections]:
            yield (
                f"{where}.section",
                plain(
                    f"{joined.camera} chưa có đoạn đường {joined.section!r}: "
                    "hãy vẽ đoạn đó cả trong tệp của camera ấy",
                    f"{joined.camera} lacks the section {joined.section!r}: "
                    "draw that stretch in its file too",
                ),
            )
        if there.site.id != camera.site.id:
            yield (
                f"{where}.camera",
                plain(
                    f"{joined.camera} đặt tại {there.site.id}, không phải {camera.site.id}: "
                    "hai camera phải nhìn cùng một đường",
                    f"{joined.camera} stands at {there.site.id}, not at {camera.site.id}: "
                    "both must see one road",
                ),
            )
    if camera.plate_cameras and manifest_version < NEWEST:
        yield (
            "plate_cameras",
            plain(
                f"cần manifest_version {NEWEST} trong tệp của nút",
                f"needs manifest_version {NEWEST} in the node's file",
            ),
        )


def unreadable(node: NodeConfig, cameras: Iterable[CameraConfig]) -> Iterator[tuple[str, Path]]:
    """The files that the node (from `load_node`) or its cameras name and that can't be read here, each with
    its key. Not a configuration error: they may be added later, or belong to another user."""
    named = [("centre_key", node.centre_key), ("broker.ca", node.broker.ca)]
    named.append(("broker.password_file", node.broker.password_file))
    for camera in cameras:
        for name in ("detect_stream", "record_stream"):
            stream = getattr(camera, name)
            named.append((f"{camera.id}: {name}.password_file", stream.password_file if stream else None))
    yield from ((key, path) for key, path in named if path is not None and not os.access(path, os.R_OK))


def node_problems(node: NodeConfig) -> Iterator[tuple[Location, Words]]:
    """Problems not visible in a single field of a node's file."""
    for index, camera in enumerate(node.cameras):
        if camera in node.cameras[:index]:
            yield ("cameras", index), plain(f"{camera} được nêu hai lần", f"{camera} is listed twice")
