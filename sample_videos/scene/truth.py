"""Truth of the clip, computed from the scene's geometry: what is where in every frame and what is an offence."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from .cast import Outline, on_stage, sample, to_world, vehicle_named
from .ground import ground_truth
from .motion import time_of_crossing
from .plates import GLYPH_MM
from .script import CLASSES, Script, Vehicle

Array = npt.NDArray[np.float64]
MIN_SIDE_PX = 6
"""A box narrower or lower than this is not listed."""
MODEL_FORMATS = {"suv": "long", "scooter": "motorbike", "underbone": "motorbike"}
NOTE = """\
# Exact truth of {name}.mp4, computed from the scene (python -m sample_videos.scene). Pixels: x right, y down.
# A vehicle's ground point is the point on the road under its rear axle; for vehicles that drive up the picture it is
# the bottom centre of the box within {apart:.1f} px at the stop line. `t` of red_light is when this point crosses the near edge
# of the stop line, `t` of solid_line when it crosses the middle of the solid line, `during` from the first to the
# last moment with a wheel on the line. Times are seconds from the first frame; frame = t * fps.
# vehicles: `boxes` {{frame: [x1, y1, x2, y2, percent not hidden by others]}}, cut to the picture;
# `plates` {{frame: [[x, y] of upper left, upper right, lower right, lower left, character height in px, percent not
# hidden]}}, only frames in which the whole plate is in the picture.
"""


def truth_of(script: Script, outlines: dict[str, Outline], facts: Sequence[Path]) -> dict[str, Any]:
    """The whole truth document; `facts` are the renderer's files, one a frame, with the shares in sight."""
    sights = [json.loads(file.read_text()) for file in facts]
    view = script.camera
    vehicles = [_vehicle(script, vehicle, outlines[vehicle.id], sights) for vehicle in script.vehicles]
    shown = {entry["id"]: entry for entry in vehicles if entry["boxes"]}
    return {
        "video": f"{script.name}.mp4",
        "size": [view.width, view.height],
        "fps": script.fps,
        "frames": script.frames,
        "scene": "Rendered junction seen from behind over our approach, which runs up the picture. Two lanes, a solid line"
        " between them, oncoming traffic left of the double yellow line, low signal head on the right.",
        "camera": vars(view),
        **ground_truth(script),
        "rules": ["red_light", "solid_line"],
        "events": sorted(
            (_event(script, vehicle_named(script, name), rule, entry) for name, entry in shown.items() for rule in vehicle_named(script, name).violations),
            key=lambda event: float(event["t"]),
        ),
        "vehicles": list(shown.values()),
    }


def write(truth: dict[str, Any], file: Path) -> None:
    """Write the document with one line for each box list, so that it stays readable and small."""
    apart = max(event.pop("apart_px") for event in truth["events"] if event["rule"] == "red_light")
    for event in truth["events"]:
        event.pop("apart_px", None)
    text = NOTE.format(name=Path(truth["video"]).stem, apart=apart)
    file.write_text(text + yaml.dump(truth, Dumper=_Dumper, sort_keys=False, width=118, allow_unicode=True), encoding="utf-8")


def wheels(model: str) -> Array:
    """Contact points of the wheels (n, 3) in the vehicle's frame, for the time astride a line."""
    half, base = {"sedan": (0.78, 2.62), "hatchback": (0.74, 2.42), "suv": (0.82, 2.70), "truck": (0.7, 2.75)}.get(
        model, (0.0, 1.22)
    )
    return np.array([(x, y, 0.0) for x in sorted({-half, half}) for y in (0.0, base)])


def _vehicle(script: Script, vehicle: Vehicle, outline: Outline, sights: list[dict[str, Any]]) -> dict[str, Any]:
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
        "class": CLASSES[vehicle.model],
        "model": vehicle.model,
        "does": vehicle.does,
        "plate": vehicle.plate,
        "plate_kind": MODEL_FORMATS.get(vehicle.model, "short"),
        "plate_colour": vehicle.plate_colour,
        "boxes": boxes,
        "plates": plates,
    }


def _plate(script: Script, vehicle: Vehicle, outline: Outline, pose: Any, share: float) -> list[Any] | None:
    """Corners and character height where the plate faces the camera and lies in the picture, else None."""
    corners = script.camera.project(to_world(outline.plate, pose))[:, :2]
    width, height = script.camera.width, script.camera.height
    (x0, y0), (x1, y1), (x2, y2) = corners[0], corners[1], corners[2]
    faces = (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1) > 0
    inside = corners.min() >= 0 and corners[:, 0].max() <= width and corners[:, 1].max() <= height
    if not (faces and inside and share > 0):
        return None
    kind = MODEL_FORMATS.get(vehicle.model, "short")
    tall = np.linalg.norm(outline.plate[0] - outline.plate[3]) * 1000
    sides = (np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    characters = float(sides * GLYPH_MM[kind][1] / tall)  # type: ignore[index]
    return [*([round(float(x), 1), round(float(y), 1)] for x, y in corners), round(characters, 1), round(100 * share)]


def _event(script: Script, vehicle: Vehicle, rule: str, entry: dict[str, Any]) -> dict[str, Any]:
    boxes: dict[int, list[int]] = entry["boxes"]
    first, last = min(boxes) / script.fps, max(boxes) / script.fps
    street = script.street
    axis, value = (1, street.stop_line) if rule == "red_light" else (0, street.divider)
    t = time_of_crossing(vehicle.way, vehicle.timetable, axis, value, first, last)
    event: dict[str, Any] = {"rule": rule, "t": round(t, 3), "vehicle": entry["class"]}
    if rule == "red_light":
        red = next(start for start, _, state in script.lamp.phases if state == "red")
        event["elapsed_red"] = round(t - red, 3)
        event["apart_px"] = _apart(script, vehicle, entry, t)
    else:
        event["during"] = _astride(script, vehicle, first, last)
    near = {index: box[:4] for index, box in boxes.items() if abs(index / script.fps - t) <= 2.0}
    return {
        **event,
        "id": vehicle.id,
        "plate": vehicle.plate,
        "boxes": {round(index / script.fps, 3): box for index, box in near.items()},
        "note": vehicle.does,
    }


def _apart(script: Script, vehicle: Vehicle, entry: dict[str, Any], t: float) -> float:
    """Pixels between the projected ground point and the bottom centre of the box in the frame nearest to `t`."""
    index = round(t * script.fps)
    pose, box = vehicle.pose(index / script.fps), entry["boxes"][index]
    ground = script.camera.project(np.array([pose.x, pose.y, 0.0]))
    return float(np.hypot(ground[0] - (box[0] + box[2]) / 2, ground[1] - box[3]))


def _astride(script: Script, vehicle: Vehicle, first: float, last: float) -> list[float]:
    """First and last moment at which the wheels stand on both sides of the divider before the stop line."""
    tyres, moments = wheels(vehicle.model), list[float]()
    for t in np.arange(first, last, 1 / 48):
        ground = to_world(tyres, vehicle.pose(float(t)))
        sides = ground[ground[:, 1] < script.street.stop_line, 0] - script.street.divider
        if len(sides) and sides.min() < 0.0 < sides.max():
            moments.append(float(t))
    return [round(moments[0], 2), round(moments[-1], 2)]


class _Dumper(yaml.SafeDumper):
    """Block style for the document, flow style for lists and for maps from frames or seconds."""

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
        flat = not any(isinstance(item, dict) for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=flat)

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        return super().represent_mapping(tag, mapping, flow_style=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True
