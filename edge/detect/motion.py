"""Predicts a vehicle's position: a Kalman filter over real time steps.

Four independent constant-velocity filters, for the middle x and upper y of the box and its width and height:
the upper edge stays in sight when something hides the wheels. The unit of all noise is the box's own height,
so that one setting serves a motorbike far away and a bus close by, and the unit of time is the second, so
that dropped frames or another frame rate make no difference.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.detect.hiding import Sides, completed
from edge.rules.inputs import Box, Point

ACCELERATION = np.array([3.0, 3.0, 0.8, 0.8])
"""Expected acceleration of each coordinate, in heights per second squared (1 sigma)."""

MEASUREMENT = np.array([0.05, 0.05, 0.06, 0.06])
"""Jitter of a detector's box, in heights (1 sigma)."""

COVERED_MEASUREMENT = np.array([0.05, 0.05, 0.12, 0.6])
"""The same while something covers the vehicle's lower part."""

FIRST_SPEED = np.array([4.0, 4.0, 0.5, 0.5])
"""Standard deviation of the speed after one observation: up to some 8 m/s either way, in heights per
second."""

UNSEEN_CHANGE = 1.33
"""Factor by which width and height may go on changing while unseen: a box that shrank as something came in
front of it would soon be nothing."""


class Motion:
    """Position and speed of one box. Coordinates: middle x, upper y, width, height; pixels."""

    def __init__(self, box: Box) -> None:
        """Start from the first observed box, speed unknown."""
        position = _measure(box)
        height = position[3]
        self._sizes = position[2:].copy()
        # Rows: position, speed, variance of position, covariance, variance of speed.
        self._state = np.array(
            [
                position,
                np.zeros(4),
                (MEASUREMENT * height) ** 2,
                np.zeros(4),
                (FIRST_SPEED * height) ** 2,
            ]
        )

    @staticmethod
    def advance(motions: Sequence["Motion"], dt: float) -> None:
        """Advance by `dt` seconds without an observation, in one step."""
        if not motions:
            return
        states = np.stack([motion._state for motion in motions])
        position, speed, var_position, covariance, var_speed = states.swapaxes(0, 1)
        noise = (ACCELERATION * position[:, 3:]) ** 2
        position += speed * dt
        seen = np.stack([motion._sizes for motion in motions])
        position[:, 2:] = np.clip(
            position[:, 2:], np.maximum(seen / UNSEEN_CHANGE, 1.0), seen * UNSEEN_CHANGE
        )
        var_position += 2 * dt * covariance + dt**2 * var_speed + noise * dt**3 / 3
        covariance += dt * var_speed + noise * dt**2 / 2
        var_speed += noise * dt
        for motion, state in zip(motions, states, strict=True):
            motion._state = state

    def correct(self, box: Box, *, covered: bool = False, sides: Sides = (False, False)) -> None:
        """Take an observed box into account; for a `covered` one the height says little, and for one with a
        hidden side the width: the other side gives the position."""
        position, speed, var_position, covariance, var_speed = self._state
        jitter = COVERED_MEASUREMENT if covered else MEASUREMENT
        measured = _measure(box)
        if any(sides):
            jitter = jitter.copy()
            measured[0] = _measure(completed(box, position[2], sides))[0]
            jitter[2] = COVERED_MEASUREMENT[3]
        innovation = measured - position
        total = var_position + (jitter * position[3]) ** 2
        gain_position, gain_speed = var_position / total, covariance / total
        position += gain_position * innovation
        position[2:] = np.maximum(position[2:], 1.0)
        self._sizes = position[2:].copy()
        speed += gain_speed * innovation
        var_speed -= gain_speed * covariance
        covariance *= 1 - gain_position
        var_position *= 1 - gain_position

    @property
    def box(self) -> Box:
        """The box at the current time, as filtered."""
        x, y, width, height = (float(v) for v in self._state[0])
        return (x - width / 2, y, x + width / 2, y + height)

    @property
    def speed(self) -> Point:
        """Speed of the middle of the upper edge, in pixels a second."""
        return float(self._state[1, 0]), float(self._state[1, 1])

    @property
    def sigma(self) -> Point:
        """Standard deviations of the middle of the box across and of its upper edge, in pixels."""
        x, y = np.sqrt(self._state[2, :2])
        return float(x), float(y)


def _measure(box: Box) -> NDArray[np.float64]:
    x1, y1, x2, y2 = box
    return np.array([(x1 + x2) / 2, y1, max(x2 - x1, 1.0), max(y2 - y1, 1.0)])
