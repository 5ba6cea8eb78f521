"""Reads a camera file and finds what no one field shows: lines outside the picture, unknown names, rules that
lack what they need, lines at which nothing can ever be found."""

from collections.abc import Iterator
from pathlib import Path

from configs.camera import CameraConfig
from configs.drawing_check import areas_and_lines, drawing_problems
from configs.kinds import refuse_other_than
from configs.loading import Location, load_yaml
from configs.rules import RULES
from configs.shapes import PixelPoint

_GROUPS = ("heads", "stop_lines", "lanes", "solid_lines", "zones", "rider_zones")


def load_camera(path: Path) -> CameraConfig:
    """Reads and checks one camera's file. Raises ConfigError listing every problem."""
    refuse_other_than("camera", path)
    return load_yaml(path, CameraConfig, camera_problems)


def camera_problems(camera: CameraConfig) -> Iterator[tuple[Location, str]]:
    """What no single field of a camera's file shows, each with the place of its key."""
    yield from _repeated_ids(camera)
    yield from _outside(camera)
    yield from drawing_problems(camera)
    yield from _unknown_heads(camera)
    yield from _rules_without_means(camera)
    for index, window in enumerate(camera.exemptions):
        if window.end <= window.start:
            yield ("exemptions", index, "end"), "must be after start"


def _repeated_ids(camera: CameraConfig) -> Iterator[tuple[Location, str]]:
    for group in _GROUPS:
        ids = [item.id for item in getattr(camera, group)]
        for index, name in enumerate(ids):
            if name in ids[:index]:
                yield (group, index, "id"), f"{name!r} is already the id of another of the {group}"


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


def _outside(camera: CameraConfig) -> Iterator[tuple[Location, str]]:
    width, height = camera.size
    for where, points in _shapes(camera):
        for x, y in points:
            if not (0 <= x <= width and 0 <= y <= height):
                yield where, f"point [{x:g}, {y:g}] is outside the picture of {width}×{height}"


def _unknown_heads(camera: CameraConfig) -> Iterator[tuple[Location, str]]:
    known = {head.id for head in camera.heads}
    listed = ", ".join(sorted(known)) or "none"
    for index, line in enumerate(camera.stop_lines):
        named: list[tuple[Location, str]] = [
            (("stop_lines", index, "heads", way), head) for way, head in line.heads.items()
        ]
        if line.head is not None:
            named.append((("stop_lines", index, "head"), line.head))
        for where, head in named:
            if head not in known:
                yield where, f"no lamp head has the id {head!r}; there are: {listed}"


def _rules_without_means(camera: CameraConfig) -> Iterator[tuple[Location, str]]:
    """What the rules that are on need of the scene and is not drawn, by their descriptors."""
    if all(camera.rules.of(rule) is None for rule in RULES.values()):
        known = ", ".join(RULES)
        yield ("rules",), f"no rule is on, so nothing is found: write red_light: {{}}, or another of {known}"
    for rule in RULES.values():
        if camera.rules.of(rule) is not None:
            for need in rule.needs:
                if not need.met(camera):
                    yield ("rules", rule.name), need.missing
