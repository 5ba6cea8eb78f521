"""Input data and results of the suggestions for the person who sets up a camera.

Points and boxes are pixels of the recording, x right, y down; times are seconds from its first frame.
Directions are vectors of length 1 in the picture. A confidence is 0 to 1 and gives the order in which a
person should check: below `DOUBTFUL` drawing again is better than trusting a suggestion.
"""

from dataclasses import dataclass, field
from math import hypot
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from configs.scene import Movement
from contract.reasons import Reason
from contract.types import LampColour
from contract.vehicles import VehicleKind
from edge.rules.inputs import Box, Point, Polyline
from edge.signal.lamp import Layout

Image = NDArray[np.uint8]
"""A picture, height x width x 3, BGR."""

DOUBTFUL = 0.5
"""Confidence below which a suggestion needs a careful check."""


@dataclass(frozen=True)
class SeenLook:
    """One look at a vehicle; `wheels` is the middle of its nearest wheels, None if hidden."""

    t: float
    box: Box
    wheels: Point | None


@dataclass(frozen=True)
class SeenVehicle:
    """The looks at one vehicle, in order of time."""

    kind: VehicleKind
    looks: tuple[SeenLook, ...]


@dataclass(frozen=True)
class SeenPlate:
    """A number plate found on a vehicle: its position, its width in pixels along the text, and its rows'
    shape (`height` between the upper and lower edge)."""

    t: float
    at: Point
    width: float
    height: float
    kind: VehicleKind


@dataclass(frozen=True, eq=False)
class Still:
    """A picture of the recording, stored as JPEG: a minute of them fits into a phone's memory."""

    t: float
    jpeg: bytes

    @property
    def picture(self) -> Image:
        """The picture itself."""
        return np.asarray(cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@dataclass(frozen=True, eq=False)
class Lights:
    """Strength of red, amber and green in each small square of the picture over time.

    `shine` has looks x rows x columns x (red, amber, green), 0 to 255; a square measures `cell` pixels.
    `hidden` (looks x rows x columns) is true while a vehicle covered the square.
    """

    times: tuple[float, ...]
    cell: int
    shine: NDArray[np.uint8]
    hidden: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Minute:
    """Observations from one recording of a camera. `background` is the street without moving objects."""

    path: Path
    size: tuple[int, int]
    fps: float
    seconds: float
    background: Image
    stills: tuple[Still, ...]
    lights: Lights
    vehicles: tuple[SeenVehicle, ...]
    plates: tuple[SeenPlate, ...]


@dataclass(frozen=True)
class LampPhase:
    """A stretch of one colour of a lamp head."""

    colour: LampColour
    start: float
    end: float


@dataclass(frozen=True)
class LampHead:
    """A lamp head (đèn tín hiệu): its housing and its phases.

    `cycle` is from one start of a colour to the next of the same, `amber` the length of a whole amber; None
    if the recording did not show one.
    """

    box: Box
    layout: Layout
    phases: tuple[LampPhase, ...]
    cycle: float | None
    amber: float | None
    confidence: float

    @property
    def colours(self) -> frozenset[LampColour]:
        """The colours seen lit."""
        return frozenset(phase.colour for phase in self.phases)


@dataclass(frozen=True)
class StopLine:
    """A stop line (vạch dừng) from left to right as a driver sees it; `direction` is into the junction.

    `stood` is the number of vehicles that waited at it, `painted` whether a white line was found there.
    """

    line: tuple[Point, Point]
    direction: Point
    stood: int
    painted: bool
    confidence: float


@dataclass(frozen=True)
class Lane:
    """A strip of road used by vehicles, with the kinds and movements seen in it."""

    polygon: Polyline
    direction: Point
    kinds: frozenset[VehicleKind]
    movements: frozenset[Movement]
    vehicles: int
    confidence: float


@dataclass(frozen=True)
class Scale:
    """Size of objects on the road, for a level camera.

    An object one metre wide, across the view, at row y of the picture measures (y - `horizon`) / `height`
    pixels, `height` being the camera's above the road in metres (over the cosine of its tilt). The distance
    of a row follows from `focal` (pixels), which vehicle sizes give only roughly. `residual_cm` is the median
    error, over all `samples`, of a vehicle's or plate's width measured with this scale.
    """

    horizon: float
    height: float
    focal: float
    centre: float
    residual_cm: float
    samples: int

    def metres_per_pixel(self, y: float) -> float:
        """Metres across the view for one pixel at row y; infinite at and above the horizon."""
        below = y - self.horizon
        return self.height / below if below > 0 else float("inf")

    def ground(self, point: Point) -> Point:
        """Metres on the road: to the right of the camera's view, and away from it.

        Raises:
            ValueError: the point is not on the road but above the horizon.
        """
        x, y = point
        if y <= self.horizon:
            raise ValueError(f"row {y:.0f} is above the horizon at {self.horizon:.0f}")
        across = self.metres_per_pixel(y)
        return (x - self.centre) * across, self.focal * across

    def pixel(self, metres: Point) -> Point:
        """The pixel of that point on the road: for a grid drawn on it."""
        right, away = metres
        below = self.focal * self.height / away
        return self.centre + right * below / self.height, self.horizon + below


@dataclass(frozen=True, eq=False)
class PlatePixels:
    """Width of plates in each square of the picture.

    `width` has rows x columns: the median width in pixels of the plates seen there, 0 if none; a square
    measures `cell` pixels. `found` and `passed` are plates found and vehicles seen in total. `readable_row`
    is the row of the picture below which plates are wide enough to be read, None if nowhere.
    """

    cell: int
    width: NDArray[np.float32]
    found: int
    passed: int
    readable_row: float | None


@dataclass(frozen=True)
class Suggestions:
    """Everything suggested for one recording. `warnings` are codes with values, for `configs.words`."""

    heads: tuple[LampHead, ...] = ()
    stop_lines: tuple[StopLine, ...] = ()
    lanes: tuple[Lane, ...] = ()
    scale: Scale | None = None
    plates: PlatePixels | None = None
    warnings: tuple[Reason, ...] = field(default=())


def unit(vector: Point) -> Point:
    """The vector scaled to length 1; its length must not be 0."""
    length = hypot(*vector)
    return vector[0] / length, vector[1] / length
