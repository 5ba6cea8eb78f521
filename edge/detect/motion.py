"""Where a vehicle will be: a Kalman filter over real time steps.

Four independent constant-velocity filters, for the middle x and upper y of the box and its width and height:
the upper edge stays in sight when something comes before the wheels. The unit of all noise is the box's own
height, so that one setting serves a motorbike far away and a bus close by, and the unit of time is the
second, so that a dropped frame or another frame rate changes nothing.
"""

import numpy as np
from numpy.typing import NDArray

from edge.rules.inputs import Box, Point

ACCELERATION = np.array([3.0, 3.0, 0.8, 0.8])
"""How hard each coordinate is expected to change its speed, in heights per second squared (1 sigma)."""

MEASUREMENT = np.array([0.05, 0.05, 0.06, 0.06])
"""Jitter of a detector's box, in heights (1 sigma)."""

COVERED_MEASUREMENT = np.array([0.05, 0.05, 0.12, 0.6])
"""The same while something covers the vehicle's lower end."""

FIRST_SPEED = np.array([4.0, 4.0, 0.5, 0.5])
"""What is known of the speed of something seen once: up to some 8 m/s either way, in heights per second."""


class Motion:
    """Position and speed of one box. Coordinates: middle x, upper y, width, height; pixels."""

    def __init__(self, box: Box) -> None:
        """Start from the first observed box, speed unknown."""
        self._position = _measure(box)
        self._speed = np.zeros(4)
        height = self._position[3]
        self._var_position = (MEASUREMENT * height) ** 2
        self._covariance = np.zeros(4)
        self._var_speed = (FIRST_SPEED * height) ** 2

    def advance(self, dt: float) -> None:
        """Move on by `dt` seconds without looking."""
        noise = (ACCELERATION * self._position[3]) ** 2
        self._position = self._position + self._speed * dt
        self._position[2:] = np.maximum(self._position[2:], 1.0)
        self._var_position = (
            self._var_position + 2 * dt * self._covariance + dt**2 * self._var_speed + noise * dt**3 / 3
        )
        self._covariance = self._covariance + dt * self._var_speed + noise * dt**2 / 2
        self._var_speed = self._var_speed + noise * dt

    def correct(self, box: Box, *, covered: bool = False) -> None:
        """Take an observed box into account; of a `covered` one the height says little."""
        innovation = _measure(box) - self._position
        jitter = COVERED_MEASUREMENT if covered else MEASUREMENT
        total = self._var_position + (jitter * self._position[3]) ** 2
        gain_position, gain_speed = self._var_position / total, self._covariance / total
        self._position = self._position + gain_position * innovation
        self._position[2:] = np.maximum(self._position[2:], 1.0)
        self._speed = self._speed + gain_speed * innovation
        self._var_speed = self._var_speed - gain_speed * self._covariance
        self._covariance = (1 - gain_position) * self._covariance
        self._var_position = (1 - gain_position) * self._var_position

    @property
    def box(self) -> Box:
        """The box at the current time, as filtered."""
        x, y, width, height = (float(v) for v in self._position)
        return (x - width / 2, y, x + width / 2, y + height)

    @property
    def speed(self) -> Point:
        """Of the middle of the upper edge, in pixels a second."""
        return float(self._speed[0]), float(self._speed[1])

    @property
    def sigma(self) -> Point:
        """Standard deviations of middle x and upper y, in pixels."""
        x, y = np.sqrt(self._var_position[:2])
        return float(x), float(y)


def _measure(box: Box) -> NDArray[np.float64]:
    x1, y1, x2, y2 = box
    return np.array([(x1 + x2) / 2, y1, max(x2 - x1, 1.0), max(y2 - y1, 1.0)])
