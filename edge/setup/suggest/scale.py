"""Size of objects on the road, from number plates and vehicles of known size.

Sizes grow in proportion to the distance below the horizon. The horizon is where straight paths meet,
corrected a little by the sizes; plates give the camera's height, or vehicles if there are few plates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from contract.vehicles import VehicleKind
from edge.rules.inputs import Point
from edge.setup.suggest.model import Minute, Scale, SeenLook, SeenPlate, SeenVehicle

PLATES = {VehicleKind.MOTORBIKE: 0.19, VehicleKind.CAR: 0.33}
"""Width of two-line plates in metres (Circular 79/2024: 190 x 140 mm, 330 x 165 mm)."""

LONG_PLATE, LONG_SIDES = 0.52, 3.2
"""Width in metres of a one-line plate (520 x 110 mm), and width to height from which a plate is one."""

PLATE_ABOVE = 0.6
"""Height of plates above the road in metres."""

VEHICLES = {VehicleKind.MOTORBIKE: (0.9, 0.6), VehicleKind.CAR: (2.1, 1.3)}
"""Width in metres of the detector's box around a vehicle seen from behind or the front, including elbows,
mirrors and a bit of its side; and width-to-height ratio up to which it is seen so, not from the side."""

PLATE_ERROR, VEHICLE_ERROR = 0.05, 0.10
"""Relative standard deviation of one plate's width and of one box's."""

PLATE_BIAS, VEHICLE_BIAS = 0.02, 0.10
"""The same of the error common to all plates, or to all boxes of a kind: their mean may be off."""

EDGE_PIXELS = 1.5
"""Additional error in pixels of a detected edge: in rain, small plates are found too wide."""

EQUAL = 40
"""Above this number of samples of one sort each counts less: systematic errors do not average out."""

NARROWEST = 15.0
"""Pixels of width from which a plate is used."""

HORIZON_ERROR = 0.012
"""Standard deviation of the paths' meeting point, in parts of the picture's height."""

SMALLEST = 30.0
"""Least height in pixels of the boxes used."""

MOST_LOOKS = 6
"""Looks at one vehicle that are used: a queue must not outvote the rest."""

LEAST_SAMPLES = 12
"""Measured widths needed for a scale."""

ROOF, ROOF_AHEAD = 1.45, 2.8
"""Metres: height of a car's roof, and distance ahead of the rear bumper of its highest visible point."""

LEAST_CARS = 5
"""Cars needed to estimate the focal length."""

BELIEVED = 0.6
"""Weight of their estimate against the usual lens, whose focal length is the picture's width."""


class _Sample(NamedTuple):
    """One width in pixels at row `y`, of an object of `metres`, `above` the road; `kind` is 0 for plates, 1
    on for `VEHICLES`."""

    y: float
    pixels: float
    metres: float
    above: float
    kind: int


@dataclass(frozen=True, eq=False)
class _Samples:
    y: NDArray[np.float64]
    pixels: NDArray[np.float64]
    metres: NDArray[np.float64]
    above: NDArray[np.float64]
    kind: NDArray[np.int_]

    def measured(self, horizon: float, height: float) -> NDArray[np.float64]:
        """The widths in metres, given a horizon and a camera height."""
        return self.pixels * (height - self.above) / np.maximum(self.y - horizon, 1.0)


def scale(minute: Minute, top: Point) -> Scale | None:
    """The scale of a camera whose straight paths meet at `top`; None if too few sizes were seen."""
    found = [*_of_plates(minute.plates, top), *_of_vehicles(minute.vehicles, minute.size, top)]
    if len(found) < LEAST_SAMPLES:
        return None
    y, pixels, metres, above, kind = (np.array(column, float) for column in zip(*found, strict=True))
    samples = _Samples(y, pixels, metres, above, kind.astype(int))
    horizon, height = _fitted(samples, top[1], minute.size[1])
    off = np.abs(samples.measured(horizon, height) - samples.metres)
    return Scale(
        horizon=horizon,
        height=height,
        focal=_focal(minute, horizon, height),
        centre=minute.size[0] / 2,
        residual_cm=float(np.median(off)) * 100,
        samples=len(found),
    )


def _of_plates(plates: Sequence[SeenPlate], top: Point) -> Iterator[_Sample]:
    for plate in plates:
        metres = PLATES.get(plate.kind)
        if metres is None or plate.at[1] <= top[1] + 1 or plate.width < NARROWEST or plate.height <= 0:
            continue
        long = plate.width / plate.height >= LONG_SIDES and plate.kind is VehicleKind.CAR
        yield _Sample(plate.at[1], plate.width, LONG_PLATE if long else metres, PLATE_ABOVE, 0)


def _of_vehicles(vehicles: Sequence[SeenVehicle], size: tuple[int, int], top: Point) -> Iterator[_Sample]:
    for vehicle in vehicles:
        if vehicle.kind not in VEHICLES:
            continue
        metres, sides = VEHICLES[vehicle.kind]
        whole = [look for look in vehicle.looks if _is_whole(look, size) and look.box[3] > top[1] + 1]
        for look in whole[:: max(1, -(-len(whole) // MOST_LOOKS))]:
            width, height = look.box[2] - look.box[0], look.box[3] - look.box[1]
            if width <= sides * height:
                yield _Sample(look.box[3], width, metres, 0.0, 1 + list(VEHICLES).index(vehicle.kind))


def _is_whole(look: SeenLook, size: tuple[int, int]) -> bool:
    """Whether the box is large enough, not cut by the picture's edge, and ends at the wheels."""
    x1, y1, x2, y2 = look.box
    inside = x1 > 2 and y1 > 2 and x2 < size[0] - 2 and y2 < size[1] - 4
    return inside and y2 - y1 >= SMALLEST and look.wheels is not None and abs(look.wheels[1] - y2) <= 2


def _fitted(samples: _Samples, top: float, height: int) -> tuple[float, float]:
    """Horizon and camera height that explain the widths best, without outliers, and the common error of each
    sort."""
    plate = samples.kind == 0
    edges = EDGE_PIXELS / samples.pixels
    error = np.where(plate, PLATE_ERROR, VEHICLE_ERROR) + edges
    counts = np.bincount(samples.kind, minlength=1 + len(VEHICLES))
    error = error * np.sqrt(np.maximum(1.0, counts / EQUAL))[samples.kind]
    narrow = float(np.median(edges[plate])) if plate.any() else 0.0
    bias = np.array([PLATE_BIAS + narrow, *([VEHICLE_BIAS] * len(VEHICLES))])

    def off(x: NDArray[np.float64]) -> NDArray[np.float64]:
        known = samples.metres * np.exp(x[2:][samples.kind])
        widths = samples.measured(x[0] * height, np.exp(x[1]))
        each = np.log(np.maximum(widths, 1e-3) / known) / error
        return np.concatenate((_bounded(each), [(x[0] - top / height) / HORIZON_ERROR], x[2:] / bias))

    first = np.median(samples.metres * (samples.y - top) / samples.pixels + samples.above)
    start = np.array([top / height, np.log(max(2.0, first)), *([0.0] * len(bias))])
    fitted = least_squares(off, start)
    return float(fitted.x[0] * height), float(np.exp(fitted.x[1]))


def _bounded(each: NDArray[np.float64]) -> NDArray[np.float64]:
    """Residuals with bounded influence, so that a plate of another type doesn't pull (Cauchy)."""
    return np.asarray(np.sign(each) * np.sqrt(np.log1p(each**2)), float)


def _focal(minute: Minute, horizon: float, height: float) -> float:
    """Focal length in pixels, from the apparent height of cars; the picture's width if there are too few."""
    if height <= 2 * ROOF:
        return float(minute.size[0])
    found = []
    for vehicle in minute.vehicles:
        if vehicle.kind is not VehicleKind.CAR:
            continue
        looks = [look for look in vehicle.looks if _is_whole(look, minute.size)]
        values = [f for look in looks if (f := _focal_of(look, horizon, height)) is not None]
        found += [float(np.median(values))] if values else []
    if len(found) < LEAST_CARS:
        return float(minute.size[0])
    against_usual = np.clip(np.median(found) / minute.size[0], 0.5, 3.0)
    return float(minute.size[0] * against_usual**BELIEVED)


def _focal_of(look: SeenLook, horizon: float, height: float) -> float | None:
    x1, y1, x2, y2 = look.box
    if x2 - x1 > VEHICLES[VehicleKind.CAR][1] * (y2 - y1) or y1 <= horizon + 1:
        return None
    # Its roof would stand at (height - ROOF) / height of the way up if it were as near as the bumper.
    nearer = (y1 - horizon) / (y2 - horizon) * height / (height - ROOF)
    if not 0.3 < nearer < 0.98:
        return None
    away = ROOF_AHEAD * nearer / (1 - nearer)
    return away * (y2 - horizon) / height
