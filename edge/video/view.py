"""Is the view sharp, and is it the one the scene was drawn on? Measured every other second.

Both are compared with this camera's usual picture, learnt from its first pictures, so that a camera of low
detail is not called blurred, and a scene that changes with the hour is followed.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 320, 180
"""Size of the picture compared with the reference."""

FEW_PIXELS = 1.25
"""Pixels of that size (four of 1280 each) by which a view may be shifted before lines no longer match the
paint."""

BLURRED = 0.6
"""Part of the usual sharpness below which a picture is blurred."""

NEVER_SHARP = 0.085
"""Sharpness below which a picture is blurred in any case; edges wider than ten pixels of 1280."""

LEARNT = 8
"""Looks from which the reference is made: passing vehicles average out."""

CONFIRMED = 8
"""Consecutive looks with a blur or shift before it is believed: short ones come from autofocus, wind and
large vehicles."""

LOST = 15
"""Consecutive looks without any match to the reference before another view is assumed."""

PATCH, REACH = 32, 12
"""Pixels of a patch of the reference, and the search radius around its place."""

PATCHES, FEWEST = 14, 3
"""Patches that are searched, and how few are enough for a result."""

ALIKE = 0.5
"""Correlation from which a patch counts as found."""

LETTERING = 22
"""Pixels at the top and bottom that may hold the camera's text, which never moves."""

_RECENT = 4
_STRENGTH = 20.0  # higher contrasts are clipped: one lamp must not outweigh all the paint
_FOLLOW = 0.02

Grey = NDArray[np.float32]


def rows_of(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The green of a BGR picture at full width, its height reduced to `HEIGHT`."""
    green = cv2.extractChannel(image, 1)
    return np.asarray(cv2.resize(green, (image.shape[1], HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


class Sharpness:
    """Fineness of the picture's detail: change over one part in 640 of its width against change over four.

    `since` is the stream time since which it is blurred, `blurred` whether that is sure.
    """

    def __init__(self) -> None:
        self.since: float | None = None
        self.blurred = False
        self._first: list[float] = []
        self._usual = 0.0
        self._low = self._good = 0

    def look(self, t: float, rows: NDArray[np.uint8]) -> None:
        """Takes the next picture's rows."""
        value = _fineness(rows)
        if value is None:
            return
        if len(self._first) < LEARNT and value >= NEVER_SHARP:
            self._first.append(value)
            self._usual = median(self._first)
        if value >= max(NEVER_SHARP, BLURRED * self._usual):
            self._low, self._good = 0, self._good + 1
            self._usual += _FOLLOW * (value - self._usual)
            if self._good >= _RECENT or not self.blurred:
                self.since, self.blurred = None, False
            return
        self._low, self._good = self._low + 1, 0
        self.since = t if self.since is None else self.since
        self.blurred |= self._low >= CONFIRMED


def _fineness(rows: NDArray[np.uint8]) -> float | None:
    """Between 0.06 (no edge is sharp) and 1 (nothing but noise); None without content."""
    lag = max(1, round(rows.shape[1] / 640))

    def energy(apart: int) -> float:
        one, other = rows[:, apart:], rows[:, :-apart]
        return cv2.norm(one, other, cv2.NORM_L2SQR) / one.size

    coarse = energy(4 * lag)
    return energy(lag) / coarse if coarse > 4.0 else None


@dataclass(frozen=True)
class Patch:
    """A piece of the reference with edges in it, its upper left corner at (x, y)."""

    x: int
    y: int
    edges: Grey

    def found(self, edges: Grey) -> tuple[float, float] | None:
        """Its shift in another picture (right, down); None if it is not found."""
        around = edges[self.y - REACH : self.y + PATCH + REACH, self.x - REACH : self.x + PATCH + REACH]
        scores = np.asarray(cv2.matchTemplate(around, self.edges, cv2.TM_CCOEFF_NORMED), np.float32)
        _, best, _, (column, row) = cv2.minMaxLoc(scores)
        if best < ALIKE:
            return None
        return column - REACH + _peak(scores[row], column), row - REACH + _peak(scores[:, column], row)


@dataclass(frozen=True)
class Light:
    """Brightness of a picture (grey levels) and its amount of detail (mean square of its edges)."""

    brightness: float
    detail: float

    def differs(self, other: "Light") -> bool:
        """Whether night, fog or rain may explain the difference."""
        detail = self.detail / other.detail if other.detail else 0.0
        return abs(self.brightness - other.brightness) > 25.0 or not 0.5 < detail < 2.0


@dataclass(frozen=True)
class View:
    """A reference view: its `patches`, and the `light` in which they were learnt."""

    patches: tuple[Patch, ...]
    light: Light


class Position:
    """Position of the view relative to its reference, from patches that are found again: vehicles hide many
    of them, never all.

    `since` is the stream time since which it is displaced, `moved` whether that is sure, `shift` by how much
    then, in parts of the picture's width (right, down); None if nothing of the view is found. `reference` is
    the view that was learnt, or known before; None while it is being learnt.
    """

    def __init__(self, reference: View | None = None) -> None:
        self.since: float | None = None
        self.moved = False
        self.shift: tuple[float, float] | None = None
        self.reference = reference
        self._first: list[Grey] = []
        self._recent: deque[tuple[float, float]] = deque(maxlen=CONFIRMED)
        self._missed = 0

    def look(self, t: float, rows: NDArray[np.uint8]) -> None:
        """Takes the next picture's rows."""
        small = cv2.resize(rows, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32)
        smooth = cv2.GaussianBlur(small, (5, 5), 0)  # reduces noise
        edges = np.clip(cv2.Laplacian(smooth, cv2.CV_32F), -_STRENGTH, _STRENGTH).astype(np.float32)
        light = Light(float(small.mean()), float(np.square(edges).mean()))
        if self.reference is None:
            self._learn(edges, light)
            return
        found = [place for patch in self.reference.patches if (place := patch.found(edges)) is not None]
        if not found:
            self._missed += 1
            self._judge_missing(t, light.differs(self.reference.light))
            return
        self._missed = 0
        if len(found) >= FEWEST:
            self._recent.append(_middle(found))
            self._judge(t)

    def _learn(self, edges: Grey, light: Light) -> None:
        self._first.append(edges)
        if len(self._first) < LEARNT:
            return
        # The mean keeps what is still in all of them; places hidden by noise in some are not reliable.
        patches = _strongest(np.mean(self._first, axis=0, dtype=np.float32))
        sure = [p for p in patches if sum(p.found(one) is not None for one in self._first) > LEARNT / 2]
        self.reference = View(tuple(sure), light) if len(sure) >= FEWEST else None
        self._first = []

    def _judge(self, t: float) -> None:
        right, down = _middle(self._recent)
        if self._is_shifted(1):
            self.since = t if self.since is None else self.since
            if self._is_shifted(CONFIRMED):
                self.moved, self.shift = True, (right / WIDTH, down / WIDTH)
        elif np.hypot(*_middle(list(self._recent)[-_RECENT:])) < FEW_PIXELS:
            self.since, self.moved, self.shift = None, False, None

    def _judge_missing(self, t: float, other_light: bool) -> None:
        """Nothing matches the reference: another view, unless the light has changed."""
        self.since = t if self.since is None else self.since
        if self._missed < LOST:
            return
        if other_light and not self.moved:
            self.reference, self._missed, self.since = None, 0, None
            self._recent.clear()
            return
        self.moved, self.shift = True, None

    def _is_shifted(self, looks: int) -> bool:
        """Whether the last looks agree on a shift; shaking gives none."""
        recent = list(self._recent)[-looks:]
        right, down = _middle(recent)
        far = float(np.hypot(right, down))
        away = [float(np.hypot(x - right, y - down)) for x, y in recent]
        return len(recent) == looks and far > FEW_PIXELS and median(away) < far / 2


def _strongest(edges: Grey) -> list[Patch]:
    """The patches of a picture with the strongest corners, none at its edge or in the text area.

    A straight edge does not fix a position along itself.
    """
    places = [
        (x, y)
        for y in range(LETTERING, HEIGHT - PATCH - LETTERING + 1, PATCH // 2)
        for x in range(REACH, WIDTH - PATCH - REACH + 1, PATCH // 2)
    ]
    patches = [Patch(x, y, edges[y : y + PATCH, x : x + PATCH].copy()) for x, y in places]
    patches.sort(key=lambda patch: -_cornered(patch.edges))
    chosen: list[Patch] = []
    for patch in patches:
        if all(max(abs(patch.x - one.x), abs(patch.y - one.y)) >= PATCH for one in chosen):
            chosen.append(patch)
        if len(chosen) == PATCHES:
            break
    return chosen


def _cornered(edges: Grey) -> float:
    """Change along the direction in which it changes least (smaller eigenvalue of the structure tensor)."""
    down, right = np.gradient(edges)
    a, b, c = float((right * right).sum()), float((down * down).sum()), float((right * down).sum())
    return (a + b) / 2 - float(np.hypot((a - b) / 2, c))


def _peak(scores: Grey, at: int) -> float:
    """Position of the maximum between its neighbours, -0.5 to 0.5."""
    if not 0 < at < len(scores) - 1:
        return 0.0
    before, best, after = (float(score) for score in scores[at - 1 : at + 2])
    bend = before - 2 * best + after
    return 0.5 * (before - after) / bend if bend else 0.0


def _middle(shifts: Iterable[tuple[float, float]]) -> tuple[float, float]:
    all_of_them = list(shifts)
    return median(x for x, _ in all_of_them), median(y for _, y in all_of_them)
