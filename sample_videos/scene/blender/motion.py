"""Position of a vehicle at a time: a smooth path over the ground and a timetable along it."""

from dataclasses import dataclass
from functools import cached_property
from math import atan2

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
SAMPLES_PER_LEG = 24
BRAKING = -0.6
"""Deceleration in m/s² from which the brake lamp is lit."""


@dataclass(frozen=True)
class Pose:
    """Ground point under the rear axle (m), heading (rad, 0 = +y, positive = to the left), speed (m/s)."""

    x: float
    y: float
    heading: float
    speed: float
    brake: bool


@dataclass(frozen=True)
class Way:
    """A centripetal Catmull-Rom curve through ground points, walked by arc length from the first point."""

    points: tuple[tuple[float, float], ...]

    @cached_property
    def _curve(self) -> tuple[Array, Array]:
        curve = _catmull_rom(np.array(self.points, dtype=np.float64))
        steps = np.hypot(*np.diff(curve, axis=0).T)
        return curve, np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length(self) -> float:
        """Length of the curve in metres."""
        return float(self._curve[1][-1])

    def at(self, s: float) -> tuple[float, float]:
        """The point `s` metres along the curve; beyond either end it continues straight."""
        curve, lengths = self._curve
        if s < 0.0:
            return _beyond(curve[0], curve[1], s)
        if s > lengths[-1]:
            return _beyond(curve[-1], curve[-2], lengths[-1] - s)
        return float(np.interp(s, lengths, curve[:, 0])), float(np.interp(s, lengths, curve[:, 1]))

    def heading(self, s: float) -> float:
        """Direction of travel at `s`, radians anticlockwise from +y."""
        (x0, y0), (x1, y1) = self.at(s - 0.25), self.at(s + 0.25)
        return atan2(-(x1 - x0), y1 - y0)


@dataclass(frozen=True)
class Timetable:
    """Keys (t, s, v): seconds, metres along the path, metres per second; cubic Hermite between them.

    Outside the keys the vehicle continues at the speed of the nearest one.
    """

    keys: tuple[tuple[float, float, float], ...]

    def at(self, t: float) -> tuple[float, float, float]:
        """Distance (m), speed (m/s) and acceleration (m/s²) at `t`."""
        first, last = self.keys[0], self.keys[-1]
        if t <= first[0]:
            return first[1] + (t - first[0]) * first[2], first[2], 0.0
        if t >= last[0]:
            return last[1] + (t - last[0]) * last[2], last[2], 0.0
        after = next(i for i, key in enumerate(self.keys) if key[0] > t)
        return _hermite(self.keys[after - 1], self.keys[after], t)


def pose_at(way: Way, timetable: Timetable, t: float) -> Pose:
    """The pose of a vehicle at time `t`."""
    s, speed, acceleration = timetable.at(t)
    x, y = way.at(s)
    standing = speed < 0.05
    return Pose(x, y, way.heading(s), speed, standing or acceleration < BRAKING)


def time_of_crossing(
    way: Way, timetable: Timetable, axis: int, value: float, start: float, end: float
) -> float:
    """First time in [start, end] when coordinate `axis` (0 = x, 1 = y) of the ground point passes `value`.

    Raises ValueError when it does not.
    """
    times = np.arange(start, end, 1 / 48)
    away = np.array([way.at(timetable.at(t)[0])[axis] - value for t in times])
    changes = np.nonzero(away[:-1] * away[1:] <= 0.0)[0]
    if not len(changes):
        raise ValueError(f"no crossing of {'xy'[axis]} = {value} between {start} s and {end} s")
    i = changes[0]
    part = away[i] / (away[i] - away[i + 1]) if away[i] != away[i + 1] else 0.0
    return float(times[i] + part * (times[i + 1] - times[i]))


def _beyond(end: Array, inner: Array, back: float) -> tuple[float, float]:
    direction = (inner - end) / np.hypot(*(inner - end))
    x, y = end + back * direction
    return float(x), float(y)


def _hermite(
    a: tuple[float, float, float], b: tuple[float, float, float], t: float
) -> tuple[float, float, float]:
    span = b[0] - a[0]
    u = (t - a[0]) / span
    h00, h10, h01, h11 = 2 * u**3 - 3 * u**2 + 1, u**3 - 2 * u**2 + u, -2 * u**3 + 3 * u**2, u**3 - u**2
    s = h00 * a[1] + h10 * span * a[2] + h01 * b[1] + h11 * span * b[2]
    v = (6 * u**2 - 6 * u) * (a[1] - b[1]) / span + (3 * u**2 - 4 * u + 1) * a[2] + (3 * u**2 - 2 * u) * b[2]
    acc = ((12 * u - 6) * (a[1] - b[1]) / span + (6 * u - 4) * a[2] + (6 * u - 2) * b[2]) / span
    return s, v, acc


def _catmull_rom(points: Array) -> Array:
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    legs = [_leg(*ends[i : i + 4]) for i in range(len(points) - 1)]
    return np.vstack([*legs, points[-1:]])


def _leg(p0: Array, p1: Array, p2: Array, p3: Array) -> Array:
    knots = np.cumsum([0.0, *(float(np.hypot(*(b - a))) ** 0.5 for a, b in ((p0, p1), (p1, p2), (p2, p3)))])
    t = np.linspace(knots[1], knots[2], SAMPLES_PER_LEG, endpoint=False)[:, None]

    def mix(a: Array, b: Array, i: int, j: int) -> Array:
        blend: Array = ((knots[j] - t) * a + (t - knots[i]) * b) / (knots[j] - knots[i])
        return blend

    a1, a2, a3 = mix(p0, p1, 0, 1), mix(p1, p2, 1, 2), mix(p2, p3, 2, 3)
    b1, b2 = mix(a1, a2, 0, 2), mix(a2, a3, 1, 3)
    leg: Array = mix(b1, b2, 1, 2)
    return leg
