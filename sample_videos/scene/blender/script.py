"""The clip as data, read from clip.yaml: camera, street, lamp phases, every vehicle's path and timetable."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from ..plates import Colour
from .catalogue import KINDS, Kind
from .motion import Pose, Timetable, Way, pose_at
from .projection import Camera

CLIP = Path(__file__).with_name("clip.yaml")
Rgb = tuple[float, float, float]
Segment = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Lamp:
    """Head of the signal: centre, width, lower and upper edge (m), and its phases [start, end, state] (s)."""

    x: float
    y: float
    width: float
    bottom: float
    top: float
    phases: tuple[tuple[float, float, Literal["green", "amber", "red"]], ...]

    def corners(self) -> list[tuple[float, float, float]]:
        """The eight corners of the head's housing (m)."""
        half = self.width / 2
        return [
            (self.x + x, self.y + y, z)
            for x in (-half, half)
            for y in (-0.09, 0.09)
            for z in (self.bottom, self.top)
        ]

    def at(self, t: float) -> str:
        """State at `t`."""
        return next(state for start, end, state in reversed(self.phases) if t >= start)


@dataclass(frozen=True)
class Street:
    """Ground geometry of our approach in metres; see the comments in clip.yaml."""

    left: float
    divider: float
    right: float
    opposing_left: float
    stop_line: float
    cross_near: float
    cross_far: float
    commit_line: float
    solid_from: float


@dataclass(frozen=True)
class Vehicle:
    """One vehicle: model, colours, plate, path and timetable, and its offence, if any."""

    id: str
    model: str
    paint: Rgb
    plate: str
    plate_colour: Colour
    way: Way
    timetable: Timetable
    seen: tuple[float, float]
    does: str
    top: Rgb
    trousers: Rgb
    helmet: Rgb
    rucksack: Rgb | None
    violations: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """Class, plate format and wheels of its model."""
        return KINDS[self.model]

    def pose(self, t: float) -> Pose:
        """Its pose at `t`."""
        return pose_at(self.way, self.timetable, t)


@dataclass(frozen=True)
class Script:
    """All data of the clip for the renderer and the truth writer."""

    name: str
    fps: int
    seconds: float
    camera: Camera
    lamp: Lamp
    street: Street
    vehicles: tuple[Vehicle, ...]

    def vehicle(self, name: str) -> Vehicle:
        """The vehicle with this id."""
        return next(vehicle for vehicle in self.vehicles if vehicle.id == name)

    @property
    def frames(self) -> int:
        """Number of frames."""
        return round(self.seconds * self.fps)


def load(file: Path = CLIP) -> Script:
    """Read the clip's script. Raises KeyError or TypeError if a key is missing or unknown."""
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    lamp = raw["lamp"]
    return Script(
        raw["name"],
        raw["fps"],
        float(raw["seconds"]),
        Camera(**raw["camera"]),
        Lamp(**{**lamp, "phases": tuple(tuple(phase) for phase in lamp["phases"])}),
        Street(**raw["street"]),
        tuple(_vehicle(entry, raw["seconds"]) for entry in raw["vehicles"]),
    )


def _vehicle(raw: dict[str, Any], seconds: float) -> Vehicle:
    return Vehicle(
        id=raw["id"],
        model=raw["model"],
        paint=tuple(raw["paint"]),
        plate=raw["plate"],
        plate_colour=raw.get("plate_colour", "white"),
        way=Way(tuple((float(x), float(y)) for x, y in raw["path"])),
        timetable=Timetable(tuple((float(t), float(s), float(v)) for t, s, v in raw["timetable"])),
        seen=tuple(raw.get("seen", (0.0, seconds))),
        does=raw["does"],
        top=tuple(raw.get("top", (0.1, 0.1, 0.1))),
        trousers=tuple(raw.get("trousers", (0.08, 0.12, 0.22))),
        helmet=tuple(raw.get("helmet", (0.5, 0.5, 0.5))),
        rucksack=tuple(raw["rucksack"]) if "rucksack" in raw else None,
        violations=tuple(raw.get("violations", ())),
    )
