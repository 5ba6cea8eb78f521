"""Visibility of each vehicle in a frame: boxes, visible share, wheels, plate, heads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import hypot
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .bodies.shapes import HEAD_PART, PLATE_PART
from .cast import Looks, bodies, extremes, people_meshes
from .picture.optics import Camera
from .picture.things import Thing
from .plates import GLYPH_MM, SIZES_MM
from .stage import FIRST_HEAD, Stage

Array = npt.NDArray[np.float64]
Ids = npt.NDArray[np.uint16]
Box = tuple[float, float, float, float]
Row = dict[str, Any]
LEAST_PIXELS = 6
"""Objects with fewer visible pixels than this are not listed."""
SHEET_WIDTH = 2048


class Draws(Protocol):
    """The required interface of a renderer."""

    def ids(self, camera: Camera, things: Sequence[Thing]) -> Ids:
        """The object id of each pixel."""

    def alone(
        self,
        camera: Camera,
        things: Sequence[Thing],
        tiles: Mapping[int, tuple[int, int]],
        sheet: tuple[int, int],
    ) -> Ids:
        """Every object as if nothing were in front of it."""


@dataclass(frozen=True)
class Seen:
    """One frame: its rows of frames.csv and heads.csv, and the visible shares of the signal heads."""

    vehicles: dict[int, Row]
    heads: dict[tuple[int, int], tuple[Box, float]]
    signals: dict[int, float]


def look(stage: Stage, camera: Camera, draws: Draws, t: float) -> Seen:
    """All visible objects at `t`."""
    things = stage.moment(t).things
    looks_of = _looks_of(stage)
    places = {thing.id: _place(thing) for thing in things if thing.id in looks_of}
    outlines = _outlines(stage, things, places)
    boxes = {id_: box for id_, points in outlines.items() if (box := _box(camera, points)) is not None}
    sheet, tiles = _tiles(boxes, camera.size)
    ids = draws.ids(camera, things)
    whole = np.bincount(draws.alone(camera, things, tiles, sheet).ravel() >> 5, minlength=2048)
    seen = np.bincount(ids.ravel() >> 5, minlength=2048)
    found = ndimage.find_objects((ids >> 5).astype(np.int32))
    vehicles, heads = dict[int, Row](), dict[tuple[int, int], tuple[Box, float]]()
    for id_, box in boxes.items():
        if id_ >= FIRST_HEAD or whole[id_] < LEAST_PIXELS:
            continue
        part = found[id_ - 1] if id_ <= len(found) else None
        inner = None if part is None else _bounds(part)
        row = vehicles[id_] = {
            "box": box if inner is None else _around(box, inner),
            "seen": inner,
            "visible": round(min(1.0, float(seen[id_] / whole[id_])), 3),
        }
        place, looks = places[id_], looks_of[id_]
        if looks is None:
            row.update(_walker_ground(camera, place))
        else:
            row.update(_wheels(camera, place, looks, ids, id_))
            row["plate"] = _plate(camera, place, looks, ids, id_)
            heads.update(_heads(camera, place, looks, ids, id_))
    signals = {id_ - FIRST_HEAD: float(seen[id_] / max(1, whole[id_])) for id_ in boxes if id_ >= FIRST_HEAD}
    return Seen(vehicles, heads, signals)


Place = tuple[float, float, float, float, float]
"""x, y, z, heading, roll."""


def _looks_of(stage: Stage) -> dict[int, Looks | None]:
    """Appearance of everybody in a clip, by id; None for pedestrians."""
    cast = stage.cast
    drivers = [*cast.drivers.values(), *(driver for driver, _ in cast.parked)]
    return {driver.id: driver.looks for driver in drivers} | dict.fromkeys(w.id for w in cast.walkers)


def _place(thing: Thing) -> Place:
    """The drawn position; the parts of a vehicle and its people share one."""
    return (*thing.place, thing.lean[0])


def to_world(points: Array, place: Place) -> Array:
    """Points of a vehicle's own frame (n, 3) in the world, transformed as in the shaders."""
    x, y, z, heading, roll = place
    c, s = np.cos(roll), np.sin(roll)
    rolled = points @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    c, s = np.cos(heading), np.sin(heading)
    world: Array = rolled @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + (x, y, z)
    return world


@cache
def _outline(names: tuple[str, ...]) -> Array:
    meshes = [bodies()[name].mesh if name in bodies() else people_meshes()[name] for name in names]
    return extremes(np.concatenate([mesh.points for mesh in meshes]))


def _outlines(stage: Stage, things: Sequence[Thing], places: Mapping[int, Place]) -> dict[int, Array]:
    """Points of everything in the world, by id."""
    names: dict[int, list[str]] = {}
    for thing in things:
        if thing.id in places:
            names.setdefault(thing.id, []).append(thing.mesh)
    found = {id_: to_world(_outline(tuple(parts)), places[id_]) for id_, parts in names.items()}
    for number, head in enumerate(stage.street.heads):
        found[FIRST_HEAD + number] = np.array(head.corners)
    return found


def _box(camera: Camera, points: Array) -> Box | None:
    """The bounding box of points, which may reach beyond the picture; None if outside or too near."""
    pixels = camera.project(points)
    if pixels[:, 2].min() < 1.2:
        return None
    (x1, y1), (x2, y2) = pixels[:, :2].min(axis=0), pixels[:, :2].max(axis=0)
    width, height = camera.size
    if x2 <= 0 or y2 <= 0 or x1 >= width or y1 >= height:
        return None
    return float(x1), float(y1), float(x2), float(y2)


def _tiles(
    boxes: Mapping[int, Box], size: tuple[int, int]
) -> tuple[tuple[int, int], dict[int, tuple[int, int]]]:
    """A sheet large enough for all boxes side by side, and the shift of each (x right, y up) into it."""
    width, height = size
    shifts, x, y, row = dict[int, tuple[int, int]](), 0, 0, 0
    cut = {}
    for id_, (x1, y1, x2, y2) in boxes.items():
        left, right = max(0, int(x1) - 3), min(width, int(x2) + 4)
        low, high = max(0, height - int(y2) - 4), min(height, height - int(y1) + 3)
        cut[id_] = (left, low, right - left, high - low)
    for id_, (left, low, wide, tall) in sorted(cut.items(), key=lambda item: (-item[1][3], item[0])):
        if x + wide > SHEET_WIDTH:
            x, y, row = 0, y + row, 0
        shifts[id_] = (x - left, y - low)
        x, row = x + wide, max(row, tall)
    return (SHEET_WIDTH, -(-max(1, y + row) // 256) * 256), shifts


def _around(box: Box, inner: Box) -> Box:
    """The box enlarged to the visible pixels: the outline leaves out points that hardly stick out."""
    return min(box[0], inner[0]), min(box[1], inner[1]), max(box[2], inner[2]), max(box[3], inner[3])


def _bounds(part: tuple[slice, slice]) -> Box:
    rows, columns = part
    return float(columns.start), float(rows.start), float(columns.stop), float(rows.stop)


def _walker_ground(camera: Camera, place: Place) -> Row:
    pixel = camera.project(np.array([place[:3]]))[0]
    return {"ground": (float(pixel[0]), float(pixel[1])), "metres": place[:2], "wheels": (), "plate": None}


def _wheels(camera: Camera, place: Place, looks: Looks, ids: Ids, id_: int) -> Row:
    body = bodies()[looks.body]
    world = to_world(body.wheels, (*place[:4], 0.0))
    pixels = camera.project(world)
    wheels = tuple((float(u), float(v), _hidden(ids, u, v, id_)) for u, v, _ in pixels)
    axles = world.reshape(2, -1, 3).mean(axis=1)
    depth = camera.project(axles)
    near = int(np.argmin(depth[:, 2]))
    return {
        "ground": (float(depth[near, 0]), float(depth[near, 1])),
        "metres": (float(axles[near, 0]), float(axles[near, 1])),
        "wheels": wheels,
    }


def _hidden(ids: Ids, u: float, v: float, id_: int) -> bool:
    """True if something other than the vehicle (or the ground) covers the pixel."""
    x, y = int(u), int(v)
    if not (0 <= y < ids.shape[0] and 0 <= x < ids.shape[1]):
        return False
    there = int(ids[y, x]) >> 5
    return there not in (0, id_)


def _plate(
    camera: Camera, place: Place, looks: Looks, ids: Ids, id_: int
) -> tuple[Array, float, float] | None:
    """Corners, character height in pixels and visible share of the plate that faces the camera."""
    body = bodies()[looks.body]
    for number, quad in enumerate(body.plates if looks.plate else ()):
        plate_format = body.plate if number == 0 else "long"
        pixels = camera.project(to_world(np.array(quad), place))
        corners = pixels[:, :2]
        along, down = corners[1] - corners[0], corners[3] - corners[0]
        if pixels[:, 2].min() < 1.2 or along[0] * down[1] - along[1] * down[0] < 4.0:
            continue
        width, height = camera.size
        if corners.min() < 0 or (corners > (width, height)).any():
            continue
        tall = float(hypot(*down)) * GLYPH_MM[plate_format][1] / SIZES_MM[plate_format][1]
        share = _share(ids, corners, id_, PLATE_PART)
        return (corners, tall, share) if share > 0 else None
    return None


@cache
def _head_points(seat: str, number: int, *, helmet: bool) -> Array:
    return extremes(people_meshes()[f"{'helmet' if helmet else 'hair'} {seat} {number}"].points, 80)


def _heads(
    camera: Camera, place: Place, looks: Looks, ids: Ids, id_: int
) -> dict[tuple[int, int], tuple[Box, float]]:
    found = {}
    for number, person in enumerate(looks.people):
        points = to_world(_head_points(person.seat, number, helmet=person.helmet), place)
        box = _box(camera, points)
        if box is not None:
            hull = cv2.convexHull(camera.project(points)[:, :2].astype(np.float32))[:, 0]
            found[id_, number] = (box, _share(ids, hull, id_, HEAD_PART + number))
    return found


def _share(ids: Ids, outline: Any, id_: int, part: int) -> float:
    """Share of a convex outline's pixels inside the picture that show this part of the vehicle."""
    x1, y1 = np.maximum(np.floor(np.min(outline, axis=0)).astype(int) - 1, 0)
    x2, y2 = np.minimum(np.ceil(np.max(outline, axis=0)).astype(int) + 2, ids.shape[::-1])
    if x2 <= x1 or y2 <= y1:
        return 0.0
    mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
    inner = np.round((np.asarray(outline) - (x1, y1) - 0.5) * 16).astype(np.int32)
    cv2.fillConvexPoly(mask, inner, 1, shift=4)
    hit = (ids[y1:y2, x1:x2] == id_ * 32 + part) & (mask > 0)
    return round(min(1.0, float(hit.sum() / max(1, mask.sum()))), 2)
