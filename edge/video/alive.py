"""Is the picture live? A camera may send pictures for months that show nothing, or nothing current.

Frozen, black, of one colour, blurred, or turned away from the view its lines were drawn on: nobody may be
accused by such pictures. The camera reports it and recovers by itself. Findings between the start of a fault
and its confirmation are not believed either: see `Alive.suspected_since`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.reasons import Reason, reason
from edge.video.kept_view import KeptView
from edge.video.stillness import STEP, Levels, Stillness, block_means, levels_of
from edge.video.view import Position, Sharpness, rows_of

STANDS = 2.0
"""Seconds a picture may repeat before it no longer counts: as long as a gap within a run."""

TOLD_STILL = 10.0
TOLD_EMPTY = 3.0
"""Seconds after which a frozen or empty picture is reported."""

SUSPECT = 0.5
"""Seconds a picture may repeat before findings in it wait for confirmation."""

LOOK_SECONDS = 2.0
"""Seconds between checks of sharpness and position; the rest is checked in every picture."""

FLAT, PARTS = 2.0, 5
"""Grey levels (standard deviation) between parts of so many samples; noise averages out in their means."""

BLACK = 45.0
GREEN_PART, GREEN, GREEN_LEVELS = 0.3, 80, (120, 150)
"""A decoder without data gives a green of 135: part of the picture, and how much greener than a street."""


class Alive:
    """Checks every picture of one camera's detect stream, in order.

    `usable` is whether vehicles may be detected in the newest picture, `trouble` a fault that has lasted long
    enough to be reported. `kept` outlives the node: if it knows the view, none is learnt.
    """

    def __init__(self, kept: KeptView | None = None) -> None:
        self.trouble: Reason | None = None
        self.unusable_since: float | None = None
        """Stream time since which pictures are not believed; None while they are."""
        self.suspected_since: float | None = None
        """Stream time since which pictures may turn out not to be believed; None without suspicion."""
        self._still = Stillness()
        self._sharpness = Sharpness()
        self._kept = kept
        self._position = Position(kept.read() if kept is not None else None)
        self._empty_since: float | None = None
        self._empty_code = "camera.flat"
        self._width = 0
        self._next_look = float("-inf")

    @property
    def usable(self) -> bool:
        """Whether vehicles may be detected in the newest picture."""
        return self.unusable_since is None

    def look(self, t: float, image: NDArray[np.uint8]) -> None:
        """Checks the next picture, BGR, taken at stream time `t`."""
        self._width = image.shape[1]
        levels = levels_of(image)
        self._still.look(t, levels)
        code = _emptiness(levels, image)
        if code is None:
            self._empty_since = None
        else:
            self._empty_since = t if self._empty_since is None else self._empty_since
            self._empty_code = code
        if code is None and t >= self._next_look:
            self._next_look = t + LOOK_SECONDS
            rows = rows_of(image)
            self._sharpness.look(t, rows)
            self._look_at_view(t, rows)
        self._conclude(t)

    def _look_at_view(self, t: float, rows: NDArray[np.uint8]) -> None:
        before = self._position.reference
        self._position.look(t, rows)
        learnt = self._position.reference
        if self._kept is not None and learnt is not None and learnt is not before:
            self._kept.write(learnt)

    def _conclude(self, t: float) -> None:
        still, sharp, place = self._still.since, self._sharpness, self._position
        unusable = [
            since
            for since, sure in (
                (still, still is not None and t - still > STANDS),
                (self._empty_since, True),
                (sharp.since, sharp.blurred),
                (place.since, place.moved),
            )
            if since is not None and sure
        ]
        odd = [since for since in (sharp.since, place.since) if since is not None]
        odd += [still] if still is not None and t - still > SUSPECT else []
        self.unusable_since = min(unusable, default=None)
        self.suspected_since = min([*odd, *unusable], default=None)
        self.trouble = self._trouble(t)

    def _trouble(self, t: float) -> Reason | None:
        if self._empty_since is not None and t - self._empty_since >= TOLD_EMPTY:
            return reason(self._empty_code)
        if self._still.since is not None and t - self._still.since >= TOLD_STILL:
            return reason("camera.frozen", lasted_ms=round(1000 * (t - self._still.since)))
        if self._position.moved:
            return self._moved()
        return reason("camera.blurred") if self._sharpness.blurred else None

    def _moved(self) -> Reason:
        if self._position.shift is None:
            return reason("camera.turned_away")
        right, down = (round(part * self._width) for part in self._position.shift)
        return reason("camera.moved", right_px=right, down_px=down)


def _emptiness(levels: Levels, image: NDArray[np.uint8]) -> str | None:
    """`camera.black`, `camera.flat`, or None for a picture with content."""
    means = block_means(levels, PARTS)
    if float(means.std()) < FLAT:
        return "camera.black" if float(means.mean()) < BLACK else "camera.flat"
    if cv2.countNonZero(cv2.inRange(levels, *GREEN_LEVELS)) < GREEN_PART * levels.size:
        return None
    blue, green, red = cv2.split(np.ascontiguousarray(image[::STEP, ::STEP]))
    greener = cv2.subtract(green, cv2.max(blue, red))
    return "camera.flat" if cv2.countNonZero(greener[greener > GREEN]) > GREEN_PART * greener.size else None
