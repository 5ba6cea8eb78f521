"""Which camera of a node is analysed next: the available frame budget is shared by need. Pure: time is given.
A camera's floor is the rate its rules need (`RuleDescriptor.looks`), or, if the budget is too small for all
floors, most of an equal share. Cameras below their floor come first; the others get looks in proportion to
their need (stride scheduling, Waldspurger and Weihl 1995). So no camera starves, and the rest goes where
something may happen: to moving vehicles, most to a red lamp with a vehicle near a line."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

from configs.camera import CameraConfig
from edge.pipeline import Step
from edge.rules.geometry import offset
from edge.rules.inputs import Point, Track
from edge.rules.observed import height, moved

FLOOR_PART = 0.75
"""Largest floor as a part of an equal share of the budget, so that something is left to share by need."""

SAVED_SECONDS = 0.1
"""Seconds of unused budget that may be used later; the rest is lost."""

STILL = 0.05
"""A vehicle that moves less than this between two looks, in heights of its box, stands."""

NEAR = 1.5
"""Distance from a line that counts as near, in heights of the vehicle's box."""


class Need(IntEnum):
    """How much a camera needs looks; the value is its weight.

    The weights lie close together: a lamp turns red and a vehicle comes faster than a rate can be measured,
    and a rule resting until then would miss the event (`edge.pace`).
    """

    QUIET = 2
    MOTION = 3
    PRESSING = 4


@dataclass
class _Camera:
    wanted: float
    last: float
    need: Need = Need.QUIET
    passed: float = 0.0
    """Looks so far, each divided by the need at its time: the camera with the fewest comes next."""


class Sharing:
    """Shares `budget` looks a second among the cameras that have joined; a camera asks by waiting."""

    def __init__(self, budget: float) -> None:
        self.budget = budget
        self._cameras: dict[str, _Camera] = {}
        self._free_from = float("-inf")
        self._passed = 0.0

    def join(self, camera: str, wanted: float, now: float) -> None:
        """`camera` takes part from `now` on; its rules need `wanted` looks a second. May be called again."""
        self._cameras[camera] = _Camera(wanted, now)

    def tell(self, camera: str, need: Need) -> None:
        """Records what the newest look at `camera` showed."""
        self._cameras[camera].need = need

    def floor(self, camera: str) -> float:
        """Looks a second below which `camera` takes precedence."""
        return min(self._cameras[camera].wanted, FLOOR_PART * self.budget / len(self._cameras))

    def seconds_to_wait(self, now: float) -> float:
        """Seconds until the budget has the next look; 0 if it has one."""
        return max(0.0, self._free_from - now)

    def choose(self, waiting: Collection[str], now: float) -> str | None:
        """The one of `waiting` (with a picture ready) to be analysed now, and counts the look; None if none
        is waiting or the budget is spent."""
        if not waiting or self._free_from > now:
            return None
        chosen = max(sorted(waiting), key=lambda camera: self._urgency(camera, now))
        self._count(self._cameras[chosen], now)
        self._free_from = max(self._free_from, now - SAVED_SECONDS) + 1 / self.budget
        return chosen

    def _count(self, camera: _Camera, now: float) -> None:
        """Counts one look at `camera`; unused shares of the past are not made up for."""
        camera.last = now
        self._passed = max(self._passed, camera.passed)
        camera.passed = max(camera.passed, self._passed - 1 / camera.need) + 1 / camera.need

    def _urgency(self, camera: str, now: float) -> tuple[float, float]:
        """Shortfall below its floor (from 1 upwards, before all others), then how few looks it has had."""
        known = self._cameras[camera]
        behind = (now - known.last) * self.floor(camera)
        return (behind if behind >= 1 else 0.0, -known.passed)


def wanted_looks(config: CameraConfig) -> float:
    """Looks a second that the most demanding of a camera's rules needs."""
    return max((rule.looks for rule in config.rules.on), default=1.0)


def need_of(step: Step, config: CameraConfig) -> Need:
    """The need that follows from a look; a camera that proves nothing itself has none."""
    if not config.rules.on:
        return Need.QUIET
    moving = [track for track in step.tracks if _moves(track)]
    if not moving:
        return Need.QUIET
    red = any(history.phases and history.phases[-1].colour == "red" for history in step.signals.values())
    lines = [stop.line for stop in config.stop_lines] + [solid.line for solid in config.solid_lines]
    near = any(_near(track, line) for track in moving for line in lines)
    return Need.PRESSING if near and (red or not step.signals) else Need.MOTION


def _moves(track: Track) -> bool:
    """A vehicle seen only once counts as moving: it has just appeared."""
    if len(track.points) < 2:
        return True
    return moved(*track.points[-2:]) > STILL


def _near(track: Track, line: tuple[Point, ...]) -> bool:
    newest = track.points[-1]
    return abs(offset(newest.ground, line)) < NEAR * height(newest.box)
