"""What colour a lamp head (đèn tín hiệu) shows in one picture, or honestly "unknown".

A small network looks at the crop of the housing; it has a class of its own for whatever is no readable head:
covered by a bus, burnt out by the sun, dark. Where it is not sure, or the crop says nothing, the answer is
`unknown`, because a guess could fine someone.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.networks import open_network
from edge.rules.inputs import Box
from models import load

CROP_WIDTH = 20
CROP_HEIGHT = 48
"""Input of the network: a head standing upright."""

MIN_CONFIDENCE = 0.6
"""Share of belief below which a colour is not named."""

MIN_SECOND = 0.9
"""Share of belief in another colour, once the first lamp is blanked out, from which two lamps are lit."""

LENSES: dict[str, int] = {"red": 0, "amber": 1, "green": 2}
"""Place of each lens in an upright head, from the top."""

MIN_SIZE = 4
"""Pixels a head must measure across to be read at all."""

Reading = Literal["red", "amber", "green", "off", "unknown", "fault"]
Layout = Literal["vertical", "horizontal"]
Image = NDArray[np.uint8]


@dataclass(frozen=True)
class LampReading:
    """One look at a head: what it shows, and the network's belief in that (0 for `unknown`).

    `fault`: two lamps are lit at once.
    """

    colour: Reading
    confidence: float


UNKNOWN = LampReading("unknown", 0.0)


class LampReader:
    """Reads heads; one serves all heads of a process."""

    def __init__(self) -> None:
        """Load the packaged network.

        Raises:
            ModelCardError: it is missing or not the one its card describes.
        """
        card, path = load("lamps")
        self._classes = card.classes
        self._session = open_network(path)

    def read(self, image: Image, box: Box, layout: Layout = "vertical") -> LampReading:
        """Look at the head whose housing fills `box` (pixels of `image`, BGR).

        A horizontal head has its red lamp at the left, as where one drives on the right. A box that leaves
        the picture or is too small to read gives `unknown`.
        """
        x1, y1, x2, y2 = (round(v) for v in box)
        height, width = image.shape[:2]
        inside = x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height
        if not inside or min(x2 - x1, y2 - y1) < MIN_SIZE:
            return UNKNOWN
        crop = image[y1:y2, x1:x2]
        if layout == "horizontal":
            crop = np.rot90(crop, -1)
        small = cv2.resize(crop, (CROP_WIDTH, CROP_HEIGHT), interpolation=cv2.INTER_AREA)
        head = np.asarray(small, np.uint8)
        name, confidence = self._name(head)
        if name == "other" or confidence < MIN_CONFIDENCE:
            return UNKNOWN
        if name in LENSES:
            second, belief = self._name(_blanked(head, LENSES[name]))
            if second in LENSES and second != name and belief >= MIN_SECOND:
                return LampReading("fault", belief)
        return LampReading(name, confidence)  # type: ignore[arg-type]  # the card's classes are readings

    def _name(self, head: Image) -> tuple[str, float]:
        """The likeliest class of a head of the network's input size, and its share of belief."""
        blob = cv2.dnn.blobFromImage(head, 1 / 255, swapRB=True)
        shares: NDArray[np.float32] = self._session.run(None, {"head": blob})[0][0]
        best = int(shares.argmax())
        return self._classes[best], float(shares[best])


def _blanked(head: Image, lens: int) -> Image:
    """The head with one lens covered by a copy of the darker of the two others."""
    third = CROP_HEIGHT // 3
    parts = [head[i * third : (i + 1) * third] for i in range(3)]
    darkest = min((i for i in range(3) if i != lens), key=lambda i: float(parts[i].max(axis=2).mean()))
    blanked = head.copy()
    blanked[lens * third : (lens + 1) * third] = parts[darkest]
    return blanked
