"""Properties of each vehicle model that are known without building it: detector class, plate, wheels."""

from dataclasses import dataclass
from typing import Literal

from ..plates import Format


@dataclass(frozen=True)
class Kind:
    """Class as a detector names it, plate format, wheelbase and half track (m)."""

    vehicle: Literal["car", "truck", "motorbike"]
    plate: Format
    wheelbase: float
    half_track: float


KINDS = {
    "sedan": Kind("car", "short", 2.62, 0.78),
    "hatchback": Kind("car", "short", 2.42, 0.74),
    "suv": Kind("car", "long", 2.70, 0.82),
    "truck": Kind("truck", "short", 2.75, 0.70),
    "scooter": Kind("motorbike", "motorbike", 1.22, 0.0),
    "underbone": Kind("motorbike", "motorbike", 1.22, 0.0),
}
