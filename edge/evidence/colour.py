"""The body colour of a vehicle, roughly: enough to notice that the registered car is another one.

Names are those of the registration certificate's broad groups. Where no colour clearly prevails, or at night,
the answer is None: an unknown colour can't contradict a register.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

SHARE = 0.45
"""A colour is named when at least this share of the looked-at pixels have it."""

MIN_BRIGHTNESS = 60.0
"""Mean value (0..255) below which a picture is too dark to tell a colour."""

_HUES = (
    ("red", 0, 8),
    ("orange", 8, 18),
    ("yellow", 18, 35),
    ("green", 35, 85),
    ("blue", 85, 130),
    ("purple", 130, 165),
    ("red", 165, 180),
)


def body_colour(vehicle: NDArray[np.uint8]) -> str | None:
    """The prevailing body colour of a vehicle's crop (H x W x 3, BGR), or None when it can't be told."""
    height, width = vehicle.shape[:2]
    # The upper third is glass and roof, the lowest fifth wheels and shadow: the body lies between.
    body = vehicle[int(height * 0.35) : int(height * 0.8), int(width * 0.15) : int(width * 0.85)]
    if min(body.shape[:2]) < 8:
        return None
    pixels = cv2.cvtColor(cv2.GaussianBlur(body, (5, 5), 0), cv2.COLOR_BGR2HSV).reshape(-1, 3).astype(float)
    if pixels[:, 2].mean() < MIN_BRIGHTNESS:
        return None
    names = _names(pixels)
    found, counts = np.unique(names, return_counts=True)
    best = int(counts.argmax())
    return str(found[best]) if counts[best] >= SHARE * len(names) else None


def _names(pixels: NDArray[np.float64]) -> NDArray[np.str_]:
    """A colour name for each HSV pixel (H 0..180, S and V 0..255)."""
    hue, saturation, value = pixels.T
    names = np.full(len(pixels), "grey", dtype="<U8")
    for name, low, high in _HUES:
        names[(hue >= low) & (hue < high)] = name
    pale = saturation < 45
    names[pale & (value >= 170)] = "white"
    names[pale & (value >= 75) & (value < 170)] = "grey"
    names[value < 60] = "black"
    names[pale & (value < 75)] = "black"
    return names
