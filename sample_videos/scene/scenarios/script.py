"""Building blocks for scenarios: streams of traffic, single vehicles, people on the pavement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import pi
from typing import Any

import numpy as np

from ..bodies.shapes import Rgb
from ..cast import Casting, Looks, bodies
from ..lamps import Program
from ..stage import Walker
from ..street import NEAREST, Junction, Lane, SignalHead, Solid, Street
from ..traffic import Driver
from ..ways import Way, across, down, up

BIKES = ("underbone", "scooter")
CARS = ("sedan", "hatchback", "suv", "van")
START = 6.0
"""Metres along an upward path at which its traffic appears (y = -34)."""


@dataclass
class Script:
    """Collects the cast of a scenario; everything follows from the seed."""

    seed: int
    drivers: list[Driver] = field(default_factory=list)
    walkers: list[Walker] = field(default_factory=list)
    parked: list[tuple[Driver, tuple[float, float, float]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.casting = Casting(np.random.default_rng((self.seed, 1)))

    def add(self, body: str, way: Way, enters: float, speed: float, **more: Any) -> Driver:
        """One vehicle; `riders` and `bare` are for its appearance, the rest as for `Driver`."""
        looks = self.casting.looks(body, riders=more.pop("riders", None), bare=more.pop("bare", None))
        return self._with(looks, way, enters, speed, more)

    def bike(self, way: Way, enters: float, speed: float = 8.5, **more: Any) -> Driver:
        """A motorbike of any model."""
        return self.add(self.of(BIKES), way, enters, speed, **more)

    def car(self, way: Way, enters: float, speed: float = 9.0, **more: Any) -> Driver:
        """A car of any model."""
        return self.add(self.of(CARS), way, enters, speed, **more)

    def of(self, choices: Sequence[str]) -> str:
        """A random one of several names."""
        return choices[int(self.random.integers(len(choices)))]

    def between(self, low: float, high: float) -> float:
        """A random number between two."""
        return float(self.random.uniform(low, high))

    def swarm(self, xs: tuple[float, float], times: tuple[float, float], every: float, **more: Any) -> None:
        """Motorbikes that come up the approach at intervals and fill the gaps."""
        t = times[0]
        while t < times[1]:
            x = self.between(xs[0] + 0.3, xs[1] - 0.3)
            past = self.between(-1.3, -0.15) if self.random.random() < 0.6 else self.between(0.15, 0.9)
            body = "bicycle" if self.random.random() < 0.04 else self.of(BIKES)
            speed = 4.5 if body == "bicycle" else self.between(7.0, 10.0)
            options = {"group": "main", "past": past, "swarm": xs, "gap": self.between(0.35, 0.8), **more}
            self.add(body, up(x), t, speed, **options)
            t += every * self.between(0.5, 1.5)

    def stream(
        self,
        ways: Sequence[Way],
        times: tuple[float, float],
        every: float,
        bodies_: Sequence[str],
        **more: Any,
    ) -> None:
        """Vehicles one after the other, each on one of the paths."""
        t, number = times[0], 0
        while t < times[1]:
            body = self.of(bodies_)
            speed = self.between(7.5, 10.0) * (0.85 if body in ("bus", "lorry") else 1.0)
            start = START if more.get("start") is None else more["start"]
            options = {**more, "start": start, "past": self.between(-1.6, -0.5)}
            self.add(body, ways[number % len(ways)], t, speed, **options)
            t, number = t + every * self.between(0.6, 1.4), number + 1

    def oncoming(self, xs: Sequence[float], times: tuple[float, float], every: float) -> None:
        """Traffic that comes towards the camera."""
        mix = (*BIKES, *BIKES, *CARS, "lorry")
        self.stream([down(x) for x in xs], times, every, mix, start=60.0)

    def cross(self, junction: Junction, times: tuple[float, float], every: float) -> None:
        """Traffic of the cross street, which obeys its own lamps."""
        ways = [
            across(junction.middle - 3.0, rightwards=True),
            across(junction.middle + 3.0, rightwards=False),
        ]
        ways += [
            across(junction.middle - 5.3, rightwards=True),
            across(junction.middle + 5.3, rightwards=False),
        ]
        self.stream(ways, times, every, (*BIKES, *BIKES, *CARS), start=10.0, group="cross")

    def park(self, x: float, ys: Sequence[float], heading: float = pi / 2) -> None:
        """Motorbikes on the pavement."""
        for y in ys:
            looks = self.casting.looks(self.of(BIKES), riders=1)
            driver = Driver(
                self._next(), Looks(looks.body, looks.paint, looks.second, looks.plate), up(x), 0, 0, 0
            )
            self.parked.append((driver, (x, y, heading + self.between(-0.15, 0.15))))

    def walk(self, way: Way, enters: float, speed: float = 1.3) -> None:
        """A pedestrian."""
        colours: tuple[Rgb, Rgb, Rgb] = self.casting.walker()
        self.walkers.append(Walker(self._next(), way, enters, speed, colours))

    def _with(self, looks: Looks, way: Way, enters: float, speed: float, more: dict[str, Any]) -> Driver:
        options = {"start": START, "gap": 0.5 if bodies()[looks.body].slim else 1.3, **more}
        driver = Driver(self._next(), looks, way, enters, speed=speed, **options)
        self.drivers.append(driver)
        return driver

    def _next(self) -> int:
        return 1 + len(self.drivers) + len(self.walkers) + len(self.parked)


def crossroads(
    *,
    free_right: bool = True,
    stop: float = 20.0,
    head: SignalHead | None = None,
    bans: Any = (),
    arrows: bool = True,
) -> Street:
    """Two lanes up, two down, a lamp on the right behind the stop line."""
    j = Junction(stop, stop + 5.6, stop + 19.6)
    left = Lane("left", 0.0, 3.5, movements=("left", "straight", "u_turn") if arrows else ())
    free: Any = ("right",) if free_right else ()
    right = Lane("right", 3.5, 7.4, movements=("straight", "right") if arrows else (), free_on_red=free)
    return Street(
        lanes=(Lane("opposing", -7.0, 0.0, up=False), left, right),
        solids=(Solid("divider", 3.5, -10.0, stop, "lanes"), Solid("centre", 0.0, -40.0, stop, "opposing")),
        junction=j,
        heads=(head or SignalHead("main", 9.3, stop + 1.2, 2.9),),
        bans=tuple(bans),
    )


def phases(*changes: tuple[float, str]) -> dict[str, Program]:
    """The programs of our approach and of the cross street."""
    main = Program(tuple(changes))  # type: ignore[arg-type]
    return {"main": main, "cross": main.opposite()}


def road(*, lanes: Sequence[Lane], solids: Sequence[Solid], dashes: Any = (), zones: Any = ()) -> Street:
    """A stretch of road without a junction."""
    return Street(lanes=tuple(lanes), solids=tuple(solids), dashes=tuple(dashes), zones=tuple(zones))


def along(y: float) -> float:
    """Metres along an upward path at which it reaches y."""
    return y - NEAREST
