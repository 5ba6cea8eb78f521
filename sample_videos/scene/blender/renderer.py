"""Frames: the empty street once per lamp state, then only the rectangles in which something moves.

Every picture is kept in the cache folder, so an interrupted run continues. The noise is the same in every
frame (fixed seed, same sample count), so a patch does not show against its surroundings.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
import numpy.typing as npt
from PIL import Image

from .cast import Outline, on_stage, sample, shadow, to_world
from .motion import Pose
from .rectangles import Rectangle, feather, merged, overlap, padded
from .script import Script
from .stage import Stage

Picture = npt.NDArray[np.float32]
PAD, FEATHER = 14, 8
PLATE_PAD, PLATE_FEATHER, PLATE_SAMPLES = 5, 3, 48
"""Plates are small: rendering them again, cleanly, costs little and keeps their characters sharp."""
HIDDEN_SAMPLES = 40


@dataclass(frozen=True)
class Sight:
    """Visible shares of a vehicle and of its plate (0..1)."""

    vehicle: float
    plate: float


class Renderer:
    """Renders frames of a script into a folder."""

    def __init__(
        self, script: Script, stage: Stage, outlines: dict[str, Outline], folder: Path, samples: int
    ) -> None:
        self._script, self._stage, self._folder = script, stage, folder
        self._outlines = outlines
        self._probes = {name: sample(outline.surface, HIDDEN_SAMPLES) for name, outline in outlines.items()}
        self._hulls = {name: sample(outline.surface, 600) for name, outline in outlines.items()}
        self._sun = stage.sunlight()
        self._standing: dict[tuple[object, ...], Picture] = {}
        self._samples = samples

    def frame(self, index: int) -> None:
        """Render one frame and its visibility data, unless both files exist already."""
        file, facts = frame_file(self._folder, index), facts_file(self._folder, index)
        if file.exists() and facts.exists():
            return
        t = index / self._script.fps
        poses, state = on_stage(self._script, t), self._script.lamp.at(t)
        still = {name: pose for name, pose in poses.items() if pose.speed < 1e-6}
        moving = [name for name in poses if name not in still]
        picture = self._with_standing(still, state)
        self._stage.place(poses, state)
        dirty = self._dirty({name: poses[name] for name in moving})
        picture = self._with_plates(self._refresh(picture, dirty), poses, dirty)
        facts.write_text(json.dumps({name: vars(self._sight(name, pose)) for name, pose in poses.items()}))
        _save(picture, file)

    def _with_standing(self, still: dict[str, Pose], state: str) -> Picture:
        """The street with the standing vehicles in it."""
        key = (state, *sorted((name, pose.x, pose.y, pose.brake) for name, pose in still.items()))
        if key not in self._standing:
            street = self._street(state)
            self._stage.place(still, state)
            dirty = self._dirty(still)
            self._standing[key] = self._with_plates(self._refresh(street, dirty), still, dirty)
        return self._standing[key]

    def _street(self, state: str) -> Picture:
        """The empty street; the first lamp state is rendered whole, the others only around the head."""
        file = self._folder / f"street_{state}.png"
        if not file.exists():
            first = self._script.lamp.phases[0][2]
            view = self._script.camera
            if state == first:
                self._stage.place({}, state)
                picture = self._render((0, 0, view.width, view.height))
            else:
                head = padded(view.box(np.array(self._script.lamp.corners())), 30, view.width, view.height)
                dark = self._street(first)
                self._stage.place({}, state)
                picture = self._refresh(dark, [head] if head else [])
            _save(picture, file)
        return _load(file)

    def _dirty(self, poses: dict[str, Pose]) -> list[Rectangle]:
        view, found = self._script.camera, list[Rectangle]()
        for name, pose in poses.items():
            body = to_world(self._hulls[name], pose)
            for points in (body, shadow(body, self._sun)):
                rectangle = padded(view.box(points), PAD, view.width, view.height)
                found += [rectangle] if rectangle else []
        return merged(found)

    def _with_plates(self, picture: Picture, poses: dict[str, Pose], dirty: list[Rectangle]) -> Picture:
        """The picture with every plate inside the dirty rectangles rendered again with many samples."""
        view = self._script.camera
        around = [view.box(to_world(self._outlines[name].plate, pose)) for name, pose in poses.items()]
        plates = [padded(box, PLATE_PAD, view.width, view.height) for box in around]
        touched = [plate for plate in plates if plate and any(overlap(plate, other) for other in dirty)]
        return self._refresh(picture, touched, PLATE_FEATHER, PLATE_SAMPLES)

    def _refresh(
        self, picture: Picture, rectangles: list[Rectangle], edge: int = FEATHER, samples: int | None = None
    ) -> Picture:
        fresh, view = picture.copy(), self._script.camera
        for rectangle in rectangles:
            x1, y1, x2, y2 = rectangle
            weight = feather(rectangle, edge, view.width, view.height)[..., None].astype(np.float32)
            fresh[y1:y2, x1:x2] += weight * (self._render(rectangle, samples) - fresh[y1:y2, x1:x2])
        return fresh

    def _render(self, rectangle: Rectangle, samples: int | None = None) -> Picture:
        scene, view = bpy.context.scene, self._script.camera
        x1, y1, x2, y2 = rectangle
        scene.render.use_border = scene.render.use_crop_to_border = True
        scene.render.border_min_x, scene.render.border_max_x = (
            (x1 + 0.25) / view.width,
            (x2 + 0.25) / view.width,
        )
        scene.render.border_min_y, scene.render.border_max_y = (
            1 - (y2 - 0.25) / view.height,
            1 - (y1 - 0.25) / view.height,
        )
        scene.cycles.samples = samples or self._samples
        part = self._folder / "part.png"
        scene.render.filepath = str(part)
        with _quiet():
            bpy.ops.render.render(write_still=True)
        picture = _load(part)
        if picture.shape[:2] != (y2 - y1, x2 - x1):
            raise RuntimeError(f"Blender rendered {picture.shape[:2]} for the rectangle {rectangle}")
        return picture

    def _sight(self, name: str, pose: Pose) -> Sight:
        view = self._script.camera
        probes = to_world(self._probes[name], pose)
        seen = view.project(probes)
        inside = (
            (seen[:, 2] > 1)
            & (seen[:, 0] >= 0)
            & (seen[:, 0] < view.width)
            & (seen[:, 1] >= 0)
            & (seen[:, 1] < view.height)
        )
        corners = to_world(self._outlines[name].plate, pose)
        middle = corners.mean(axis=0)
        plate = np.vstack([middle, middle + 0.85 * (corners - middle)])
        return Sight(
            round(self._stage.seen_part(name, probes[inside]), 2),
            round(self._stage.seen_plate(name, plate), 2),
        )


def frame_file(folder: Path, index: int) -> Path:
    """Where a frame's picture is kept."""
    return folder / f"{index:04d}.png"


def facts_file(folder: Path, index: int) -> Path:
    """File with a frame's shares of visible surface (JSON)."""
    return folder / f"{index:04d}.json"


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppresses the line that Blender prints from C for every saved picture, past `sys.stdout`."""
    kept = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _save(picture: Picture, file: Path) -> None:
    partial = file.with_suffix(".partial")
    Image.fromarray(np.clip(picture + 0.5, 0, 255).astype(np.uint8)).save(partial, "PNG")
    partial.rename(file)


def _load(file: Path) -> Picture:
    return np.asarray(Image.open(file).convert("RGB"), dtype=np.float32)
