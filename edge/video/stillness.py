"""Does a camera show the same picture again and again? Checked on a few thousand pixels of every picture.

A sensor's noise never repeats; an encoded frozen picture repeats to the bit except for its keyframes, which
an encoder makes again: they pulse a little everywhere and move nothing. Text that cameras write over the
picture (date, place) is at its upper or lower edge, which is ignored.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

STEP = 8
"""Every n-th pixel, across and down, is sampled."""

EDGE_PART = 8
"""One part in so many, at the top and bottom, may hold text."""

SAME = 0.0008
"""Part of the pixels that may differ in a repeated picture."""

ONE_LEVEL = 0.0025
"""Part of the pixels that may differ by one grey level in a repeated picture, when none differs by more."""

SURE_RUN = 0.4
"""Seconds of repeated pictures in a row that show a frozen one; shorter ones come from frame rate
conversion."""

PULSE = 1.0
"""Seconds a keyframe and the pictures that refine it may take."""

MOVED = 3
"""Grey levels by which the mean of a block may change without movement."""

Levels = NDArray[np.uint8]


def levels_of(image: NDArray[np.uint8]) -> Levels:
    """The green of every eighth pixel of a BGR picture, shape (rows, columns)."""
    return np.ascontiguousarray(image[STEP // 2 :: STEP, STEP // 2 :: STEP, 1])


def block_means(levels: Levels, side: int = 5) -> Levels:
    """The means of blocks of about `side`×`side` samples."""
    rows, columns = max(1, levels.shape[0] // side), max(1, levels.shape[1] // side)
    return np.asarray(cv2.resize(levels, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)


class Stillness:
    """Checks the samples of one camera's pictures, in order.

    `since` is the stream time since which the picture has stood still; None while it is live.
    """

    def __init__(self) -> None:
        self.since: float | None = None
        self._before: Levels | None = None
        self._run: float | None = None  # since when every picture repeats the previous one
        self._sure = 0.0
        self._at_first = np.zeros((1, 1), np.uint8)

    def look(self, t: float, levels: Levels) -> None:
        """The levels of the next picture, taken at `t` seconds."""
        margin = levels.shape[0] // EDGE_PART
        middle = levels[margin : levels.shape[0] - margin]
        before, self._before = self._before, middle
        if before is None or before.shape != middle.shape:
            self._run = self.since = None
            return
        if not _repeats(before, middle):
            self._run = None
        elif self._run is None:
            self._run = t
        if self._run is not None and t - self._run >= SURE_RUN:
            self._note_still(t, self._run, middle)
        elif self.since is not None and t - self._sure > PULSE:
            self.since = None

    def _note_still(self, t: float, run: float, middle: Levels) -> None:
        """The picture has repeated for a while; it is the same as before a keyframe, or another."""
        means = block_means(middle)
        if self.since is None or int(cv2.absdiff(means, self._at_first).max()) > MOVED:
            self.since, self._at_first = run, means
        self._sure = t


def _repeats(before: Levels, after: Levels) -> bool:
    off = cv2.absdiff(after, before)
    differing = cv2.countNonZero(off) / off.size
    return differing <= SAME or (differing <= ONE_LEVEL and int(off.max()) == 1)
