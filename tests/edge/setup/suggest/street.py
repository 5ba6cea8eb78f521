"""An invented street before a camera whose geometry is known: vehicles that drive and wait, painted marks."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.rules.inputs import Point
from edge.setup.suggest.model import Image, Lights, Minute, Scale, SeenLook, SeenPlate, SeenVehicle, Still

SIZE = (1280, 720)

CAMERA = Scale(horizon=60.0, height=6.5, focal=1250.0, centre=640.0, residual_cm=0.0, samples=0)

LOOKS = 6.0
"""Looks a second."""

SIZES = {VehicleKind.MOTORBIKE: (0.9, 1.75), VehicleKind.CAR: (2.1, 1.6)}
"""Width and height in metres."""


def vehicle(
    metres: Sequence[Point], start: float = 0.0, kind: VehicleKind = VehicleKind.MOTORBIKE
) -> SeenVehicle:
    """One that is at these places (right, away) at one look after another; while it is in the picture."""
    looks = []
    for i, place in enumerate(metres):
        (x, y), (width, height) = CAMERA.pixel(place), SIZES[kind]
        pixels = 1 / CAMERA.metres_per_pixel(y)
        box = (x - width * pixels / 2, y - height * pixels, x + width * pixels / 2, y)
        if y < SIZE[1] - 5:
            looks.append(SeenLook(start + i / LOOKS, box, (x, y)))
    return SeenVehicle(kind, tuple(looks))


def drive(x: float, first: float, last: float, metres: float = 1.5) -> list[Point]:
    """Places along a lane, so many metres from one look to the next."""
    count = int(abs(last - first) / metres) + 1
    return [(x, float(away)) for away in np.linspace(first, last, count)]


def wait(x: float, away: float, seconds: float) -> list[Point]:
    """The same place for a while."""
    return [(x, away)] * int(seconds * LOOKS)


def road() -> Image:
    """A grey road with a bit of texture."""
    noise = np.random.default_rng(9).normal(90, 4, (SIZE[1], SIZE[0], 1))
    return np.repeat(np.clip(noise, 0, 255), 3, axis=2).astype(np.uint8)


def paint(picture: Image, corners: Sequence[Point], colour: tuple[int, int, int] = (215, 215, 215)) -> None:
    """Paints the area between places on the road, in metres."""
    points = np.rint([CAMERA.pixel(corner) for corner in corners]).astype(np.int32)
    cv2.fillPoly(picture, [points], colour)


def no_lights() -> Lights:
    """Nothing shone."""
    empty: NDArray[np.uint8] = np.zeros((2, 240, 426, 3), np.uint8)
    return Lights((0.0, 60.0), 3, empty, np.zeros(empty.shape[:3], bool))


def minute(
    vehicles: Sequence[SeenVehicle] = (),
    plates: Sequence[SeenPlate] = (),
    *,
    picture: Image | None = None,
    stills: Sequence[Still] = (),
    lights: Lights | None = None,
    fps: float = 25.0,
) -> Minute:
    """A recording of 60 s that showed this."""
    return Minute(
        path=Path("minute.mp4"),
        size=SIZE,
        fps=fps,
        seconds=60.0,
        background=road() if picture is None else picture,
        stills=tuple(stills),
        lights=lights or no_lights(),
        vehicles=tuple(vehicles),
        plates=tuple(plates),
    )
