"""Text on a picture: tabs that are always drawn, and small labels only where they cover no other text.

The lettering is OpenCV's own.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

WHITE, BLACK = (255, 255, 255), (20, 20, 20)
SMALLEST = 0.36
"""Scale below which no letter is legible."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_Place = tuple[int, int, int, int]


class Lettering:
    """Draws text on one picture. `unit` scales letters: 1 for a picture 720 pixels high."""

    def __init__(self, picture: Image, unit: float) -> None:
        self._picture = picture
        self._unit = unit
        self._taken: list[_Place] = []

    def keep_clear(self, box: tuple[float, float, float, float]) -> None:
        """Keeps small labels off this part, [x1, y1, x2, y2]."""
        x1, y1, x2, y2 = (round(v) for v in box)
        self._taken.append((x1, y1, x2, y2))

    def tab(self, words: str, baseline: tuple[float, float], ground: Colour) -> None:
        """Text on a filled background, whatever is below it."""
        scale = max(SMALLEST, 0.5 * self._unit)
        place, start = self._place(words, baseline, scale, round(4 * self._unit))
        self._taken.append(place)
        cv2.rectangle(self._picture, place[:2], place[2:], ground, cv2.FILLED)
        ink = BLACK if sum(ground) > 380 else WHITE
        self._put(words, start, scale, ink, max(1, round(self._unit)))

    def small(self, words: str, baseline: tuple[float, float], ink: Colour) -> None:
        """Small text on a dark background, if there is room for it."""
        scale = max(SMALLEST, 0.42 * self._unit)
        place, start = self._place(words, baseline, scale, 1)
        if not any(_overlap(place, other) for other in self._taken):
            self._taken.append(place)
            cv2.rectangle(self._picture, place[:2], place[2:], BLACK, cv2.FILLED)
            self._put(words, start, scale, ink, 1)

    def _place(
        self, words: str, baseline: tuple[float, float], scale: float, pad: int
    ) -> tuple[_Place, tuple[int, int]]:
        """The text's rectangle and the left end of its baseline, kept inside the picture."""
        (wide, high), below = cv2.getTextSize(words, _FONT, scale, 1)
        height, width = self._picture.shape[:2]
        x = min(max(round(baseline[0]), pad), max(pad, width - wide - pad))
        y = min(max(round(baseline[1]), high + pad), height - below - pad)
        return (x - pad, y - high - pad, x + wide + pad, y + below), (x, y)

    def _put(self, words: str, start: tuple[int, int], scale: float, ink: Colour, thickness: int) -> None:
        cv2.putText(self._picture, words, start, _FONT, scale, ink, thickness, cv2.LINE_AA)


def _overlap(one: _Place, other: _Place) -> bool:
    """Whether two rectangles overlap; edges count, as OpenCV draws them."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
