"""The approximate body colour of a vehicle: enough to notice that the registered car is a different one.

Names are those of the registration certificate's broad groups. If no colour clearly prevails, or at night,
the answer is None: an unknown colour can't contradict a register.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

SHARE = 0.45
"""Least share of the sampled pixels for a colour to be named."""

MIN_BRIGHTNESS = 60.0
"""Mean value (0..255) below which a picture is too dark to determine a colour."""

_HUES = (
    ("red", 0, 8),
    ("orange", 8, 18),
    ("yellow", 18, 35),
    ("green", 35, 85),
    ("blue", 85, 130),
    ("purple", 130, 165),
    ("red", 165, 180),
)
_NAMES = sorted({"black", "grey", "white", *(name for name, _, _ in _HUES)})
_OF_HUE = np.array(
    [
        next((_NAMES.index(n) for n, low, high in _HUES if low <= hue < high), _NAMES.index("grey"))
        for hue in range(256)
    ]
)


def body_colour(vehicle: NDArray[np.uint8]) -> str | None:
    """The prevailing body colour of a vehicle's crop (H x W x 3, BGR), or None if uncertain."""
    height, width = vehicle.shape[:2]
    # The upper third is glass and roof, the lowest fifth wheels and shadow: the body lies between.
    body = vehicle[int(height * 0.35) : int(height * 0.8), int(width * 0.15) : int(width * 0.85)]
    if min(body.shape[:2]) < 8:
        return None
    seen = cv2.cvtColor(cv2.GaussianBlur(body, (5, 5), 0), cv2.COLOR_BGR2HSV)
    pixels = np.asarray(seen, np.uint8).reshape(-1, 3)
    if pixels[:, 2].mean() < MIN_BRIGHTNESS:
        return None
    counts = np.bincount(_named(pixels), minlength=len(_NAMES))
    best = int(counts.argmax())
    return _NAMES[best] if counts[best] >= SHARE * len(pixels) else None


def _named(pixels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """For each HSV pixel (H 0..180, S and V 0..255) the index of its colour name."""
    hue, saturation, value = pixels.T
    named: NDArray[np.intp] = _OF_HUE[hue]
    pale = saturation < 45
    named[pale & (value >= 170)] = _NAMES.index("white")
    named[pale & (value >= 75) & (value < 170)] = _NAMES.index("grey")
    named[(value < 60) | (pale & (value < 75))] = _NAMES.index("black")
    return named
