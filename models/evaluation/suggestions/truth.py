"""The true lamp heads, stop lines, lanes and scale of a clip.

A clip is a rendered one's folder (`sample_videos.truth`), or a video with a `.truth.yaml` beside it, whose
values were read by eye.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import cos, radians, tan
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from configs.camera_check import load_camera
from edge.rules.inputs import Box, Point, Polyline
from sample_videos.truth import Truth

CHANGES = 1.0
"""Seconds each of two colours must be shown for a lamp to have changed."""

COLOURS = {"yellow": "amber"}


@dataclass(frozen=True)
class TrueHead:
    """A lamp head; `changes` is whether a change was visible."""

    name: str
    box: Box
    changes: bool


@dataclass(frozen=True)
class TrueLane:
    """A lane, and whether its traffic drives up the picture."""

    polygon: Polyline
    away: bool


@dataclass(frozen=True)
class TrueScale:
    """As defined by `edge.setup.suggest.model.Scale`."""

    horizon: float
    height: float
    focal: float


@dataclass(frozen=True)
class Clip:
    """A clip and its truth; `scale` is known if the scene is computed."""

    name: str
    video: Path
    heads: tuple[TrueHead, ...]
    stop_lines: tuple[Polyline, ...]
    lanes: tuple[TrueLane, ...]
    scale: TrueScale | None


def load(path: Path) -> Clip:
    """The clip of a rendered clip's folder or of a video file with its truth beside it."""
    return _of_folder(path) if path.is_dir() else _of_video(path)


def _of_folder(folder: Path) -> Clip:
    truth, camera = Truth(folder), load_camera(folder / "camera.yaml")
    heads = [TrueHead(lamp.id, lamp.box, _changes(lamp.states, lamp.hidden)) for lamp in truth.document.lamps]
    return Clip(
        name=folder.name,
        video=truth.video,
        heads=tuple(heads),
        stop_lines=tuple(line.line for line in camera.stop_lines),
        lanes=tuple(
            TrueLane(lane.polygon, lane.direction[1] < 0)
            for lane in camera.lanes
            if lane.direction is not None
        ),
        scale=_of_matrix(np.array(truth.document.camera)),
    )


def _of_matrix(camera: NDArray[np.float64]) -> TrueScale:
    """The scale of the camera with this 3 x 4 matrix, from two points on its road."""
    far = camera @ (0.0, 1.0, 0.0, 0.0)
    one, other = camera @ (3.0, 20.0, 0.0, 1.0), camera @ (4.0, 20.0, 0.0, 1.0)
    horizon = float(far[1] / far[2])
    across = float(np.hypot(*(other[:2] / other[2] - one[:2] / one[2])))
    view = camera[2, :3]
    focal = np.linalg.norm(camera[0, :3] - (camera[0, :3] @ view) * view) / np.hypot(view[0], view[1])
    return TrueScale(horizon, float(one[1] / one[2] - horizon) / across, float(focal))


def _of_video(video: Path) -> Clip:
    file = video.with_name(f"{video.stem}.truth.yaml")
    told: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    heads = [
        TrueHead(lamp["id"], tuple(lamp["head_box"]), _changes(lamp["states"]))
        for lamp in told.get("lights", ())
    ]
    lines = [line["line"] for line in told.get("stop_lines", ()) if "light" in line]
    return Clip(
        name=video.stem,
        video=video,
        heads=tuple(heads),
        stop_lines=tuple(_points(line) for line in lines),
        lanes=tuple(_lanes(told)),
        scale=_of_pitch(told["camera"]) if "camera" in told else None,
    )


def _lanes(told: Mapping[str, Any]) -> Iterator[TrueLane]:
    for lane in told.get("lanes", ()):
        word = str(lane.get("direction", "")).split(" ")[0]
        if word in ("up", "down"):
            yield TrueLane(_points(lane["polygon"]), word == "up")


def _points(points: Any) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in points)


def _of_pitch(camera: Mapping[str, float]) -> TrueScale:
    pitch, focal = radians(camera["pitch_down"]), camera["focal_px"]
    return TrueScale(camera["height"] / 2 - focal * tan(pitch), camera["z"] / cos(pitch), focal / cos(pitch))


def _changes(states: Any, hidden: tuple[tuple[float, float], ...] = ()) -> bool:
    """Whether two colours are visible, each for long enough."""
    shown: dict[str, float] = {}
    for start, end, colour in states:
        out_of_sight = sum(max(0.0, min(end, b) - max(start, a)) for a, b in hidden)
        name = COLOURS.get(colour, colour)
        shown[name] = shown.get(name, 0.0) + end - start - out_of_sight
    return sum(seconds >= CHANGES for name, seconds in shown.items() if " " not in name) > 1
