"""From traces to objects for the renderer: vehicles and their people, walkers, signal heads, patches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, sin

from .cast import PHASES, Person, bodies
from .lamps import Program
from .picture.light import Light
from .picture.things import Moment, Patch, Rgb, Thing
from .street import Street
from .traffic import Driver, Trace, step_of
from .ways import Way

FIRST_HEAD = 2000
"""First id of signal heads."""
_STATES = {"red": 0.0, "amber": 1.0, "green": 2.0}


@dataclass(frozen=True)
class Walker:
    """A pedestrian on a path, from time `enters` on at `speed`."""

    id: int
    way: Way
    enters: float
    speed: float
    colours: tuple[Rgb, Rgb, Rgb]

    def at(self, t: float) -> tuple[float, float, float, int] | None:
        """x, y, heading and phase of the step; None before and after."""
        s = (t - self.enters) * self.speed
        if not 0.0 <= s <= self.way.length:
            return None
        x, y, h = self.way.at(s)
        return x, y, h, int(s / 1.45 * PHASES) % PHASES


@dataclass(frozen=True)
class Cast:
    """All participants of a clip. `parked` stand at (x, y, heading) throughout."""

    drivers: Mapping[int, Driver]
    traces: Mapping[int, Trace]
    walkers: Sequence[Walker] = ()
    parked: Sequence[tuple[Driver, tuple[float, float, float]]] = ()

    @property
    def plated(self) -> list[Driver]:
        """Those with a plate, in the order of their pictures."""
        everybody = [*self.drivers.values(), *(driver for driver, _ in self.parked)]
        return [driver for driver in everybody if driver.looks.plate is not None]


@dataclass(frozen=True)
class Stage:
    """The cast in its street and light."""

    street: Street
    light: Light
    cast: Cast
    programs: Mapping[str, Program]

    def moment(self, t: float) -> Moment:
        """Everything visible at `t`."""
        layers = {driver.id: number for number, driver in enumerate(self.cast.plated)}
        things, patches = list[Thing](), list[Patch]()
        step = step_of(t)
        for id_, trace in self.cast.traces.items():
            row = trace.at(step)
            if row is not None and _near(row[0], row[1]):
                driver = self.cast.drivers[id_]
                things += vehicle_things(driver, row, layers.get(id_, 0))
                patches += _patches(driver, row, self.light)
        for driver, (x, y, heading) in self.cast.parked:
            things += parked_things(driver, (x, y, heading), layers.get(driver.id, 0))
        for walker in self.cast.walkers:
            things += _walker(walker, t)
        return Moment((*things, *self._heads(t)), tuple(patches))

    def _heads(self, t: float) -> list[Thing]:
        found = []
        for number, head in enumerate(self.street.heads):
            lit = _STATES.get(self.programs[head.id].at(t), 3.0)
            found.append(Thing("head", (head.x, head.y, head.bottom, 0.0), id=FIRST_HEAD + number, lit=lit))
        return found


def _near(x: float, y: float) -> bool:
    """False for objects that are neither visible nor throw a visible shadow."""
    return -1.0 < y < 95.0 and abs(x) < 0.6 * max(y, 0.0) + 14.0


def vehicle_things(driver: Driver, row: Sequence[float], layer: int) -> list[Thing]:
    """The objects of a vehicle and its people. The row is one of its trace's."""
    x, y, heading, v, a, lean = row
    looks, place = driver.looks, (x, y, 0.0, heading)
    brakes = v < 0.3 or a < -0.7
    roll = (-lean, 0.0) if bodies()[looks.body].slim else (0.0, 0.0)
    colours = (looks.paint, looks.second, looks.second)
    things = [Thing(looks.body, place, colours, roll, driver.id, layer, float(brakes), 1.0)]
    for number, person in enumerate(looks.people):
        things += _person(person, number, place, roll, driver.id, stands=v < 0.4)
    if looks.load:
        things.append(Thing("load", place, colours, roll, driver.id))
    return things


def parked_things(driver: Driver, place: tuple[float, float, float], layer: int) -> list[Thing]:
    """The objects of a parked vehicle; a motorbike leans on its stand."""
    x, y, heading = place
    looks = driver.looks
    slim = bodies()[looks.body].slim
    z = 0.14 if slim else 0.0
    lean = (0.12 if slim else 0.0, 0.0)
    colours = (looks.paint, looks.second, looks.second)
    return [Thing(looks.body, (x, y, z, heading), colours, lean, driver.id, layer)]


def _person(
    person: Person,
    number: int,
    place: tuple[float, float, float, float],
    roll: tuple[float, float],
    id_: int,
    *,
    stands: bool,
) -> list[Thing]:
    colours = (person.shirt, person.trousers, person.top)
    body = "driver down" if person.seat == "driver" and stands else person.seat
    top = f"{'helmet' if person.helmet else 'hair'} {person.seat} {number}"
    names = [body, top, *([f"bag {person.seat}"] if person.bag else [])]
    return [Thing(name, place, colours, roll, id_) for name in names]


def _walker(walker: Walker, t: float) -> list[Thing]:
    now = walker.at(t)
    if now is None:
        return []
    x, y, heading, phase = now
    return [Thing(f"walker {phase}", (x, y, 0.0, heading), walker.colours, id=walker.id)]


def _patches(driver: Driver, row: Sequence[float], light: Light) -> list[Patch]:
    """The dark patch below a vehicle and the light of its headlamps."""
    x, y, heading = row[:3]
    body = bodies()[driver.looks.body]
    half = body.half_width * (0.75 if body.slim else 1.22)
    found = [Patch((x, y, heading), light.blob, half, body.back - 0.25, body.front + 0.25)]
    if light.headlamps > 1.0 and driver.looks.body != "bicycle":
        nose = (x - body.front * sin(heading), y + body.front * cos(heading), heading)
        strong = light.headlamps * (0.13 if body.slim else 0.22)
        found.append(Patch(nose, strong, 1.9 if body.slim else 2.8, 0.0, 13.0, light=True))
    return found
