"""Traffic that follows, stops, fills gaps and obeys its script; the same for the same seed.

Time runs in steps of `STEP` seconds from `WARM_UP` on, so that queues have formed when the clip begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import atan, cos, sin, sqrt

import numpy as np
import numpy.typing as npt

from .cast import Looks, bodies
from .lamps import Program
from .street import Street
from .ways import Way

Array = npt.NDArray[np.float64]
STEP = 0.04
WARM_UP = -24.0
BRAKING, HARD = 3.0, 8.0
"""Comfortable and hardest deceleration (m/s²)."""
ROLLING = -0.6
"""Speed of a vehicle rolling back (m/s)."""


@dataclass(frozen=True)
class Driver:
    """One vehicle, its path, and how it is driven.

    Args:
        id: of the vehicle in the truth.
        looks: its appearance.
        way: its path; `start` is the position of its rear axle (m along it) when it appears at `enters` (s).
        speed: desired speed (m/s).
        group: the signal group that governs its path; None: none.
        past: metres beyond the stop line at which its front axle stops.
        runs: seconds (from, to) in which it ignores the lamp.
        swarm: x (from, to) in which it seeks gaps before the stop line; None: keeps its path.
        shifts: (metres along, metres aside): from there on it drives that far to the right of its path.
        halts: (metres along, seconds): it stops there for so long.
        gap: metres it keeps from the vehicle in front.
        blind: it brakes for nobody: its script is timed to fit.
        aside: metres to the right of its path at the start.
        pace: speed of scripted sideways movement (m/s).
        rolls: seconds (from, to) in which it rolls back.
    """

    id: int
    looks: Looks
    way: Way
    enters: float
    start: float
    speed: float
    group: str | None = None
    past: float = -0.8
    runs: tuple[tuple[float, float], ...] = ()
    swarm: tuple[float, float] | None = None
    shifts: tuple[tuple[float, float], ...] = ()
    halts: tuple[tuple[float, float], ...] = ()
    gap: float = 1.2
    blind: bool = False
    aside: float = 0.0
    pace: float = 1.0
    rolls: tuple[tuple[float, float], ...] = ()


@dataclass
class Trace:
    """A vehicle's path over time: one row (x, y, heading, speed, acceleration, lean) per step from step
    `first` on."""

    first: int
    rows: list[tuple[float, float, float, float, float, float]] = field(default_factory=list)

    @property
    def table(self) -> Array:
        """All rows (n, 6)."""
        return np.array(self.rows)

    def at(self, step: int) -> tuple[float, float, float, float, float, float] | None:
        """The row of a step; None before it appeared and after it left."""
        index = step - self.first
        return self.rows[index] if 0 <= index < len(self.rows) else None


@dataclass
class _Car:
    """A vehicle in traffic."""

    driver: Driver
    trace: Trace
    s: float
    aside: float
    v: float
    a: float = 0.0
    drift: float = 0.0
    goal: float = 0.0
    thinks: float = 0.0
    waited: int = 0
    until: float | None = None
    entered: bool = False
    heading: float = 0.0
    lean: float = 0.0


@dataclass(frozen=True)
class _Around:
    """All vehicles at a moment as rectangles: centre, heading, half length and width, velocity."""

    cars: Sequence[_Car]
    table: Array

    @classmethod
    def of(cls, cars: Sequence[_Car]) -> "_Around":
        rows = []
        for car in cars:
            body = bodies()[car.driver.looks.body]
            x, y, h = car.driver.way.at(car.s, car.aside)
            middle = (body.front + body.back) / 2
            centre = (x - middle * sin(h), y + middle * cos(h))
            rows.append((*centre, h, body.length / 2, body.half_width, car.v))
        return cls(cars, np.array(rows).reshape(-1, 6))


def drive(
    street: Street, programs: Mapping[str, Program], drivers: Sequence[Driver], end: float
) -> dict[int, Trace]:
    """Traces of all vehicles from `WARM_UP` to `end`, by id."""
    waiting = sorted(drivers, key=lambda driver: driver.enters)
    traces: dict[int, Trace] = {}
    active: list[_Car] = []
    for step in range(round(WARM_UP / STEP), round(end / STEP) + 1):
        t = step * STEP
        around = _Around.of(active)
        waiting = _let_in(waiting, active, around, traces, step)
        around = _Around.of(active)
        for number, car in enumerate(active):
            _decide(car, number, around, street, programs, t)
        for car in active:
            _move(car, t)
        active = [car for car in active if car.s < car.driver.way.length - 1.0]
    return traces


def step_of(t: float) -> int:
    """The step at a time."""
    return round(t / STEP)


def _let_in(
    waiting: list[Driver], active: list[_Car], around: _Around, traces: dict[int, Trace], step: int
) -> list[Driver]:
    """Adds the vehicles that are due and have room; returns those still waiting."""
    left = []
    for driver in waiting:
        if driver.enters > step * STEP or not _room(driver, around, active):
            left.append(driver)
            continue
        trace = traces[driver.id] = Trace(step)
        car = _Car(driver, trace, driver.start, driver.aside, driver.speed, goal=driver.aside)
        car.heading = driver.way.at(car.s)[2]
        active.append(car)
    return left


def _room(driver: Driver, around: _Around, active: Sequence[_Car]) -> bool:
    if driver.blind or not len(around.table):
        return True
    body = bodies()[driver.looks.body]
    x, y, h = driver.way.at(driver.start, driver.aside)
    new = active[len(around.table) :]
    ahead, across, reach, wide = _seen_from(x, y, h, around)
    close = (np.abs(across) < wide + body.half_width + 0.2) & (ahead - reach < body.front + 4.0)
    near = close & (ahead + reach > body.back - 1.0)
    too_new = any(abs(other.s - driver.start) < 6.0 and other.driver.way == driver.way for other in new)
    return not near.any() and not too_new


def _seen_from(x: float, y: float, h: float, around: _Around) -> tuple[Array, Array, Array, Array]:
    """Position ahead and to the right of a pose, and half extents in that frame, of all vehicles."""
    dx, dy = around.table[:, 0] - x, around.table[:, 1] - y
    turn = around.table[:, 2] - h
    c, s = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    length, width = around.table[:, 3], around.table[:, 4]
    ahead, across = -dx * sin(h) + dy * cos(h), dx * cos(h) + dy * sin(h)
    return ahead, across, c * length + s * width, s * length + c * width


def _decide(
    car: _Car, number: int, around: _Around, street: Street, programs: Mapping[str, Program], t: float
) -> None:
    driver = car.driver
    x, y, h = driver.way.at(car.s, car.aside)
    seen = _seen_from(x, y, h, around)
    if t >= car.thinks:
        car.thinks = t + 0.4
        _aim(car, number, seen, street, x, y)
    gap, leader = _leader(car, number, seen, around, h)
    wish = min(abs(driver.speed), sqrt(2.2 / max(driver.way.bend(car.s), 1e-4)))
    car.a = _follow(car.v, wish, gap, leader, driver.gap)
    for stop in (_lamp_stop(car, street, programs, t), _halt(car, t)):
        if stop is not None:
            car.a = min(car.a, _brake_for(car.v, wish, stop))


def _leader(
    car: _Car, number: int, seen: tuple[Array, ...], around: _Around, h: float
) -> tuple[float, float]:
    """Free metres ahead and the speed, along our heading, of the next vehicle."""
    if car.driver.blind:
        return 200.0, 20.0
    ahead, across, reach, wide = seen
    body = bodies()[car.driver.looks.body]
    slim = 0.06 if body.slim else 0.25
    free = ahead - reach - body.front
    inside = (np.abs(across) < wide + body.half_width + slim) & (ahead > body.front * 0.5) & (free > -2.0)
    turn = np.cos(around.table[:, 2] - h)
    inside &= (turn > -0.5) | (free < 9.0)
    inside &= (np.abs(turn) > 0.4) | (free < 11.0)
    inside[number] = False
    if not inside.any():
        return 200.0, 20.0
    first = int(np.argmin(np.where(inside, free, np.inf)))
    return float(free[first]), float(around.table[first, 5] * turn[first])


def _follow(v: float, wish: float, gap: float, leader: float, least: float) -> float:
    """Acceleration by the intelligent driver model."""
    most = 2.2
    room = least + max(0.0, v * 0.7 + v * (v - leader) / (2 * sqrt(most * BRAKING)))
    near = (room / max(gap, 0.05)) ** 2
    if gap < least and v < 0.6:
        return -HARD
    return max(-HARD, most * (1 - (v / max(wish, 0.1)) ** 4 - near))


def _brake_for(v: float, wish: float, stop: float) -> float:
    """The acceleration needed to stop `stop` metres ahead."""
    if stop <= 0.02:
        return -HARD
    need = v * v / (2 * stop)
    if need > 0.8 * BRAKING:
        return -need
    pull = 1.2 * (sqrt(2 * 1.4 * stop) - v)
    return max(-HARD, min(2.2 * (1 - (v / max(wish, 0.1)) ** 4), pull))


def _lamp_stop(car: _Car, street: Street, programs: Mapping[str, Program], t: float) -> float | None:
    """Metres to its stop for the lamp; None if it needn't stop."""
    driver = car.driver
    if driver.group is None or car.entered:
        return None
    body = bodies()[driver.looks.body]
    to_line = _line_along(driver, street) - car.s - body.wheelbase
    stop = to_line + driver.past
    if to_line < min(0.0, -driver.past) - 0.6:
        car.entered = True
        return None
    if any(start <= t < end for start, end in driver.runs) or programs[driver.group].at(t) == "green":
        return None
    if programs[driver.group].at(t) == "amber" and car.v**2 > 2 * 3.2 * max(stop, 0.01):
        return None
    if stop < 0.0 and car.v > 2.0:
        return None
    return stop


def _line_along(driver: Driver, street: Street) -> float:
    """Metres along the path to the stop line (or the cross street's)."""
    if abs(driver.way.at(0.0)[2]) < 0.1 and street.junction is not None:
        return driver.way.reach(street.junction.stop)
    width = street.right - street.left
    middle = driver.way.length / 2
    return middle - width / 2 - 7.0


def _halt(car: _Car, t: float) -> float | None:
    """Metres to its scripted halt; None once that is done."""
    if car.waited >= len(car.driver.halts):
        return None
    place, seconds = car.driver.halts[car.waited]
    if car.until is None and car.v < 0.05 and car.s > place - 0.5:
        car.until = t + seconds
    if car.until is not None and t >= car.until:
        car.waited, car.until = car.waited + 1, None
        return None
    return place - car.s


def _aim(car: _Car, number: int, seen: tuple[Array, ...], street: Street, x: float, y: float) -> None:
    """Its target position across the road: from its script, or from a gap."""
    driver = car.driver
    scripted = [aside for place, aside in driver.shifts if car.s >= place]
    if scripted:
        car.goal = scripted[-1]
        return
    stop = street.junction.stop if street.junction is not None else 1000.0
    if driver.swarm is None or y > stop - 1.0 or car.v < 0.3:
        return
    ahead, across, reach, wide = seen
    body = bodies()[driver.looks.body]
    low, high = driver.swarm
    best, found = -1e9, car.goal
    for step in np.linspace(-1.6, 1.6, 9):
        if not low <= x + step <= high:
            continue
        near = np.abs(across - step) < wide + body.half_width + 0.1
        passing = (np.minimum(across, 0) < max(step, 0)) & (np.maximum(across, 0) > min(step, 0)) | near
        beside = passing & (ahead + reach > body.back - 0.3) & (ahead - reach < body.front + 0.4)
        beside[number] = near[number] = False
        if beside.any() and abs(step) > 0.05:
            continue
        free = np.where(near & (ahead > body.front * 0.5), ahead - reach - body.front, 30.0)
        free[number] = 30.0
        score = min(float(free.min()), 22.0) - 1.5 * abs(step)
        if score > best + 0.01:
            best, found = score, car.aside + step
    car.goal = found


def _move(car: _Car, t: float) -> None:
    driver = car.driver
    x, y, h = driver.way.at(car.s, car.aside)
    tilt = atan(car.drift / max(car.v, 1.5))
    heading = h - tilt
    turning = (heading - car.heading) / STEP
    car.lean += 0.12 * (min(0.35, max(-0.35, turning * car.v / 9.8)) - car.lean)
    car.heading = heading
    car.trace.rows.append((x, y, heading, car.v, car.a, car.lean))
    v = max(0.0, car.v + car.a * STEP)
    car.v = 0.0 if v < 0.04 and car.a <= 0 else v
    if any(start <= t < end for start, end in driver.rolls):
        car.v = ROLLING
    limit = driver.pace * min(1.0, 0.45 * abs(car.v)) if driver.shifts else min(0.8, 0.3 * car.v)
    wish = min(limit, max(-limit, 1.6 * (car.goal - car.aside)))
    car.drift += min(2.0 * STEP, max(-2.0 * STEP, wish - car.drift))
    if car.v < 0.05:
        car.drift = 0.0
    car.s += car.v * STEP * (1.0 if abs(tilt) < 0.01 else cos(tilt))
    car.aside += car.drift * STEP
