"""Truth for measuring trackers: true boxes in every frame, lamps and events of a rendered clip."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from contract.types import LampColour
from edge.rules.inputs import Box, Phase, SignalHistory
from sample_videos.truth import Event, Truth, Verdict

COUNTED = 0.25
"""Visible share of a vehicle from which a tracker must follow it."""

SMALLEST = 24.0
"""Least height of its box in pixels."""

LAMP_UNCERTAINTY = 0.08


@dataclass(frozen=True)
class TrueBox:
    """A vehicle in one frame, cut to the picture; if not `owed`, tracking it is optional."""

    vehicle: str
    box: Box
    owed: bool


@dataclass(frozen=True)
class TrueEvent:
    """An event that must be found (`violation`), must not be (`near_miss`), or does not count (`open`)."""

    rule: str
    verdict: Verdict
    vehicle: str
    t: float
    during: tuple[float, float]
    code: str = ""
    line: str | None = None
    """Name of the stop line, solid line, lane, exit or zone it is about."""


@dataclass(frozen=True)
class Clip:
    """A clip and its truth."""

    name: str
    video: Path
    camera: CameraConfig
    fps: float
    boxes: Mapping[int, tuple[TrueBox, ...]]
    lamps: Mapping[str, tuple[tuple[float, float, LampColour], ...]]
    events: tuple[TrueEvent, ...]

    def signals(self, now: float) -> dict[str, SignalHistory]:
        """The lamp phases up to `now`, as if every change had been read."""
        return {head: _history(head, states, now) for head, states in self.lamps.items()}


def _history(head: str, states: tuple[tuple[float, float, LampColour], ...], now: float) -> SignalHistory:
    phases = tuple(
        Phase(colour, start, min(end, now), start > 0, LAMP_UNCERTAINTY)
        for start, end, colour in states
        if start <= now
    )
    return SignalHistory(head, "vision", phases, armed=True)


def load(path: Path, camera: Path | None = None) -> Clip:
    """Loads a clip's folder (`sample_videos.truth`), or a `.truth.yaml` like junction's with its camera file.

    Raises:
        ValueError: a `.truth.yaml` without a camera file.
    """
    if path.is_dir():
        return _of_folder(path)
    if camera is None:
        raise ValueError(f"{path}: say which camera file its lines are in")
    return _of_junction(path, camera)


def _of_folder(folder: Path) -> Clip:
    truth = Truth(folder)
    size, boxes = truth.document.detect.size, dict[int, list[TrueBox]]()
    for look in truth.looks:
        vehicle, box = truth.vehicles[look.vehicle], look.clipped(truth.document.detect.size)
        if box[2] > box[0] and box[3] > box[1]:
            owed = vehicle.kind != "pedestrian" and not vehicle.parked
            row = TrueBox(str(look.vehicle), box, owed and _plain(box, look.visible, size))
            boxes.setdefault(look.frame, []).append(row)
    return Clip(
        name=folder.name,
        video=truth.video,
        camera=load_camera(truth.camera_file),
        fps=float(truth.fps),
        boxes={frame: tuple(rows) for frame, rows in boxes.items()},
        lamps={lamp.id: lamp.states for lamp in truth.document.lamps},
        events=tuple(
            TrueEvent(e.rule, _owed(e, truth), str(e.vehicle), e.t, e.during, e.code, e.line)
            for e in truth.events()
        ),
    )


def _owed(event: Event, truth: Truth) -> Verdict:
    """Its verdict, but `open` for a violation that no picture proves: finding it is optional. A turn is
    proved only if the vehicle was seen in the lane it came from."""
    if event.verdict != "violation":
        return event.verdict
    in_lane = event.rule != "illegal_turn" or any(
        (look.vehicle, look.lane) == (event.vehicle, event.lane) and look.visible > COUNTED
        for look in truth.looks
        if look.frame / truth.fps < event.t
    )
    return "violation" if event.provable and in_lane else "open"


def _of_junction(path: Path, camera: Path) -> Clip:
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    boxes: dict[int, list[TrueBox]] = {}
    for vehicle in document["vehicles"]:
        for frame, (*corners, visible) in vehicle["boxes"].items():
            box: Box = (corners[0], corners[1], corners[2], corners[3])
            row = TrueBox(vehicle["id"], box, _plain(box, visible / 100, tuple(document["size"])))
            boxes.setdefault(int(frame), []).append(row)
    return Clip(
        name=path.name.split(".")[0],
        video=path.with_name(document["video"]),
        camera=load_camera(camera),
        fps=float(document["fps"]),
        boxes={frame: tuple(rows) for frame, rows in boxes.items()},
        lamps={light["id"]: tuple(map(tuple, light["states"])) for light in document["lights"]},
        events=tuple(
            TrueEvent(e["rule"], "violation", e["id"], e["t"], tuple(e.get("during", (e["t"], e["t"]))))
            for e in document["events"]
        ),
    )


def _plain(box: Box, visible: float, size: tuple[int, int]) -> bool:
    """Whether a tracker must follow it: visible, and not only a sliver at the picture's edge."""
    cut = box[0] <= 1 or box[1] <= 1 or box[2] >= size[0] - 1 or box[3] >= size[1] - 1
    high = box[3] - box[1]
    return visible >= COUNTED and high >= SMALLEST * (2 if cut else 1)
