"""Reads a camera file and checks everything beyond single fields: lines outside the picture, unknown names,
rules without the things they need, lines at which nothing can ever be found or everybody would be accused."""

from collections.abc import Iterator
from pathlib import Path

from configs.accusing_check import accusing_problems
from configs.camera import CameraConfig
from configs.drawing_check import areas_and_lines, drawing_problems
from configs.kinds import refuse_other_than
from configs.loading import Location, load_yaml
from configs.rules import RULES
from configs.shapes import PixelPoint
from configs.wording import Words, words

_GROUPS = ("heads", "stop_lines", "lanes", "solid_lines", "zones", "rider_zones", "sections")


def load_camera(path: Path, content: bytes | None = None) -> CameraConfig:
    """Reads and checks one camera's file; `content` is its text if it does not come from a disk.

    Raises ConfigError listing every problem.
    """
    refuse_other_than("camera", path, content)
    return load_yaml(path, CameraConfig, camera_problems, content)


def camera_problems(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    """Problems not visible in a single field of a camera's file, each with the place of its key."""
    yield from _repeated_ids(camera)
    yield from _outside(camera)
    yield from drawing_problems(camera)
    yield from accusing_problems(camera)
    yield from _unknown_heads(camera)
    yield from _joined(camera)
    yield from _rules_without_means(camera)
    for index, window in enumerate(camera.exemptions):
        if window.end <= window.start:
            yield ("exemptions", index, "end"), words("phải sau lúc bắt đầu", "must be after start")


def _repeated_ids(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    for group in _GROUPS:
        ids = [item.id for item in getattr(camera, group)]
        for index, name in enumerate(ids):
            if name in ids[:index]:
                yield (
                    (group, index, "id"),
                    words(
                        f"{name!r} đã là tên của vật khác cùng loại",
                        f"{name!r} is already the id of another of the {group}",
                    ),
                )


def _shapes(camera: CameraConfig) -> Iterator[tuple[Location, tuple[PixelPoint, ...]]]:
    """Every shape drawn in the picture, with its place in the file."""
    if camera.detect.roi is not None:
        yield ("detect", "roi"), (camera.detect.roi[:2], camera.detect.roi[2:])
    for index, head in enumerate(camera.heads):
        yield ("heads", index, "box"), (head.box[:2], head.box[2:])
    for index, stop in enumerate(camera.stop_lines):
        if stop.commit is not None:
            yield ("stop_lines", index, "commit"), stop.commit
        for number, way in enumerate(stop.exits):
            yield ("stop_lines", index, "exits", number, "line"), way.line
    yield from areas_and_lines(camera)


def _outside(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    width, height = camera.size
    for where, points in _shapes(camera):
        for x, y in points:
            if not (0 <= x <= width and 0 <= y <= height):
                yield (
                    where,
                    words(
                        f"điểm [{x:g}, {y:g}] nằm ngoài hình {width}×{height}",
                        f"point [{x:g}, {y:g}] is outside the picture of {width}×{height}",
                    ),
                )


def _unknown_heads(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    known = sorted({head.id for head in camera.heads})
    for index, line in enumerate(camera.stop_lines):
        named: list[tuple[Location, str]] = [
            (("stop_lines", index, "heads", way), head) for way, head in line.heads.items()
        ]
        if line.head is not None:
            named.append((("stop_lines", index, "head"), line.head))
        for where, head in named:
            if head not in known:
                yield where, _no_such("đèn", "lamp head", head, known)


def _joined(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    """Problems of a camera's plate camera entries; whether these cameras exist is checked by
    `configs.node_check`."""
    sections, lanes = ([item.id for item in group] for group in (camera.sections, camera.lanes))
    named = [joined.camera for joined in camera.plate_cameras]
    for index, joined in enumerate(camera.plate_cameras):
        where = ("plate_cameras", index)
        if joined.camera == camera.id:
            yield (
                (*where, "camera"),
                words("là chính camera này", "is this camera itself: name another one of the node"),
            )
        if joined.camera in named[:index]:
            yield (
                (*where, "camera"),
                words(f"{joined.camera!r} đã được ghi ở trên", f"{joined.camera!r} is named above already"),
            )
        if joined.section not in sections:
            yield (*where, "section"), _no_such("đoạn đường", "section", joined.section, sections)
        for number, lane in enumerate(joined.lanes):
            if lane not in lanes:
                yield (*where, "lanes", number), _no_such("làn", "lane", lane, lanes)


def _no_such(vi: str, en: str, name: str, there: list[str]) -> Words:
    listed = ", ".join(there)
    return words(
        f"không có {vi} nào tên {name!r}; có: {listed or 'chưa vẽ gì'}",
        f"no {en} has the id {name!r}; there are: {listed or 'none'}",
    )


def _rules_without_means(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    """Things the active rules need in the scene that are not drawn, by their descriptors."""
    # A plate camera proves nothing by itself: another camera asks it.
    if not camera.sections and not camera.rules.on:
        known = ", ".join(RULES)
        yield (
            ("rules",),
            words(
                "chưa bật lỗi vi phạm nào nên sẽ không phát hiện được gì",
                f"no rule is on, so nothing is found: write red_light: {{}}, or another of {known}",
            ),
        )
    for rule in camera.rules.on:
        for need in rule.needs:
            if not need.met(camera):
                yield ("rules", rule.name), need.missing
