"""The camera file of a clip: all markings, in pixels of the detect stream."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from .picture.optics import Camera
from .scenario import Scenario
from .street import Lane, Solid, Spot, Street

Array = npt.NDArray[np.float64]
Pixels = list[list[float]]


class FlatDumper(yaml.SafeDumper):
    """Lists without mappings on one line: points, numbers, names."""


FlatDumper.add_representer(
    list,
    lambda dumper, items: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", items, flow_style=not any(isinstance(item, dict) for item in items)
    ),
)


def camera_file(scenario: Scenario) -> str:
    """The YAML text that `ngatu replay` takes. For a second camera it contains only the shared stretch of
    road."""
    name, street, camera = scenario.name, scenario.street, scenario.camera
    scene = _View(street, camera)
    document: dict[str, Any] = {
        "id": name.replace("_", "-"),
        "site": {"id": "rendered-street", "name": "Phố mẫu"},
        "size": list(camera.size),
        "calibration": "rendered-scene",
        "heads": scene.heads(),
        "stop_lines": scene.stop_lines(),
        "lanes": [lane for lane in map(scene.lane, street.lanes) if lane],
        "solid_lines": [line for line in map(scene.solid, street.solids) if line],
        "zones": scene.zones(),
        "sections": scene.sections(),
        "plate_cameras": _joined(scenario),
        "rules": {rule: {} for rule in _rules(street)},
    }
    if scenario.starts:
        document = {key: document[key] for key in ("id", "site", "size", "calibration", "sections")}
    kept = {key: value for key, value in document.items() if value != []}
    head = f"# The rendered clip {name}: computed from the scene, nothing drawn by hand.\n"
    return head + yaml.dump(kept, Dumper=FlatDumper, sort_keys=False, allow_unicode=True, width=110)


def _joined(scenario: Scenario) -> list[dict[str, Any]]:
    if scenario.plate_view is None:
        return []
    section = scenario.street.sections[0].id
    return [{"camera": scenario.beside.name.replace("_", "-"), "section": section}]


def _rules(street: Street) -> list[str]:
    rules = ["red_light", "stop_line"] if street.junction and street.heads else []
    if street.solids:
        rules.append("solid_line")
    if any((not lane.up and not lane.one_way) or lane.kinds for lane in street.lanes):
        rules.append("wrong_lane")
    if any(lane.one_way for lane in street.lanes):
        rules.append("wrong_way")
    if street.bans or (street.exits and any(lane.movements for lane in street.lanes)):
        rules.append("illegal_turn")
    return [*rules, *(["no_stopping"] if street.zones else [])]


class _View:
    """The street as seen by the camera."""

    def __init__(self, street: Street, camera: Camera) -> None:
        self.street, self.camera = street, camera

    def heads(self) -> list[dict[str, Any]]:
        found = []
        for head in self.street.heads:
            box = self.camera.bounds(np.array(head.corners))
            found.append({"id": head.id, "box": [round(v, 1) for v in box]})
        return found

    def stop_lines(self) -> list[dict[str, Any]]:
        j, street = self.street.junction, self.street
        if j is None:
            return []
        left, right = street.approach
        exits = []
        bans = dict(street.bans)
        for way in street.exits:
            line = self.line(way.line)
            if line:
                entry: dict[str, Any] = {"movement": way.movement, "line": line}
                exits.append(
                    {**entry, "prohibited_by": bans[way.movement]} if way.movement in bans else entry
                )
        entry = {
            "id": "S1",
            "line": self.line(((left, j.stop), (right, j.stop))),
            "direction": self.direction(((left + right) / 2, j.stop), 1),
            **({"head": "main"} if street.heads else {}),
            "commit": self.line(((left - 0.6, j.near), (right + 1.5, j.near))),
            "exits": exits,
        }
        return [entry]

    def lane(self, lane: Lane) -> dict[str, Any] | None:
        end = self.street.junction.stop if self.street.junction else 75.0
        polygon = self.polygon([(lane.left, -2.0), (lane.left, end), (lane.right, end), (lane.right, -2.0)])
        if polygon is None:
            return None
        middle = (lane.middle, min(end, 16.0))
        entry: dict[str, Any] = {"id": lane.id, "polygon": polygon}
        entry["direction"] = self.direction(middle, 1 if lane.up else -1)
        if lane.one_way:
            entry["one_way"] = True
        for key in ("kinds", "movements", "free_on_red"):
            values = getattr(lane, key)
            if values:
                entry[key] = sorted(str(value) for value in values)
        return entry

    def solid(self, solid: Solid) -> dict[str, Any] | None:
        line = self.line(((solid.x, solid.start), (solid.x, solid.end)))
        return {"id": solid.id, "line": line, "separates": solid.separates} if line else None

    def zones(self) -> list[dict[str, Any]]:
        found = []
        for zone in self.street.zones:
            polygon = self.polygon(zone.corners)
            if polygon:
                found.append(
                    {"id": zone.id, "polygon": polygon, "seconds": zone.seconds, "basis": zone.basis}
                )
        return found

    def sections(self) -> list[dict[str, Any]]:
        found = []
        for section in self.street.sections:
            seen = self.camera.project(np.array([(*corner, 0.0) for corner in section.corners]))
            size = {"width": section.right - section.left, "length": section.far - section.near}
            sides = {key: round(value, 3) for key, value in size.items()}
            found.append({"id": section.id, "corners": _rounded(seen[:, :2]), **sides})
        return found

    def direction(self, spot: Spot, way: int) -> list[float]:
        """The direction of traffic at a place, as a vector of length 1 in the picture."""
        x, y = spot
        ends = self.camera.project(np.array([(x, y - 2.0, 0.0), (x, y + 2.0, 0.0)]))[:, :2]
        step = (ends[1] - ends[0]) * way
        return [round(float(v), 3) for v in step / np.hypot(*step)]

    def line(self, ends: Sequence[Spot]) -> Pixels:
        """The part of a line that lies in the picture; empty if none does."""
        a, b = (np.array((*spot, 0.0)) for spot in ends)
        count = max(2, int(np.hypot(*(b - a)[:2]) / 0.02))
        points = a + (b - a) * np.linspace(0, 1, count)[:, None]
        seen = self.camera.project(points)
        width, height = self.camera.size
        inside = (seen[:, 2] > 1.5) & (seen[:, 0] >= 0) & (seen[:, 0] <= width)
        kept = seen[inside & (seen[:, 1] >= 0) & (seen[:, 1] <= height)]
        return _rounded(kept[[0, -1], :2]) if len(kept) > 1 else []

    def polygon(self, corners: Sequence[Spot]) -> Pixels | None:
        """A polygon on the ground, cut to the picture; None if nothing of it is inside."""
        ground = np.array(corners, dtype=np.float64)
        reach = self.camera.place[1] + 2.5
        ground = _cut(ground, np.array([0.0, 1.0]), reach)
        if len(ground) < 3:
            return None
        pixels = self.camera.project(np.column_stack([ground, np.zeros(len(ground))]))[:, :2]
        width, height = self.camera.size
        for normal, limit in (((1, 0), 0.0), ((-1, 0), -width), ((0, 1), 0.0), ((0, -1), -height)):
            pixels = _cut(pixels, np.array(normal, dtype=np.float64), float(limit))
        return _rounded(pixels) if len(pixels) > 2 else None


def _cut(polygon: Array, normal: Array, limit: float) -> Array:
    """The part of a polygon with normal · p >= limit."""
    kept = []
    for index, point in enumerate(polygon):
        before = polygon[index - 1]
        here, there = point @ normal - limit, before @ normal - limit
        if (here >= 0) != (there >= 0):
            kept.append(before + (point - before) * there / (there - here))
        if here >= 0:
            kept.append(point)
    return np.array(kept).reshape(-1, 2)


def _rounded(points: Array) -> Pixels:
    return [[round(float(x), 1), round(float(y), 1)] for x, y in points]
