"""The exact truth of the rendered clips: positions in every frame, and offences.

A clip is a folder of `sample_videos/clips`; `README.md` describes its files. Pixels are those of the detect
stream, x right, y down, origin at the upper left corner. Ground coordinates are metres, x right and y away as
seen from the near end of the road, z up. Times are seconds from the first frame. Everything is computed from
the scene, nothing by eye.
"""

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from contract.types import LampColour, RuleName
from contract.vehicles import VehicleKind

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Verdict = Literal["violation", "near_miss", "open"]
TrueKind = VehicleKind | Literal["pedestrian"]

CLIPS = Path(__file__).with_name("clips")

FRAME_COLUMNS = (
    *("frame", "id", "x1", "y1", "x2", "y2", "vx1", "vy1", "vx2", "vy2", "visible"),
    *("ground_x", "ground_y", "metres_x", "metres_y", "heading", "speed", "lane", "wheels", "plate"),
)
HEAD_COLUMNS = ("frame", "id", "seat", "x1", "y1", "x2", "y2", "visible")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Lamp(_Part):
    """A lamp head: its housing in the picture and its states, [start, end, colour]."""

    id: str
    box: Box
    states: tuple[tuple[float, float, LampColour], ...]
    hidden: tuple[tuple[float, float], ...] = ()
    """Stretches in which less than half of the housing is visible."""

    def at(self, t: float) -> LampColour:
        """Its state at time t; the last state holds to the end."""
        return next(colour for start, _, colour in reversed(self.states) if t >= start)


class Head(_Part):
    """One person on a motorbike or bicycle, from the front: 0 is the driver."""

    seat: Annotated[int, Field(ge=0)]
    helmet: bool
    child: bool = False


class Vehicle(_Part):
    """A vehicle or pedestrian of the clip.

    `also` are other correct kinds (a pick-up is legally a truck, but a car to many). `parked` ones stand on
    the pavement or at the kerb throughout the clip. `plate` is None if the vehicle has none.
    """

    id: int
    kind: TrueKind
    also: tuple[VehicleKind, ...] = ()
    model: str
    plate: str | None = None
    plate_colour: Literal["white", "yellow", "blue", "red"] = "white"
    plate_lines: Literal[1, 2] = 2
    parked: bool = False
    heads: tuple[Head, ...] = ()


class Event(_Part):
    """An act under one rule, or a near miss.

    `violation` must be found, `near_miss` must never be called a violation, `open` can't be settled by law or
    eye: findings about it do not count. `t` is the moment the rule names (README), `during` the whole act,
    and `code` the kind of act or near miss. `line` names the stop line, solid line, lane or zone. `clear` is
    the share of the looks in `during` with at least half of the vehicle and the wheels nearest to the camera
    in sight; `provable` says that a careful viewer can see the act on the pictures.
    """

    id: str
    rule: RuleName
    verdict: Verdict
    code: str
    vehicle: int
    t: float
    during: tuple[float, float]
    line: str
    lane: str | None = None
    elapsed_red: float | None = None
    clear: Annotated[float, Field(ge=0, le=1)]
    provable: bool


class Ground(_Part):
    """Markings in metres on the ground; in pixels they are in the clip's camera file."""

    stop_lines: Mapping[str, tuple[Point, ...]] = {}
    commit_lines: Mapping[str, tuple[Point, ...]] = {}
    exits: Mapping[str, tuple[Point, ...]] = {}
    lanes: Mapping[str, tuple[Point, ...]] = {}
    solid_lines: Mapping[str, tuple[Point, ...]] = {}
    zones: Mapping[str, tuple[Point, ...]] = {}


class Stream(_Part):
    """A video file of the clip."""

    file: str
    size: tuple[int, int]


class Document(_Part):
    """`truth.yaml`: everything that does not change from frame to frame.

    `camera` is the 3×4 matrix, row by row, that takes (x, y, z, 1) in metres to (x·w, y·w, w) in pixels.
    `starts`: of a second camera's clip, how many seconds after the first one's it begins.
    """

    clip: str
    says: str
    seed: int
    light: Literal["day", "low_sun", "dusk", "night", "infrared", "rain"]
    fps: str
    starts: float = 0.0
    frames: int
    detect: Stream
    record: Stream | None = None
    camera: tuple[tuple[float, float, float, float], ...]
    lamps: tuple[Lamp, ...] = ()
    ground: Ground
    vehicles: tuple[Vehicle, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Wheel:
    """Contact point of a tyre with the road, in pixels; `hidden` if another object covers it."""

    at: Point
    hidden: bool


@dataclass(frozen=True)
class Plate:
    """Corners from the upper left clockwise, character height in pixels, visible share."""

    corners: tuple[Point, Point, Point, Point]
    character: float
    visible: float


@dataclass(frozen=True)
class Look:
    """One vehicle in one frame.

    `box` is the whole vehicle, hidden parts too, and may reach beyond the picture. `seen` is the box of the
    visible part, None if nothing is visible. `visible` is the visible share of the part inside the picture.
    `ground` is the middle of the contact points of the axle nearest to the camera, `metres` the same place on
    the ground; `heading` radians anticlockwise from +y, `speed` in m/s.
    """

    frame: int
    vehicle: int
    box: Box
    seen: Box | None
    visible: float
    ground: Point
    metres: Point
    heading: float
    speed: float
    lane: str | None
    wheels: tuple[Wheel, ...]
    plate: Plate | None

    def clipped(self, size: tuple[int, int]) -> Box:
        """The part of `box` inside a picture of this size."""
        x1, y1, x2, y2 = self.box
        return (max(0.0, x1), max(0.0, y1), min(float(size[0]), x2), min(float(size[1]), y2))


@dataclass(frozen=True)
class HeadLook:
    """One head in one frame: box and visible share."""

    frame: int
    vehicle: int
    seat: int
    box: Box
    visible: float


@dataclass(frozen=True)
class Truth:
    """A clip and its truth. Raises FileNotFoundError or pydantic.ValidationError if a file is missing or
    invalid."""

    folder: Path

    @cached_property
    def document(self) -> Document:
        """The data that do not change from frame to frame."""
        text = (self.folder / "truth.yaml").read_text(encoding="utf-8")
        return Document.model_validate(yaml.load(text, Loader=yaml.CSafeLoader))

    @property
    def fps(self) -> Fraction:
        """Frames a second; frame n is at n / fps."""
        return Fraction(self.document.fps)

    @property
    def video(self) -> Path:
        """The detect stream."""
        return self.folder / self.document.detect.file

    @property
    def camera_file(self) -> Path:
        """The camera's configuration, as `ngatu replay` takes it."""
        return self.folder / "camera.yaml"

    @cached_property
    def vehicles(self) -> Mapping[int, Vehicle]:
        """Vehicles by id."""
        return {vehicle.id: vehicle for vehicle in self.document.vehicles}

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Every vehicle in every frame it is in, by frame, then id."""
        return tuple(_look(row) for row in _rows(self.folder / "frames.csv.gz"))

    @cached_property
    def head_looks(self) -> tuple[HeadLook, ...]:
        """Every head in every frame it is in."""
        return tuple(_head_look(row) for row in _rows(self.folder / "heads.csv.gz"))

    def events(self, rule: RuleName | None = None, verdict: Verdict | None = None) -> Iterator[Event]:
        """Events in order of time, filtered by rule and verdict if given."""
        for event in self.document.events:
            if rule in (None, event.rule) and verdict in (None, event.verdict):
                yield event

    def project(self, points: Sequence[tuple[float, float, float]]) -> list[Point]:
        """World positions in metres to pixels; they must be in front of the camera."""
        found = []
        for point in points:
            x, y, w = (
                sum(a * b for a, b in zip(row, (*point, 1.0), strict=True)) for row in self.document.camera
            )
            found.append((x / w, y / w))
        return found


def clips(folder: Path = CLIPS) -> list[Truth]:
    """All clips below a folder, by name."""
    return [Truth(file.parent) for file in sorted(folder.glob("*/truth.yaml"))]


def mot_rows(truth: Truth, kinds: Sequence[str], *, least_height: float = 0.0) -> Iterator[str]:
    """Lines of a MOTChallenge `gt.txt`: frame from 1, id, left, top, width, height, counted, class, visible
    share.

    Boxes are cut to the picture. A row is counted (1) if the vehicle is of one of the `kinds`, moves or may
    move, is visible and at least `least_height` pixels high; the others (0) are ignored when scoring a
    tracker. The class is the number of the kind in `kinds` from 1, and 0 for others.
    """
    for look in truth.looks:
        vehicle = truth.vehicles[look.vehicle]
        x1, y1, x2, y2 = look.clipped(truth.document.detect.size)
        if x2 <= x1 or y2 <= y1:
            continue
        number = kinds.index(vehicle.kind) + 1 if vehicle.kind in kinds else 0
        counted = number > 0 and look.visible > 0 and not vehicle.parked and y2 - y1 >= least_height
        yield (
            f"{look.frame + 1},{look.vehicle},{x1:.1f},{y1:.1f},{x2 - x1:.1f},{y2 - y1:.1f},"
            f"{int(counted)},{number},{look.visible:.2f}"
        )


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def _look(row: Mapping[str, str]) -> Look:
    number = {name: float(row[name]) for name in FRAME_COLUMNS[2:17] if row[name]}
    seen = tuple(number[name] for name in ("vx1", "vy1", "vx2", "vy2") if name in number)
    return Look(
        frame=int(row["frame"]),
        vehicle=int(row["id"]),
        box=(number["x1"], number["y1"], number["x2"], number["y2"]),
        seen=(seen[0], seen[1], seen[2], seen[3]) if seen else None,
        visible=number["visible"],
        ground=(number["ground_x"], number["ground_y"]),
        metres=(number["metres_x"], number["metres_y"]),
        heading=number["heading"],
        speed=number["speed"],
        lane=row["lane"] or None,
        wheels=tuple(_wheel(text) for text in row["wheels"].split("|") if text),
        plate=_plate(row["plate"]) if row["plate"] else None,
    )


def _wheel(text: str) -> Wheel:
    x, y, hidden = text.split()
    return Wheel((float(x), float(y)), hidden == "1")


def _plate(text: str) -> Plate:
    v = [float(part) for part in text.split()]
    return Plate(((v[0], v[1]), (v[2], v[3]), (v[4], v[5]), (v[6], v[7])), v[8], v[9])


def _head_look(row: Mapping[str, str]) -> HeadLook:
    x1, y1, x2, y2, visible = (float(row[name]) for name in HEAD_COLUMNS[3:])
    return HeadLook(int(row["frame"]), int(row["id"]), int(row["seat"]), (x1, y1, x2, y2), visible)
