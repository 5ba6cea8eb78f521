"""The colour a lamp head (đèn tín hiệu) shows in one picture, or "unknown".

A small network reads the crop of the housing; it has a separate class for anything that is no readable head:
covered by a bus, overexposed by the sun, dark. If it is not sure, or the crop is unusable, the answer is
`unknown`, because a guess could fine someone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.networks import open_network
from edge.rules.inputs import Box
from models.card import load_card, packaged_card

CROP_WIDTH = 20
CROP_HEIGHT = 48
"""Height of the network's input: an upright head."""

MIN_CONFIDENCE = 0.55
"""Probability below which a colour is not reported."""

CLOSE = 0.25
"""Probability of amber from which red is not reported, and of red from which amber is not: in glare they look
nearly alike, and red accuses."""

MIN_FAULT = 0.9
"""Probability from which two colours count as lit at once."""

MIN_SIZE = 4
"""Least width of a head in pixels for it to be read."""

Reading = Literal["red", "amber", "green", "off", "unknown", "fault"]
Layout = Literal["vertical", "horizontal"]
Image = NDArray[np.uint8]


@dataclass(frozen=True)
class LampReading:
    """One look at a head: its state, and the network's probability for it (0 for `unknown`).

    `fault`: two lamps are lit at once.
    """

    colour: Reading
    confidence: float


UNKNOWN = LampReading("unknown", 0.0)


class LampReader:
    """Reads heads; one instance serves all heads of a process."""

    def __init__(self, card: Path | None = None) -> None:
        """Load the network of a card, the packaged one by default.

        Raises:
            ModelCardError: it is missing or not the one its card describes.
        """
        path = card or packaged_card("lamps")
        described = load_card(path)
        self._classes = described.classes
        self._session = open_network(described.verify(path.parent))

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
        return told(self._shares(head))

    def _shares(self, head: Image) -> dict[str, float]:
        """The probability of each class for a head of the network's input size."""
        blob = cv2.dnn.blobFromImage(head, 1 / 255, swapRB=True)
        shares: NDArray[np.float32] = self._session.run(None, {"head": blob})[0][0]
        return dict(zip(self._classes, shares.tolist(), strict=True))


def told(shares: Mapping[str, float]) -> LampReading:
    """The state that follows from the network's class probabilities."""
    name = max(shares, key=lambda known: shares[known])
    confidence = shares[name]
    if name == "two":
        return LampReading("fault", confidence) if confidence >= MIN_FAULT else UNKNOWN
    close = name in ("red", "amber") and min(shares["red"], shares["amber"]) >= CLOSE
    if name == "other" or close or confidence < MIN_CONFIDENCE:
        return UNKNOWN
    return LampReading(name, confidence)  # type: ignore[arg-type]  # the card's other classes are readings
