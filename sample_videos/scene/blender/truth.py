"""The clip's truth, computed from the scene: positions in every frame, and offences."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from ..plates import GLYPH_MM, SIZES_MM
from .cast import Outline, on_stage, sample, to_world
from .ground import ground_truth
from .motion import Pose, time_of_crossing
from .script import Script, Vehicle

Array = npt.NDArray[np.float64]
MIN_SIDE_PX = 6
"""A box narrower or lower than this is not listed."""
EVENT_REACH = 2.0
"""Seconds before and after an event for which it repeats its vehicle's boxes."""
SCENE = (
    "Rendered junction seen from behind over our approach, which runs up the picture: two lanes with a solid"
    " line between them, oncoming traffic left of the double yellow line, one low signal head on the right."
)
NOTE = """\
# Exact truth of {video}, computed from the scene (python -m sample_videos.scene.blender).
# Pixels: x right, y down.
# A vehicle's ground point is the point on the road under its rear axle. For vehicles that drive up the
# picture it lies at the bottom centre of the box (`ground_point_off_px`: how far apart they are then).
# `t` of red_light: when the ground point crosses the near edge of the stop line; `t` of solid_line: when it
# crosses the middle of the line; `during`: while wheels stand on both sides. Seconds from the first frame,
# frame = t * fps. vehicles: `boxes` {{frame: [x1, y1, x2, y2, percent not hidden by others]}}, cut to the
# picture; `plates` {{frame: [upper left, upper right, lower right, lower left, character height in px,
# percent not hidden]}}, only frames with the whole plate in the picture. All numbers are invented.
"""


def truth_of(script: Script, outlines: dict[str, Outline], facts: Sequence[Path]) -> dict[str, Any]:
    """The whole truth document; `facts` are the renderer's files, one per frame, with the visible shares."""
    sights = [json.loads(file.read_text()) for file in facts]
    entries = [_vehicle(script, vehicle, outlines[vehicle.id], sights) for vehicle in script.vehicles]
    events = [
        _event(script, script.vehicle(entry["id"]), rule, entry)
        for entry in entries
        for rule in script.vehicle(entry["id"]).violations
    ]
    return {
        "video": f"{script.name}.mp4",
        "size": [script.camera.width, script.camera.height],
        "fps": script.fps,
        "frames": script.frames,
        "scene": SCENE,
        "camera": vars(script.camera),
        **ground_truth(script),
        "rules": ["red_light", "solid_line"],
        "events": sorted(events, key=lambda event: float(event["t"])),
        "vehicles": entries,
    }


def write(truth: dict[str, Any], file: Path) -> None:
    """Write the document with one line for each box, so that it stays readable and small."""
    text = yaml.dump(truth, Dumper=_Dumper, sort_keys=False, width=118, allow_unicode=True)
    file.write_text(NOTE.format(video=truth["video"]) + text, encoding="utf-8")


def _vehicle(
    script: Script, vehicle: Vehicle, outline: Outline, sights: list[dict[str, Any]]
) -> dict[str, Any]:
    boxes, plates = dict[int, list[Any]](), dict[int, list[Any]]()
    hull = sample(outline.surface, 4000)
    for index, sight in enumerate(sights):
        pose = on_stage(script, index / script.fps).get(vehicle.id)
        if pose is None:
            continue
        box = script.camera.clip(script.camera.box(to_world(hull, pose)))
        if box is None or min(box[2] - box[0], box[3] - box[1]) < MIN_SIDE_PX:
            continue
        boxes[index] = [*(int(v) for v in np.rint(box)), round(100 * sight[vehicle.id]["vehicle"])]
        plate = _plate(script, vehicle, outline, pose, sight[vehicle.id]["plate"])
        if plate:
            plates[index] = plate
    return {
        "id": vehicle.id,
        "class": vehicle.kind.vehicle,
        "model": vehicle.model,
        "does": vehicle.does,
        "plate": vehicle.plate,
        "plate_kind": vehicle.kind.plate,
        "plate_colour": vehicle.plate_colour,
        "boxes": boxes,
        "plates": plates,
    }


def _plate(script: Script, vehicle: Vehicle, outline: Outline, pose: Pose, share: float) -> list[Any] | None:
    """Corners and character height if the plate faces the camera and lies in the picture, else None."""
    corners = script.camera.project(to_world(outline.plate, pose))[:, :2]
    along, down = corners[1] - corners[0], corners[2] - corners[1]
    faces = along[0] * down[1] - along[1] * down[0] > 0
    size = (script.camera.width, script.camera.height)
    inside = corners.min() >= 0 and (corners <= size).all()
    if not (faces and inside and share > 0):
        return None
    sides = (np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(down)) / 2
    tall = float(sides * GLYPH_MM[vehicle.kind.plate][1] / SIZES_MM[vehicle.kind.plate][1])
    return [
        *([round(float(x), 1), round(float(y), 1)] for x, y in corners),
        round(tall, 1),
        round(100 * share),
    ]


def _event(script: Script, vehicle: Vehicle, rule: str, entry: dict[str, Any]) -> dict[str, Any]:
    boxes: dict[int, list[int]] = entry["boxes"]
    first, last = min(boxes) / script.fps, max(boxes) / script.fps
    street = script.street
    axis, value = (1, street.stop_line) if rule == "red_light" else (0, street.divider)
    t = time_of_crossing(vehicle.way, vehicle.timetable, axis, value, first, last)
    event: dict[str, Any] = {"rule": rule, "t": round(t, 3), "vehicle": vehicle.kind.vehicle}
    if rule == "red_light":
        red = next(start for start, _, state in script.lamp.phases if state == "red")
        event["elapsed_red"] = round(t - red, 3)
        event["ground_point_off_px"] = _off(script, vehicle, entry, t)
    else:
        event["during"] = _astride(script, vehicle, first, last)
    near = {index: box[:4] for index, box in boxes.items() if abs(index / script.fps - t) <= EVENT_REACH}
    return {
        **event,
        "id": vehicle.id,
        "plate": vehicle.plate,
        "boxes": {round(index / script.fps, 3): box for index, box in near.items()},
        "note": vehicle.does,
    }


def _off(script: Script, vehicle: Vehicle, entry: dict[str, Any], t: float) -> float:
    """Pixels between the projected ground point and the box's bottom centre, in the frame nearest to `t`."""
    index = round(t * script.fps)
    pose, box = vehicle.pose(index / script.fps), entry["boxes"][index]
    ground = script.camera.project(np.array([pose.x, pose.y, 0.0]))
    return round(float(np.hypot(ground[0] - (box[0] + box[2]) / 2, ground[1] - box[3])), 1)


def _astride(script: Script, vehicle: Vehicle, first: float, last: float) -> list[float]:
    """First and last moment with wheels on both sides of the divider before the stop line."""
    kind, moments = vehicle.kind, list[float]()
    wheels = np.array(
        [(x, y, 0.0) for x in (-kind.half_track, kind.half_track) for y in (0.0, kind.wheelbase)]
    )
    for t in np.arange(first, last, 1 / 48):
        ground = to_world(wheels, vehicle.pose(float(t)))
        sides = ground[ground[:, 1] < script.street.stop_line, 0] - script.street.divider
        if len(sides) and sides.min() < 0.0 < sides.max():
            moments.append(float(t))
    return [round(moments[0], 2), round(moments[-1], 2)]


class _Dumper(yaml.SafeDumper):
    """Block style for the document; flow style for lists, so that a box is one line."""


def _represent_list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    flat = not any(isinstance(item, dict) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flat)


_Dumper.add_representer(list, _represent_list)
